//! Names that repeat in every row, kept once: models, sessions, projects, agents.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// A name in a [`Names`]; the default one is the empty name.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Name(u32);

impl Name {
    /// The empty name: unknown, or none.
    pub const NONE: Name = Name(0);

    pub fn is_none(self) -> bool {
        self == Name::NONE
    }

    /// As it is written down; see [`Name::numbered`].
    pub fn number(self) -> u32 {
        self.0
    }

    /// The name that was written down as a number, of the same list.
    pub fn numbered(number: u32) -> Name {
        Name(number)
    }

    /// A number below [`Names::len`], for tables indexed by name.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Names in the order in which they were first met. The first one is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Box<str>>", into = "Vec<Box<str>>")]
pub struct Names {
    list: Vec<Box<str>>,
    index: FxHashMap<Box<str>, Name>,
}

impl Default for Names {
    fn default() -> Names {
        Names {
            list: vec!["".into()],
            index: FxHashMap::from_iter([("".into(), Name::NONE)]),
        }
    }
}

impl From<Vec<Box<str>>> for Names {
    fn from(list: Vec<Box<str>>) -> Names {
        let mut names = Names::default();
        for text in &list {
            names.add(text);
        }
        names
    }
}

impl From<Names> for Vec<Box<str>> {
    fn from(names: Names) -> Vec<Box<str>> {
        names.list
    }
}

impl Names {
    /// The name of a text, new or known.
    pub fn add(&mut self, text: &str) -> Name {
        if let Some(&name) = self.index.get(text) {
            return name;
        }
        let Ok(next) = u32::try_from(self.list.len()) else {
            return Name::NONE;
        };
        self.list.push(text.into());
        self.index.insert(text.into(), Name(next));
        Name(next)
    }

    pub fn find(&self, text: &str) -> Option<Name> {
        self.index.get(text).copied()
    }

    /// The text of a name of this list.
    pub fn text(&self, name: Name) -> &str {
        self.list.get(name.index()).map_or("", |t| t)
    }

    /// The text of the name with a number, see [`Name::index`]; empty if there is none.
    pub fn text_at(&self, index: i64) -> &str {
        usize::try_from(index)
            .ok()
            .and_then(|i| self.list.get(i))
            .map_or("", |t| t)
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Never: the empty name is always there.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Every name.
    pub fn all(&self) -> impl Iterator<Item = Name> + use<> {
        (0..u32::try_from(self.list.len()).unwrap_or(u32::MAX)).map(Name)
    }

    /// For each name of `other`, by index, the same text's name here.
    pub fn adopt(&mut self, other: &Names) -> Vec<Name> {
        other.list.iter().map(|text| self.add(text)).collect()
    }
}
