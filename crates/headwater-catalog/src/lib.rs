//! The tool engine: reads tool files, checks arguments, plans requests, shapes replies. Pure.
