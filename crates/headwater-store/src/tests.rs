//! The suite that every store must pass, on both databases, and what only one of them promises.

mod postgres;
mod samples;
mod sqlite;
