//! What counts in one line of a transcript.
//!
//! Fields come in any order and any of them may be missing, null or of another type: then it is as
//! if it were missing, and counted as odd.

use crate::logs::json::{Result, Scan, Text, Value};
use crate::logs::record::Tokens;

/// One line.
#[derive(Clone, Default)]
pub struct Line<'a> {
    pub kind: Text<'a>,
    pub subtype: Text<'a>,
    pub at: When<'a>,
    pub session: Option<Text<'a>>,
    pub uuid: Option<Text<'a>>,
    pub request: Option<Text<'a>>,
    pub version: Option<Text<'a>>,
    pub cwd: Option<Text<'a>>,
    pub agent: Option<Text<'a>>,
    pub sidechain: bool,
    pub error: bool,
    pub meta: bool,
    /// Written by the program for the model, not by a person.
    pub unseen: bool,
    pub tool_result: bool,
    /// Only in transcripts whose texts were taken out: what the text was.
    pub user_kind: Option<Text<'a>>,
    pub error_kind: Option<Text<'a>>,
    pub cost: Option<&'a [u8]>,
    pub compact: Compact<'a>,
    pub message: Message<'a>,
    /// Of a `progress` line: the sub-agent's line that it reports.
    pub inner: Option<Box<Line<'a>>>,
    /// Fields of a wrong type or beyond belief.
    pub odd: u64,
}

/// A time as it stands in a line.
#[derive(Clone, Copy, Default)]
pub enum When<'a> {
    #[default]
    Missing,
    Text(Text<'a>),
    Number(i64),
}

#[derive(Clone, Copy, Default)]
pub struct Compact<'a> {
    pub trigger: Option<Text<'a>>,
    pub before: u64,
}

#[derive(Clone, Default)]
pub struct Message<'a> {
    pub id: Option<Text<'a>>,
    pub model: Option<Text<'a>>,
    pub stopped: bool,
    pub usage: Option<Usage<'a>>,
    /// Where the content begins, to be looked into only if need be.
    pub content: Option<Scan<'a>>,
}

#[derive(Clone, Default)]
pub struct Usage<'a> {
    pub input: u64,
    pub output: u64,
    pub written: u64,
    pub read: u64,
    /// Of what was written, with a life of one hour; may be more than `written` in a broken line.
    pub hour: u64,
    /// Whether the line tells writes apart by their life.
    pub split: bool,
    pub web_searches: u32,
    pub fast: bool,
    pub batch: bool,
    pub us_only: bool,
    /// Calls within the call that its totals leave out.
    pub parts: Vec<Part<'a>>,
}

/// A call within a call, by an advisor for instance.
#[derive(Clone, Default)]
pub struct Part<'a> {
    /// Its place in the list.
    pub index: u64,
    pub model: Option<Text<'a>>,
    pub usage: Usage<'a>,
}

impl Usage<'_> {
    pub fn tokens(&self) -> Tokens {
        let hour = self.hour.min(self.written);
        Tokens {
            input: self.input,
            cache_write_5m: self.written - hour,
            cache_write_1h: hour,
            cache_read: self.read,
            output: self.output,
        }
    }
}

impl<'a> Line<'a> {
    /// Reads a line, which must be one JSON object.
    ///
    /// # Errors
    /// When it is not.
    pub fn read(text: &'a [u8]) -> Result<Line<'a>> {
        let mut scan = Scan::new(text);
        if scan.peek()? != b'{' {
            return Err(crate::logs::json::Broken);
        }
        let line = line(&mut scan, true)?;
        scan.end()?;
        Ok(line)
    }
}

/// A line, or the line inside a `progress` line; the one inside holds none itself.
fn line<'a>(scan: &mut Scan<'a>, outer: bool) -> Result<Line<'a>> {
    let mut l = Line::default();
    let mut odd = 0;
    scan.object(|key, scan| {
        let odd = &mut odd;
        match key {
            b"type" => l.kind = text(scan, odd)?.unwrap_or_default(),
            b"subtype" => l.subtype = text(scan, odd)?.unwrap_or_default(),
            b"timestamp" => l.at = when(scan, odd)?,
            b"sessionId" => l.session = text(scan, odd)?,
            b"uuid" => l.uuid = text(scan, odd)?,
            b"requestId" => l.request = text(scan, odd)?,
            b"version" => l.version = text(scan, odd)?,
            b"cwd" => l.cwd = text(scan, odd)?,
            b"agentId" => l.agent = text(scan, odd)?,
            b"isSidechain" => l.sidechain = flag(scan, odd)?,
            b"isApiErrorMessage" => l.error = flag(scan, odd)?,
            b"isMeta" => l.meta = flag(scan, odd)?,
            b"isCompactSummary" | b"isVisibleInTranscriptOnly" => l.unseen |= flag(scan, odd)?,
            b"toolUseResult" => l.tool_result = scan.value()? != Value::Null,
            b"userKind" => l.user_kind = text(scan, odd)?,
            b"errKind" => l.error_kind = text(scan, odd)?,
            b"costUSD" => l.cost = number(scan, odd)?,
            b"compactMetadata" => l.compact = compact(scan, odd)?,
            b"message" => l.message = message(scan, odd)?,
            b"data" if outer => (l.agent, l.inner) = data(scan, odd, l.agent)?,
            _ => scan.skip()?,
        }
        Ok(())
    })?;
    l.odd = odd;
    Ok(l)
}

type Reported<'a> = (Option<Text<'a>>, Option<Box<Line<'a>>>);

/// What a `progress` line reports: whose it is and the line itself.
fn data<'a>(scan: &mut Scan<'a>, odd: &mut u64, agent: Option<Text<'a>>) -> Result<Reported<'a>> {
    let mut found = (agent, None);
    scan.object(|key, scan| {
        match key {
            b"agentId" => found.0 = text(scan, odd)?.or(found.0),
            b"message" if scan.peek()? == b'{' => found.1 = Some(Box::new(line(scan, false)?)),
            _ => scan.skip()?,
        }
        Ok(())
    })?;
    Ok(found)
}

fn compact<'a>(scan: &mut Scan<'a>, odd: &mut u64) -> Result<Compact<'a>> {
    let mut c = Compact::default();
    object(scan, odd, |key, scan, odd| {
        match key {
            b"trigger" => c.trigger = text(scan, odd)?,
            b"preTokens" => c.before = count(scan, odd)?,
            _ => scan.skip()?,
        }
        Ok(())
    })?;
    Ok(c)
}

fn message<'a>(scan: &mut Scan<'a>, odd: &mut u64) -> Result<Message<'a>> {
    let mut m = Message::default();
    object(scan, odd, |key, scan, odd| {
        match key {
            b"id" => m.id = text(scan, odd)?.filter(|t| !t.0.is_empty()),
            b"model" => m.model = text(scan, odd)?,
            b"stop_reason" => m.stopped = text(scan, odd)?.is_some(),
            b"usage" => {
                let mut u = Usage::default();
                m.usage = usage(scan, odd, &mut u, true)?.then_some(u);
            }
            b"content" => {
                m.content = Some(*scan);
                scan.skip()?;
            }
            _ => scan.skip()?,
        }
        Ok(())
    })?;
    Ok(m)
}

/// Fills `u`; `false` if there is no object. `outer`: its parts count too.
fn usage<'a>(scan: &mut Scan<'a>, odd: &mut u64, u: &mut Usage<'a>, outer: bool) -> Result<bool> {
    object(scan, odd, |key, scan, odd| {
        match key {
            b"input_tokens" => u.input = count(scan, odd)?,
            b"output_tokens" => u.output = count(scan, odd)?,
            b"cache_creation_input_tokens" => u.written = count(scan, odd)?,
            b"cache_read_input_tokens" => u.read = count(scan, odd)?,
            b"cache_creation" => {
                u.split = object(scan, odd, |key, scan, odd| {
                    match key {
                        b"ephemeral_1h_input_tokens" => u.hour = count(scan, odd)?,
                        _ => scan.skip()?,
                    }
                    Ok(())
                })?;
            }
            b"server_tool_use" => {
                object(scan, odd, |key, scan, odd| {
                    match key {
                        b"web_search_requests" => {
                            let n = count(scan, odd)?;
                            u.web_searches = u32::try_from(n).unwrap_or(u32::MAX);
                        }
                        _ => scan.skip()?,
                    }
                    Ok(())
                })?;
            }
            b"speed" => u.fast = text(scan, odd)?.is_some_and(|t| t.is("fast")),
            b"service_tier" => u.batch = text(scan, odd)?.is_some_and(|t| t.is("batch")),
            b"inference_geo" => u.us_only = text(scan, odd)?.is_some_and(|t| t.is("us")),
            b"iterations" if outer => parts(scan, odd, &mut u.parts)?,
            _ => scan.skip()?,
        }
        Ok(())
    })
}

/// Calls within the call that its totals leave out: an advisor's, with a model of its own, and a
/// compaction on the server. Parts of type `message` are in the totals.
fn parts<'a>(scan: &mut Scan<'a>, odd: &mut u64, parts: &mut Vec<Part<'a>>) -> Result<()> {
    let mut index = 0;
    scan.list(|scan| {
        let mut part = Part {
            index,
            ..Part::default()
        };
        let mut kind = Text::default();
        let mut again = *scan;
        scan.object(|key, scan| match key {
            b"type" => text(scan, odd).map(|t| kind = t.unwrap_or_default()),
            b"model" => text(scan, odd).map(|t| part.model = t),
            _ => scan.skip(),
        })?;
        if kind.is("advisor_message") || kind.is("compaction") {
            usage(&mut again, odd, &mut part.usage, false)?;
            parts.push(part);
        }
        index += 1;
        Ok(())
    })?;
    Ok(())
}

/// The fields of an object; anything else is odd, except null. `false` if there is none.
fn object<'a>(
    scan: &mut Scan<'a>,
    odd: &mut u64,
    mut field: impl FnMut(&[u8], &mut Scan<'a>, &mut u64) -> Result<()>,
) -> Result<bool> {
    let null = scan.peek()? == b'n';
    let found = scan.object(|key, scan| field(key, scan, odd))?;
    *odd += u64::from(!found && !null);
    Ok(found)
}

fn text<'a>(scan: &mut Scan<'a>, odd: &mut u64) -> Result<Option<Text<'a>>> {
    Ok(match scan.value()? {
        Value::Text(text) => Some(text),
        Value::Null => None,
        _ => {
            *odd += 1;
            None
        }
    })
}

fn flag(scan: &mut Scan<'_>, odd: &mut u64) -> Result<bool> {
    Ok(match scan.value()? {
        Value::Bool(flag) => flag,
        Value::Null => false,
        _ => {
            *odd += 1;
            false
        }
    })
}

fn number<'a>(scan: &mut Scan<'a>, odd: &mut u64) -> Result<Option<&'a [u8]>> {
    Ok(match scan.value()? {
        Value::Number(n) => Some(n),
        Value::Null => None,
        _ => {
            *odd += 1;
            None
        }
    })
}

/// A whole number that can be believed.
fn count(scan: &mut Scan<'_>, odd: &mut u64) -> Result<u64> {
    let Some(number) = number(scan, odd)? else {
        return Ok(0);
    };
    let believed = whole(number).filter(|&n| n <= Tokens::BELIEVED);
    *odd += u64::from(believed.is_none());
    Ok(believed.unwrap_or(0))
}

/// A whole number however written: `12`, `12.0`, `1.2e1`.
fn whole(number: &[u8]) -> Option<u64> {
    if number.len() <= 18 && number.iter().all(u8::is_ascii_digit) {
        let digit = |n: u64, b: &u8| n * 10 + u64::from(b - b'0');
        return Some(number.iter().fold(0, digit));
    }
    let decimal = super::decimal(number)?;
    let whole = decimal.fract().is_zero() && !decimal.is_sign_negative();
    whole.then(|| u64::try_from(decimal.trunc()).ok()).flatten()
}

fn when<'a>(scan: &mut Scan<'a>, odd: &mut u64) -> Result<When<'a>> {
    Ok(match scan.value()? {
        Value::Text(text) => When::Text(text),
        Value::Number(n) => whole(n).map_or(When::Missing, |n| {
            When::Number(i64::try_from(n).unwrap_or(i64::MAX))
        }),
        Value::Null => When::Missing,
        _ => {
            *odd += 1;
            When::Missing
        }
    })
}
