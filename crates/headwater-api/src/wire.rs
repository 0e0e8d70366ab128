//! Between wire types and what use cases take and return.

pub(crate) mod account;
pub(crate) mod connection;
pub(crate) mod event;
pub(crate) mod fit;
pub(crate) mod page;
pub(crate) mod struct_value;
pub(crate) mod timestamp;
pub(crate) mod tool;
pub(crate) mod webhook;
