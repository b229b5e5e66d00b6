//! A reader of JSON that goes over a text once and takes only what it is asked for.
//!
//! Transcripts are gigabytes of text around a few numbers. This reader jumps over strings with a
//! vector search for their closing quote, keeps no tree, does not recurse into what it skips, and
//! does not mind bytes that are not UTF-8, numbers out of range or keys that come twice (the last
//! one counts): none of these is a reason to lose a row.
//!
//! What it skips is checked for its brackets and quotes only; whatever a strict reader accepts, it
//! accepts with the same values.

use std::borrow::Cow;

/// The text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken;

pub type Result<T> = std::result::Result<T, Broken>;

/// A value, without its parts if it has any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Null,
    Bool(bool),
    /// As written.
    Number(&'a [u8]),
    Text(Text<'a>),
    List,
    Object,
}

/// A string, as it stands between its quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text<'a>(pub &'a [u8]);

impl<'a> Text<'a> {
    /// The text meant. Bytes that are not UTF-8 become replacement signs; escapes that mean nothing
    /// stay as they are.
    pub fn plain(self) -> Cow<'a, str> {
        let text = match std::str::from_utf8(self.0) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(self.0),
        };
        if !self.is_escaped() {
            return text;
        }
        match serde_json::from_str::<String>(&format!("\"{text}\"")) {
            Ok(plain) => Cow::Owned(plain),
            Err(_) => text,
        }
    }

    /// Whether it is just this word.
    pub fn is(self, word: &str) -> bool {
        // An escape is longer than what it stands for.
        let longer = self.0.len() > word.len();
        self.0 == word.as_bytes() || (longer && self.is_escaped() && self.plain() == word)
    }

    fn is_escaped(self) -> bool {
        // Mostly a few bytes: a plain loop beats a search.
        self.0.contains(&b'\\')
    }
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
pub struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Scan<'a> {
    pub fn new(text: &'a [u8]) -> Scan<'a> {
        Scan { text, at: 0 }
    }

    /// Calls `field` for each field of an object; it must take the field's value. `false` if
    /// something else stands here, which is then skipped.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn object(
        &mut self,
        mut field: impl FnMut(&[u8], &mut Scan<'a>) -> Result<()>,
    ) -> Result<bool> {
        if self.peek()? != b'{' {
            self.skip()?;
            return Ok(false);
        }
        self.at += 1;
        if self.peek()? == b'}' {
            self.at += 1;
            return Ok(true);
        }
        loop {
            if self.peek()? != b'"' {
                return Err(Broken);
            }
            let key = self.string()?;
            if self.peek()? != b':' {
                return Err(Broken);
            }
            self.at += 1;
            if key.is_escaped() {
                field(key.plain().as_bytes(), self)?;
            } else {
                field(key.0, self)?;
            }
            if self.ends(b'}')? {
                return Ok(true);
            }
        }
    }

    /// Calls `item` for each item of a list; it must take the item. `false` if something else
    /// stands here, which is then skipped.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn list(&mut self, mut item: impl FnMut(&mut Scan<'a>) -> Result<()>) -> Result<bool> {
        if self.peek()? != b'[' {
            self.skip()?;
            return Ok(false);
        }
        self.at += 1;
        if self.peek()? == b']' {
            self.at += 1;
            return Ok(true);
        }
        loop {
            item(self)?;
            if self.ends(b']')? {
                return Ok(true);
            }
        }
    }

    /// Takes the value that stands here.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn value(&mut self) -> Result<Value<'a>> {
        match self.peek()? {
            b'"' => Ok(Value::Text(self.string()?)),
            b'{' => self.nested().map(|()| Value::Object),
            b'[' => self.nested().map(|()| Value::List),
            _ => match self.word() {
                b"null" => Ok(Value::Null),
                b"true" => Ok(Value::Bool(true)),
                b"false" => Ok(Value::Bool(false)),
                n if n.iter().any(u8::is_ascii_digit) => Ok(Value::Number(n)),
                _ => Err(Broken),
            },
        }
    }

    /// Passes over the value that stands here.
    ///
    /// # Errors
    /// When the text is not JSON.
    pub fn skip(&mut self) -> Result<()> {
        self.value().map(|_| ())
    }

    /// Nothing but white space is left.
    ///
    /// # Errors
    /// When something is.
    pub fn end(&mut self) -> Result<()> {
        match self.peek() {
            Ok(_) => Err(Broken),
            Err(Broken) => Ok(()),
        }
    }

    /// The next byte that is not white space.
    pub fn peek(&mut self) -> Result<u8> {
        loop {
            match self.text.get(self.at) {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(&b) => return Ok(b),
                None => return Err(Broken),
            }
        }
    }

    /// After a part of a list or an object: whether it was the last one.
    fn ends(&mut self, close: u8) -> Result<bool> {
        let b = self.peek()?;
        self.at += 1;
        match b {
            b',' => Ok(false),
            b if b == close => Ok(true),
            _ => Err(Broken),
        }
    }

    /// A string whose opening quote stands here.
    fn string(&mut self) -> Result<Text<'a>> {
        let start = self.at + 1;
        self.close(start)?;
        Ok(Text(self.text.get(start..self.at - 1).unwrap_or_default()))
    }

    /// Goes behind the closing quote of the string that starts at `start`.
    fn close(&mut self, start: usize) -> Result<()> {
        let mut from = start;
        loop {
            let rest = self.text.get(from..).ok_or(Broken)?;
            let quote = from + memchr::memchr(b'"', rest).ok_or(Broken)?;
            let before = self.text.get(start..quote).unwrap_or_default();
            let slashes = before.iter().rev().take_while(|&&b| b == b'\\').count();
            from = quote + 1;
            if slashes.is_multiple_of(2) {
                self.at = from;
                return Ok(());
            }
        }
    }

    /// Passes over the list or object that opens here, however deep it is.
    fn nested(&mut self) -> Result<()> {
        let mut depth = 0_usize;
        while let Some(&b) = self.text.get(self.at) {
            self.at += 1;
            match b {
                b'"' => self.close(self.at)?,
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        Err(Broken)
    }

    /// The run of bytes that a number or a word can be made of.
    fn word(&mut self) -> &'a [u8] {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let ends = |b: &u8| !(b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
        let len = rest.iter().position(ends).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
