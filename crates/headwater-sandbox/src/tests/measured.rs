//! Small rules that were seen at the vendor and that no other test is about. `RULES.md` lists all rules.

mod http;
mod others;
mod pages;
mod search;
