//! Foreign JSON, read without ever holding a tree of it: documents, members and elements are pieces of
//! the text, and only the piece at hand is turned into a struct.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::NotThisFormat;
use crate::base::money::Money;
use crate::base::time::Instant;
use crate::logs::receipt::Receipt;
use crate::logs::record::Tokens;

/// Hands over every document of a text, one after the other. After a broken one reading goes on with
/// the next line that begins a document; it counts as a broken row, the last one, if it is cut, as a
/// cut line.
///
/// # Errors
/// When the text is not UTF-8, or not one document is whole.
pub fn documents<'a>(
    text: &'a [u8],
    receipt: &mut Receipt,
    mut each: impl FnMut(&'a RawValue, &mut Receipt),
) -> Result<(), NotThisFormat> {
    let text = std::str::from_utf8(text)
        .map_err(|e| NotThisFormat(format!("not text: byte {} is not UTF-8", e.valid_up_to())))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut begin, mut whole, mut first_error) = (0, 0u64, None);
    while let Some(rest) = text.get(begin..).filter(|r| !r.trim().is_empty()) {
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
        let mut error = None;
        for document in &mut stream {
            match document {
                Ok(raw) => {
                    whole += 1;
                    each(raw, receipt);
                }
                Err(e) => {
                    error = Some(e);
                    break;
                }
            }
        }
        let Some(error) = error else { break };
        let after = begin + stream.byte_offset();
        let is_cut = error.is_eof();
        first_error.get_or_insert(error);
        match next_document(text, after) {
            Some(next) => {
                receipt.broken_rows += 1;
                begin = next;
            }
            None if is_cut => {
                receipt.cut_lines += 1;
                break;
            }
            None => {
                receipt.broken_rows += 1;
                break;
            }
        }
    }
    match first_error {
        Some(error) if whole == 0 => Err(NotThisFormat(format!("broken JSON: {error}"))),
        _ => Ok(()),
    }
}

/// Where the next line after `from` begins a document.
fn next_document(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    // The broken document may begin in the first column itself.
    let mut at = from;
    while let Some(step) = memchr::memchr(b'\n', bytes.get(at..)?) {
        at += step + 1;
        if matches!(bytes.get(at), Some(b'{' | b'[')) {
            return Some(at);
        }
    }
    None
}

/// The members of an object, each value as its text; none if it is not an object.
pub fn members(raw: &RawValue) -> Vec<(Cow<'_, str>, &RawValue)> {
    struct Members;
    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(Cow<'de, str>, &'de RawValue)>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut all = Vec::new();
            while let Some(Key(key)) = map.next_key()? {
                all.push((key, map.next_value()?));
            }
            Ok(all)
        }
    }
    let mut json = serde_json::Deserializer::from_str(raw.get());
    json.deserialize_map(Members).unwrap_or_default()
}

/// A key, borrowed where it has no escapes.
struct Key<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Key<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Key<'a>, D::Error> {
        text_or_none(d).map(|text| Key(text.unwrap_or_default()))
    }
}

/// The value of a member.
pub fn member<'a>(members: &[(Cow<'_, str>, &'a RawValue)], key: &str) -> Option<&'a RawValue> {
    members.iter().find(|(k, _)| k == key).map(|(_, v)| *v)
}

/// Hands over the elements of a list, one by one; nothing if it is not a list.
pub fn items<'a>(raw: &'a RawValue, each: &mut dyn FnMut(&'a RawValue)) {
    struct Items<'f, 'a>(&'f mut dyn FnMut(&'a RawValue));
    impl<'de: 'a, 'a> Visitor<'de> for Items<'_, 'a> {
        type Value = ();
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
            while let Some(item) = seq.next_element::<&'de RawValue>()? {
                (self.0)(item);
            }
            Ok(())
        }
    }
    let mut json = serde_json::Deserializer::from_str(raw.get());
    // The text was read once already, so that nothing in it can fail but its being no list.
    let _ = json.deserialize_seq(Items(each));
}

pub fn is_list(raw: &RawValue) -> bool {
    raw.get().starts_with('[')
}

pub fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

/// One struct out of a piece of text; a piece that cannot be read counts as a broken row.
pub fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue, receipt: &mut Receipt) -> Option<T> {
    let found = serde_json::from_str(raw.get()).ok();
    if found.is_none() {
        receipt.broken_rows += 1;
    }
    found
}

/// A count out of a number, or a number in quotes; anything else is 0, and odd unless it is null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    n: u64,
    odd: bool,
}

impl Count {
    /// The count, as far as it is believed; what is odd is counted.
    pub fn get(self, receipt: &mut Receipt) -> u64 {
        if self.odd || self.n > Tokens::BELIEVED {
            receipt.odd_fields += 1;
            return 0;
        }
        self.n
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Count, D::Error> {
        let raw = <&RawValue>::deserialize(d)?.get();
        let number = decimal(raw);
        let n = number.filter(|n| n.fract().is_zero() && (n.is_zero() || !n.is_sign_negative()));
        let n = n.and_then(|n| u64::try_from(n).ok());
        Ok(Count {
            n: n.unwrap_or(0),
            odd: n.is_none() && raw != "null",
        })
    }
}

/// A number as written, in quotes or not.
fn decimal(raw: &str) -> Option<Decimal> {
    let plain = raw.trim_matches('"').trim();
    if plain.len() > 60 {
        return None;
    }
    plain
        .parse()
        .or_else(|_| Decimal::from_scientific(plain))
        .ok()
}

/// A text; numbers are taken as they are written, anything else is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text<'a>(pub Option<Cow<'a, str>>);

impl Text<'_> {
    /// The text, or the empty one.
    pub fn get(&self) -> &str {
        self.0.as_deref().unwrap_or("")
    }

    pub fn is(&self, text: &str) -> bool {
        self.0.as_deref() == Some(text)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Text<'a>, D::Error> {
        text_or_none(d).map(Text)
    }
}

/// A text as it is; a number as it is written; of anything else nothing.
fn text_or_none<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Cow<'de, str>>, D::Error> {
    struct Any;
    impl<'de> Visitor<'de> for Any {
        type Value = Option<Cow<'de, str>>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }
        fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
            Ok(Some(Cow::Borrowed(text)))
        }
        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(text.to_owned())))
        }
        fn visit_u64<E>(self, n: u64) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(n.to_string())))
        }
        fn visit_i64<E>(self, n: i64) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(n.to_string())))
        }
        fn visit_f64<E>(self, n: f64) -> Result<Self::Value, E> {
            Ok(Some(Cow::Owned(n.to_string())))
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_none<E>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
        fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            Ok(None)
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(None)
        }
    }
    d.deserialize_any(Any)
}

/// A switch: true as such or as a word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Flag, D::Error> {
        let raw = <&RawValue>::deserialize(d)?.get();
        Ok(Flag(raw.trim_matches('"').eq_ignore_ascii_case("true")))
    }
}

/// An amount of dollars as written, exact to the pico-dollar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dollars(pub Option<Money>);

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Dollars, D::Error> {
        let raw = <&RawValue>::deserialize(d)?.get();
        Ok(Dollars(dollars(raw, Decimal::ONE)))
    }
}

/// An amount of cents as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cents(pub Option<Money>);

impl<'de> Deserialize<'de> for Cents {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Cents, D::Error> {
        let raw = <&RawValue>::deserialize(d)?.get();
        Ok(Cents(dollars(raw, Decimal::ONE_HUNDRED)))
    }
}

/// Numbers of programs carry the noise of their arithmetic (0.00015549999999999999): they are rounded
/// to what money can hold.
fn dollars(raw: &str, units: Decimal) -> Option<Money> {
    let amount = decimal(raw)?.checked_div(units)?.round_dp(12);
    Money::from_decimal(amount).filter(|m| *m >= Money::ZERO)
}

/// A time with its zone; without one it is taken as UTC. A day alone is its midnight.
pub fn instant(text: &str) -> Option<Instant> {
    let text = text.trim();
    let at: Timestamp = match text.parse() {
        Ok(at) => at,
        Err(_) => {
            let civil: jiff::civil::DateTime = text.parse().ok()?;
            civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp()
        }
    };
    Some(Instant(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Row<'a> {
        n: Count,
        #[serde(borrow)]
        name: Text<'a>,
        cost: Dollars,
        on: Flag,
    }

    #[test]
    fn fields_of_any_type() {
        let mut receipt = Receipt::default();
        let mut read = |text: &str| {
            let row: Row<'_> = serde_json::from_str(text).unwrap();
            let n = row.n.get(&mut receipt);
            (n, row.name.get().to_owned(), row.cost.0, row.on.0)
        };
        assert_eq!(
            read(r#"{"n": 12, "name": "a\"b", "cost": 0.00015549999999999999, "on": true}"#),
            (12, "a\"b".into(), Some(Money(155_500_000)), true)
        );
        assert_eq!(
            read(r#"{"n": "12", "name": 7, "cost": "1e-3", "on": "True"}"#),
            (12, "7".into(), Some(Money(1_000_000_000)), true)
        );
        let nothing = (0, String::new(), None, false);
        assert_eq!(read("{}"), nothing);
        assert_eq!(
            read(r#"{"n": null, "name": null, "cost": null, "on": null}"#),
            nothing
        );
        for n in [
            "-1",
            "1.5",
            "1e99",
            "true",
            "{}",
            "[1]",
            "\"many\"",
            "99999999999999999999",
        ] {
            let row = format!(r#"{{"n": {n}, "name": [{{}}], "cost": -3, "on": {{"a": 1}}}}"#);
            assert_eq!(read(&row), nothing, "{n}");
        }
        assert_eq!(receipt.odd_fields, 8);
    }

    #[test]
    fn documents_of_a_broken_text() {
        let read = |text: &str| {
            let mut receipt = Receipt::default();
            let mut all = Vec::new();
            let end = documents(text.as_bytes(), &mut receipt, |raw, _| {
                all.push(raw.get().to_owned());
            });
            (
                all.join(" "),
                receipt.broken_rows,
                receipt.cut_lines,
                end.is_ok(),
            )
        };
        assert_eq!(read("{}\n[1]\n"), ("{} [1]".into(), 0, 0, true));
        assert_eq!(read("{}{\"a\":}\n{}\n"), ("{} {}".into(), 1, 0, true));
        assert_eq!(read("{}\n{\"a\":"), ("{}".into(), 0, 1, true));
        assert_eq!(read("{\"a\": ["), (String::new(), 0, 1, false));
        assert_eq!(read("nonsense"), (String::new(), 1, 0, false));
        assert_eq!(read(" \n"), (String::new(), 0, 0, true));
    }

    #[test]
    fn times() {
        assert_eq!(instant("1970-01-01T00:00:01Z"), Some(Instant(1000)));
        assert_eq!(instant("1970-01-01T01:00:01+01:00"), Some(Instant(1000)));
        assert_eq!(instant("1970-01-01 00:00:01.5"), Some(Instant(1500)));
        assert_eq!(instant("1970-01-02"), Some(Instant(86_400_000)));
        assert_eq!(instant("soon"), None);
    }
}
