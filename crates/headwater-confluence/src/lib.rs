//! What headwater knows about Confluence Cloud: its tools as data, and the little that cannot be data. Pure.
