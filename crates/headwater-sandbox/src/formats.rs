//! The formats of bodies: storage format and what is made of it, Atlassian document format, wiki markup. They turn text
//! into text: nothing here knows HTTP or the database.

pub(crate) mod adf;
pub(crate) mod html;
pub(crate) mod storage_format;
pub(crate) mod task_list;
pub(crate) mod wiki;
