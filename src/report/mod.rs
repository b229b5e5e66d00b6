//! From findings to what people see: tables, charts, the screen, the document. Computes no finding.

pub mod about;
pub mod charts;
pub mod compare;
pub mod events;
pub mod file;
pub mod fit;
pub mod folder;
pub mod history;
pub mod json;
pub mod limits;
pub mod lines;
pub mod output;
pub mod page;
pub mod plans;
pub mod prices;
pub mod realism;
pub mod replay;
pub mod screen;
pub mod sensitivity;
pub mod tables;
pub mod tune;
pub mod usage;
pub mod verdict;
pub mod windows;
