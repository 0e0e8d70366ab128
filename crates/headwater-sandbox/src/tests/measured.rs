//! Small rules that were seen at the vendor and that no other test is about. `docs/sandbox-rules.md` lists all rules.

mod http;
mod others;
mod pages;
mod search;
