//! Every tool, carried out against the emulated Confluence: once as it should be called, and wrongly.

mod calls;
mod every_tool;
mod shorten;
mod world;
