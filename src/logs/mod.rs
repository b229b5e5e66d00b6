//! Logs of real use: readers of foreign formats, all ending in one record type, and one merge that
//! every report, fit and replay stands on.
//!
//! Read in this order: [`record`] says what is known of a request; [`readers`] is the list of
//! formats; [`mod@merge`] makes one request of its copies; [`receipt`] says what was read and left out.

pub mod json;
pub mod merge;
pub mod names;
pub mod pieces;
pub mod problems;
pub mod readers;
pub mod reading;
pub mod receipt;
pub mod record;
pub mod roots;
pub mod source;
pub mod state;
pub mod store;
pub mod when;

pub use merge::{Merger, merge};
pub use names::{Name, Names};
pub use receipt::Receipt;
pub use record::{Compaction, LimitHit, Logs, OutputCount, Prompt, Request, Row, Rows, Tokens};
