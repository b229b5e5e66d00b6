//! What the first bytes of a text show: the keys of its first JSON value. Recognisers look at these
//! rather than for words, so that a word inside of somebody's text never decides.

/// Bytes that are looked at.
const HEAD: usize = 16 << 10;
/// Keys that are looked at.
const KEYS: usize = 120;
/// Objects inside of one another that are looked at.
const DEPTH: usize = 4;

/// The keys at the beginning of a JSON text. Lists are not told apart from their elements:
/// `{"data":[{"id":1}]}` has the keys `data` and `data.id`.
#[derive(Debug, Default)]
pub struct Head {
    /// Paths with the text behind them, if it is a short text.
    keys: Vec<(String, Option<String>)>,
}

impl Head {
    /// Reads the head of a text; one that is not JSON has no keys.
    pub fn of(head: &[u8]) -> Head {
        let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let head = head.get(..HEAD).unwrap_or(head).trim_ascii_start();
        let mut found = Head::default();
        if matches!(head.first(), Some(b'{' | b'[')) {
            Scan::default().run(head, &mut found);
        }
        found
    }

    pub fn has(&self, path: &str) -> bool {
        self.keys.iter().any(|(key, _)| key == path)
    }

    pub fn any(&self, paths: &[&str]) -> bool {
        paths.iter().any(|p| self.has(p))
    }

    /// Whether it is a row of one of Claude Code's transcripts.
    pub fn is_transcript(&self) -> bool {
        const IDS: &[&str] = &[
            "sessionId",
            "uuid",
            "parentUuid",
            "leafUuid",
            "messageId",
            "agentId",
        ];
        const SPEAKERS: &[&str] = &["user", "assistant", "system"];
        let speaks = self.text("type").is_some_and(|t| SPEAKERS.contains(&t));
        let id = self.any(IDS) || (speaks && self.has("message"));
        self.has("type") && id && !self.has("payload")
    }

    /// The text behind a key.
    pub fn text(&self, path: &str) -> Option<&str> {
        let found = self.keys.iter().find(|(key, _)| key == path);
        found.and_then(|(_, text)| text.as_deref())
    }
}

/// A level of brackets.
struct Level {
    is_object: bool,
    /// Length of the path before it.
    path: usize,
}

/// Reads brackets and strings; everything else is skipped.
#[derive(Default)]
struct Scan {
    levels: Vec<Level>,
    path: String,
    /// A value follows, not a key.
    value: bool,
    /// So many of the levels are deeper than what is looked at.
    deeper: usize,
}

impl Scan {
    fn run(mut self, head: &[u8], found: &mut Head) {
        let mut rest = head;
        while let Some((&byte, after)) = rest.split_first() {
            rest = after;
            match byte {
                b'{' | b'[' => self.open(byte == b'{'),
                b'}' | b']' if self.close() => {
                    return;
                }
                b':' => self.value = true,
                b',' => self.value = self.levels.last().is_some_and(|l| !l.is_object),
                b'"' => {
                    let Some((text, after)) = string(after) else {
                        return;
                    };
                    rest = after;
                    self.string(text, found);
                    if found.keys.len() >= KEYS {
                        return;
                    }
                }
                _ => {}
            }
        }
    }

    fn open(&mut self, is_object: bool) {
        if self.deeper > 0 || self.levels.len() > 2 * DEPTH {
            self.deeper += 1;
            return;
        }
        self.levels.push(Level {
            is_object,
            path: self.path.len(),
        });
        self.value = !is_object;
    }

    /// True at the end of the first value.
    fn close(&mut self) -> bool {
        if self.deeper > 0 {
            self.deeper -= 1;
            return false;
        }
        if let Some(level) = self.levels.pop() {
            self.path.truncate(level.path);
        }
        self.levels.is_empty()
    }

    fn string(&mut self, text: &[u8], found: &mut Head) {
        if self.deeper > 0 {
            return;
        }
        let text = String::from_utf8_lossy(text.get(..80).unwrap_or(text));
        if self.value {
            if let Some((_, value)) = found.keys.iter_mut().rfind(|(key, _)| *key == self.path) {
                value.get_or_insert_with(|| text.into_owned());
            }
            return;
        }
        let level = self.levels.last();
        self.path.truncate(level.map_or(0, |l| l.path));
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(&text);
        if !found.has(&self.path) {
            found.keys.push((self.path.clone(), None));
        }
    }
}

/// The inside of a string that begins here, and what follows it.
fn string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some((text.get(..at)?, text.get(at + 1..)?));
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_the_first_value() {
        let head = Head::of(
            br#"  {"type":"daily", "data":[{"date":"2026-11-20","n":[1,{"x":"y"}]}, {"more":1}],
                "quote\"d": null, "summary":{}} {"other": 1}"#,
        );
        for path in [
            "type",
            "data",
            "data.date",
            "data.n",
            "data.n.x",
            "data.more",
            "summary",
        ] {
            assert!(head.has(path), "{path}: {head:?}");
        }
        assert_eq!(head.text("type"), Some("daily"));
        assert_eq!(head.text("data.date"), Some("2026-11-20"));
        assert!(!head.has("other") && !head.has("date"));
        assert!(Head::of(br#"[{"request_id":"a"}]"#).has("request_id"));
    }

    #[test]
    fn cut_deep_and_broken_heads() {
        for text in [
            &b"{\"a\":{\"b\":[[[[[[[[[[[[[[[[{\"c"[..],
            b"{\"a",
            b"{\"a\\",
            b"}{\"a\":1",
            b"[[[]]]]]",
            b"\xff\xfe{",
            b"",
        ] {
            let _ = Head::of(text);
        }
        let deep = [b"{\"a\":1,\"b\":".as_slice(), &b"[".repeat(1000)].concat();
        assert!(Head::of(&deep).has("b"));
        assert!(!Head::of(b"timestamp,model").has("timestamp"));
    }
}
