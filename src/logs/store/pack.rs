//! Requests of a file as bytes.

use serde::{Deserialize, Serialize};

use crate::base::money::Money;
use crate::base::time::Instant;
use crate::logs::merge::{Copies, Merger};
use crate::logs::names::{Name, Names};
use crate::logs::receipt::Receipt;
use crate::logs::record::{Compaction, LimitHit, Prompt, Request, Tokens};

use super::rows;

#[derive(Serialize, Deserialize)]
struct Packed {
    names: Vec<String>,
    /// Counts of the receipt, in its order.
    counts: Vec<u64>,
    rows: u64,
    copies: Vec<PackedCopies>,
    prompts: Vec<(Key, i64, u32)>,
    compactions: Vec<(Key, i64, u32, bool, u64)>,
    limit_hits: Vec<(Key, i64, u32, u32, Option<i64>)>,
}

type Key = [u8; 16];

#[derive(Serialize, Deserialize)]
struct PackedCopies {
    key: Key,
    first: i64,
    /// Times from `first` on.
    last: i64,
    at: i64,
    until: i64,
    /// Model, session, project, agent.
    names: [u32; 4],
    /// Input, writes of 5 minutes and of an hour, reads, output.
    tokens: [u64; 5],
    web_searches: u32,
    /// [`rows::flags`], and the eighth bit where the output is a sub-agent's copy's.
    flags: u8,
    cost: Option<i64>,
    count: u32,
}

/// What was put together of one file, in bytes.
pub fn pack(merged: &Merger) -> Vec<u8> {
    let names = &merged.names;
    let number = |n: Name| u32::try_from(n.index()).unwrap_or(0);
    let packed = Packed {
        names: names.all().map(|n| names.text(n).to_owned()).collect(),
        counts: merged.receipt.clone().counts_mut().map(|n| *n).to_vec(),
        rows: merged.rows,
        copies: merged.copies.iter().map(packed).collect(),
        prompts: merged
            .prompts
            .iter()
            .map(|p| (p.key.to_le_bytes(), p.at.0, number(p.session)))
            .collect(),
        compactions: merged
            .compactions
            .iter()
            .map(|c| {
                let session = number(c.session);
                (c.key.to_le_bytes(), c.at.0, session, c.automatic, c.before)
            })
            .collect(),
        limit_hits: merged
            .limit_hits
            .iter()
            .map(|h| {
                let (session, words) = (number(h.session), number(h.words));
                let resets = h.resets.map(|r| r.0);
                (h.key.to_le_bytes(), h.at.0, session, words, resets)
            })
            .collect(),
    };
    postcard::to_stdvec(&packed).unwrap_or_default()
}

/// Back from bytes; none if they mean nothing.
pub fn unpack(bytes: &[u8]) -> Option<Merger> {
    let packed: Packed = postcard::from_bytes(bytes).ok()?;
    let mut names = Names::default();
    let map: Vec<Name> = packed.names.iter().map(|text| names.add(text)).collect();
    let name = |n: u32| map.get(n as usize).copied().unwrap_or(Name::NONE);
    let mut receipt = Receipt::default();
    for (mine, kept) in receipt.counts_mut().into_iter().zip(&packed.counts) {
        *mine = *kept;
    }
    let mut merged = Merger::default();
    (merged.names, merged.rows, merged.receipt) = (names, packed.rows, receipt);
    let copies = packed.copies.iter().map(|c| unpacked(c, name));
    merged.copies.extend(copies);
    let prompts = packed.prompts.iter().map(|&(key, at, session)| Prompt {
        at: Instant(at),
        session: name(session),
        key: u128::from_le_bytes(key),
    });
    merged.prompts.extend(prompts);
    let compactions = packed.compactions.iter();
    let compactions = compactions.map(|&(key, at, session, automatic, before)| Compaction {
        at: Instant(at),
        session: name(session),
        key: u128::from_le_bytes(key),
        automatic,
        before,
    });
    merged.compactions.extend(compactions);
    let hits = packed.limit_hits.iter();
    let hits = hits.map(|&(key, at, session, words, resets)| LimitHit {
        at: Instant(at),
        session: name(session),
        key: u128::from_le_bytes(key),
        words: name(words),
        resets: resets.map(Instant),
    });
    merged.limit_hits.extend(hits);
    Some(merged)
}

fn packed(c: &Copies) -> PackedCopies {
    let r = &c.best;
    let number = |n: Name| u32::try_from(n.index()).unwrap_or(0);
    let from = |t: Instant| t.0.wrapping_sub(c.first.0);
    PackedCopies {
        key: c.key.to_le_bytes(),
        first: c.first.0,
        last: from(c.last),
        at: from(r.at),
        until: from(r.until),
        names: [r.model, r.session, r.project, r.agent].map(number),
        tokens: [
            r.tokens.input,
            r.tokens.cache_write_5m,
            r.tokens.cache_write_1h,
            r.tokens.cache_read,
            r.tokens.output,
        ],
        web_searches: r.web_searches,
        flags: rows::flags(r) | u8::from(c.aside) << 7,
        cost: r.logged_cost.map(|c| c.0),
        count: r.count,
    }
}

fn unpacked(c: &PackedCopies, name: impl Fn(u32) -> Name) -> Copies {
    let [model, session, project, agent] = c.names.map(name);
    let [input, cache_write_5m, cache_write_1h, cache_read, output] = c.tokens;
    let time = |t: i64| Instant(c.first.wrapping_add(t));
    let mut best = Request {
        at: time(c.at),
        until: time(c.until),
        model,
        session,
        project,
        agent,
        tokens: Tokens {
            input,
            cache_write_5m,
            cache_write_1h,
            cache_read,
            output,
        },
        web_searches: c.web_searches,
        logged_cost: c.cost.map(Money),
        count: c.count,
        ..Request::default()
    };
    rows::set_flags(&mut best, c.flags);
    Copies {
        key: u128::from_le_bytes(c.key),
        first: Instant(c.first),
        last: time(c.last),
        // Files of before this bit: a sub-agent's request has its own output.
        aside: c.flags >> 7 == 1 || best.sidechain,
        best,
    }
}
