//! An emulated Confluence Cloud: authorization server, gateway, REST, search and a web view. Uses no crate of ours.
