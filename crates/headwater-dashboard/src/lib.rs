//! The pages people see.
