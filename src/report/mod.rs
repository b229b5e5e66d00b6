//! From findings to what people see: tables, charts, the screen, the document. Computes no finding.

pub mod charts;
pub mod events;
pub mod json;
pub mod output;
pub mod screen;
pub mod tables;
