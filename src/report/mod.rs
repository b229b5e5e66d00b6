//! From findings to what people see: tables, charts, the screen, the document. Computes no finding.

pub mod about;
pub mod charts;
pub mod events;
pub mod file;
pub mod fit;
pub mod folder;
pub mod json;
pub mod lines;
pub mod output;
pub mod prices;
pub mod realism;
pub mod replay;
pub mod screen;
pub mod tables;
pub mod verdict;
