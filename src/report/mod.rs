//! From findings to what people see: tables, the screen, the document. Computes no finding.

pub mod events;
pub mod json;
pub mod output;
pub mod screen;
pub mod tables;
