//! From findings to what people see.

pub mod charts;
