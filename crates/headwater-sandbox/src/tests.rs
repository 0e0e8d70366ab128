//! The sandbox as a client meets it: requests against its router, one rule per test.

mod attachments;
mod authorize;
mod blog_posts;
mod classification;
mod comments;
mod control;
mod conversions;
mod copies;
mod custom_content;
mod drafts;
mod gateway;
mod harness;
mod labels;
mod moves;
mod pages;
mod paging;
mod redactions;
mod refresh;
mod representations;
mod resources;
mod search;
mod spaces;
mod storage;
mod trash;
mod tree;
mod versions;
