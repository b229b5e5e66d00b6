use super::*;
use proptest::prelude::*;

/// The value as a strict reader makes it.
fn tree(scan: &mut Scan<'_>) -> Result<serde_json::Value> {
    let mut fields = serde_json::Map::new();
    match scan.peek()? {
        b'{' => {
            scan.object(|key, scan| {
                fields.insert(String::from_utf8_lossy(key).into_owned(), tree(scan)?);
                Ok(())
            })?;
            return Ok(fields.into());
        }
        b'[' => {
            let mut items = Vec::new();
            scan.list(|scan| tree(scan).map(|t| items.push(t)))?;
            return Ok(items.into());
        }
        _ => {}
    }
    Ok(match scan.value()? {
        Value::Null => serde_json::Value::Null,
        Value::Bool(b) => b.into(),
        Value::Number(n) => serde_json::from_slice(n).map_err(|_| Broken)?,
        Value::Text(t) => t.plain().into_owned().into(),
        Value::List | Value::Object => return Err(Broken),
    })
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        "[ -~]{0,12}".prop_map(Into::into),
        "[\"\\\\/a{}\\[\\]:,\n\u{e9}\u{1f600}]{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec(("[a-z\"\\\\\n]{0,4}", inner), 0..6)
                .prop_map(|f| serde_json::Value::Object(f.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn reads_what_a_strict_reader_reads(json in any_json(), pretty in any::<bool>()) {
        let text = if pretty {
            serde_json::to_string_pretty(&json).unwrap()
        } else {
            json.to_string()
        };
        let mut scan = Scan::new(text.as_bytes());
        prop_assert_eq!(tree(&mut scan), Ok(json));
        prop_assert_eq!(scan.end(), Ok(()));
        let mut scan = Scan::new(text.as_bytes());
        prop_assert_eq!(scan.skip(), Ok(()));
        prop_assert_eq!(scan.end(), Ok(()));
    }

    #[test]
    fn a_cut_object_is_broken(json in any_json(), at in any::<prop::sample::Index>()) {
        let text = format!("{{\"a\":{json}}}");
        let cut = at.index(text.len());
        prop_assert_eq!(Scan::new(&text.as_bytes()[..cut]).skip(), Err(Broken));
    }

    #[test]
    fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut scan = Scan::new(&bytes);
        let _ = tree(&mut scan);
        let _ = Scan::new(&bytes).skip();
    }
}

#[test]
fn depth_does_not_matter_to_what_is_skipped() {
    let deep = 1_000_000;
    let text = format!("{{\"a\":{}{}}}", "[".repeat(deep), "]".repeat(deep));
    let mut scan = Scan::new(text.as_bytes());
    assert_eq!(scan.object(|_, scan| scan.skip()), Ok(true));
    assert_eq!(Scan::new(&text.as_bytes()[..deep]).skip(), Err(Broken));
}

#[test]
fn texts_are_unescaped_only_when_they_can_be() {
    let plain = |t: &[u8]| Text(t).plain().into_owned();
    assert_eq!(plain(br#"a\u0041\n\"b"#), "aA\n\"b");
    assert_eq!(plain(br"\ud800 lone"), r"\ud800 lone");
    assert_eq!(plain(b"caf\xe9"), "caf\u{fffd}");
    assert!(Text(br"\u0061b").is("ab"));
    assert!(!Text(b"ab").is("abc"));
}

#[test]
fn what_is_not_json() {
    for text in [
        "",
        "  ",
        "nul",
        "{a:1}",
        "{\"a\" 1}",
        "{\"a\":1",
        "[1 2]",
        "\"open",
        "]",
        "-",
    ] {
        let mut scan = Scan::new(text.as_bytes());
        assert_eq!(tree(&mut scan), Err(Broken), "{text}");
    }
    let mut two = Scan::new(b"{} {}");
    two.skip().unwrap();
    assert_eq!(two.end(), Err(Broken));
}
