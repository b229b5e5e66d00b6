//! Pools as subjects of sentences.

use crate::account::spec::Provenance;
use crate::analysis::findings::PoolFinding;

/// A pool as the subject of a sentence.
pub struct Subject {
    pub name: String,
    pub plural: bool,
}

impl Subject {
    pub fn of(pool: &PoolFinding) -> Subject {
        if pool.is_wallet {
            let name = lower_first(&pool.label);
            let plural = name.ends_with('s') && !name.ends_with("ss");
            return Subject { name, plural };
        }
        let assumed = pool.provenance == Some(Provenance::Assumed);
        let (head, tail) = pool.label.split_once(", ").unwrap_or((&pool.label, ""));
        let extra: Vec<&str> = [tail, if assumed { "size assumed" } else { "" }]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        let head = lower_first(head);
        let name = if extra.is_empty() {
            format!("the {head}")
        } else {
            format!("the {head} ({})", extra.join(", "))
        };
        Subject {
            name,
            plural: false,
        }
    }

    pub fn runs(&self) -> &'static str {
        if self.plural { "run" } else { "runs" }
    }
}

/// Capital first letter.
pub fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// Small first letter, unless the word is an acronym.
pub fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let (first, second) = (chars.next(), text.chars().nth(1));
    match (first, second) {
        (Some(c), Some(next)) if !next.is_uppercase() => c.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}
