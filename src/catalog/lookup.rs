//! Finding things by name and day: exact or an error. A likeness is only ever a hint.

use std::fmt;

use jiff::civil::Date;

/// What was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A model.
    Model,
    /// A plan.
    Plan,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Subject::Model => "model",
            Subject::Plan => "plan",
        })
    }
}

/// Why a name has no entry on a day. An unknown name is never priced by a similar one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookupError {
    /// The name is not in the catalogue.
    Unknown {
        /// What was looked for.
        subject: Subject,
        /// As it was written.
        name: String,
        /// The identifier that was probably meant.
        suggestion: Option<String>,
        /// Every identifier.
        known: Vec<String>,
    },
    /// The catalogue begins later.
    NotYet {
        /// What was looked for.
        subject: Subject,
        /// Its identifier.
        name: String,
        /// First day of its first entry.
        from: Date,
    },
    /// It is gone.
    Retired {
        /// What was looked for.
        subject: Subject,
        /// Its identifier.
        name: String,
        /// First day on which it was gone.
        until: Date,
    },
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LookupError::Unknown {
                subject,
                name,
                suggestion,
                known,
            } => {
                write!(f, "unknown {subject} \"{name}\"")?;
                if let Some(hint) = suggestion {
                    write!(f, ": did you mean \"{hint}\"?")?;
                }
                write!(f, " (known: {})", known.join(", "))
            }
            LookupError::NotYet {
                subject,
                name,
                from,
            } => {
                write!(f, "{subject} \"{name}\" has no entry before {from}")
            }
            LookupError::Retired {
                subject,
                name,
                until,
            } => {
                write!(f, "{subject} \"{name}\" was retired on {until}")
            }
        }
    }
}

impl std::error::Error for LookupError {}

/// A name that may be suggested, and the spellings it is known by.
pub(super) struct Candidate<'a> {
    pub id: &'a str,
    pub spellings: Vec<&'a str>,
    /// The group that people may say instead: `opus`.
    pub family: Option<&'a str>,
    /// Newer ones win among equals.
    pub since: Option<Date>,
}

/// A likeness below this is a coincidence.
const LEAST_LIKENESS: f64 = 0.6;

/// The candidate that was probably meant by `name`.
///
/// Spaces, punctuation, capitals and the vendor's prefix do not count: "Opus 5,5",
/// "claude-opus-5.5" and "opus_5_5" all mean `opus-5.5`; a bare family means its newest model.
pub(super) fn suggest<'a>(name: &str, candidates: &[Candidate<'a>]) -> Option<&'a str> {
    let wanted = bare(name);
    if wanted.is_empty() {
        return None;
    }
    let newest = |matching: &dyn Fn(&Candidate<'a>) -> bool| {
        candidates
            .iter()
            .filter(|c| matching(c))
            .max_by_key(|c| c.since)
            .map(|c| c.id)
    };
    let same =
        |c: &Candidate<'a>| bare(c.id) == wanted || c.spellings.iter().any(|s| bare(s) == wanted);
    if let Some(id) = newest(&same).or_else(|| newest(&|c| c.family == Some(wanted.as_str()))) {
        return Some(id);
    }
    candidates
        .iter()
        .map(|c| {
            (
                strsim::normalized_damerau_levenshtein(&bare(c.id), &wanted),
                c,
            )
        })
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .max_by(|(a, x), (b, y)| a.total_cmp(b).then(x.since.cmp(&y.since)))
        .map(|(_, c)| c.id)
}

fn bare(name: &str) -> String {
    let plain: String = name
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let plain = plain.strip_prefix("anthropic").unwrap_or(&plain);
    plain.strip_prefix("claude").unwrap_or(plain).to_owned()
}
