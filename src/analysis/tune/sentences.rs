//! The answer in sentences.

use super::answer::{Causes, Entry, Standing, Tuned};
use super::say::{count, given, hours, is_money, number, percent, range, reloads, round, upper};
use super::setting::Setting;
use super::{Aim, State};
use crate::analysis::sensitivity::name;
use crate::analysis::words::{money, usd};
use crate::base::money::group_thousands;
use crate::engine::aim::Prices;
use crate::engine::require::{Metric, Op, Requirement};
use crate::stats::estimate::Estimate;

/// The answer: what to set, what it does, what else is as good, what would help more.
pub fn sentences(t: &Tuned) -> Vec<String> {
    let mut all = Vec::new();
    match t.recommended() {
        Some(best) => {
            let stay = stay(t);
            all.extend(stay.clone());
            let setting = order(t, best);
            all.push(match stay {
                Some(_) if dollars(t) => format!("The cheapest of all: {setting}."),
                Some(_) => format!("The least of it has: {setting}."),
                None => format!("{}.", upper(&setting)),
            });
            all.push(does(t, best));
            all.extend(line(t, best));
            all.push(others(t, best));
        }
        None => {
            all.push(none(t));
            all.extend(t.today().map(|e| format!("{}.", upper(&today(t, e)))));
        }
    }
    all.extend(t.causes.as_ref().and_then(|c| cause(t, c)));
    all
}

/// `reload to $25 below $12, cap $300 a month`.
pub(super) fn order(t: &Tuned, e: &Entry) -> String {
    match &e.candidate.setting {
        Some(s) => format!("{}{}", s.phrase(), limits(t, s, true)),
        None => "no auto-reload".to_owned(),
    }
}

/// `, cap $300, spend limit $150`: the cap where there is one or some were tried, the spend limit
/// only where several were tried.
pub fn limits(t: &Tuned, s: &Setting, sentence: bool) -> String {
    let settings = || {
        let listed = t.entries.iter().filter(|e| e.candidate.origin.listed);
        listed.filter_map(|e| e.candidate.setting)
    };
    let mut text = match s.cap {
        Some(cap) => format!(", cap {}", money(cap)),
        None if settings().any(|o| o.cap.is_some()) => ", no cap".to_owned(),
        None => String::new(),
    };
    if settings().any(|o| o.monthly_limit != s.monthly_limit) {
        text += &match s.monthly_limit {
            Some(limit) if sentence => format!(", spend limit {}", money(limit)),
            Some(limit) => format!(", limit {}", money(limit)),
            None => ", no limit".to_owned(),
        };
    }
    if sentence {
        text
    } else {
        text.replace('$', "")
    }
}

/// Where today's setting is as good as any, there is nothing to do.
fn stay(t: &Tuned) -> Option<String> {
    let e = t.today().filter(|e| e.standing == Standing::AsGood)?;
    Some(format!(
        "You can leave it as it is: {}, and no setting that was tried is better by more than {}.",
        today(t, e),
        within(t)
    ))
}

/// What the recommended setting does.
fn does(t: &Tuned, e: &Entry) -> String {
    let with = format!(
        "with {} and {} idle on average",
        reloads(e.reloads),
        usd(round(e.idle_usd))
    );
    let text = match &t.accept {
        Some(r) if r.metric == Metric::PStockOut => match &e.required {
            Some(found) => format!("The wallet then runs dry in {}", risk_text(t, found)),
            None => stopped(t, e),
        },
        Some(r) if r.metric != Metric::PBlockedByWallet => match &e.required {
            Some(found) => format!(
                "{} is then {} ({} to {}). {}",
                name(&r.metric),
                number(&r.metric, found.value),
                number(&r.metric, found.low),
                number(&r.metric, found.high),
                stopped(t, e),
            ),
            None => stopped(t, e),
        },
        _ => stopped(t, e),
    };
    let priced = |p: &Prices| p.stopped_hour.0 > 0 || p.blocked_request.0 > 0;
    let all_in = match &t.aim {
        Aim::Dollars(p) if priced(p) && p.charges => format!(
            " All in, {} stopped at its price, that is {} a {}.",
            hours(e.stopped_h),
            usd(e.aim.value),
            t.about.trial_word
        ),
        _ => String::new(),
    };
    format!("{text}, {with}.{all_in}")
}

fn stopped(t: &Tuned, e: &Entry) -> String {
    let months = format!("{}s", t.about.trial_word);
    if e.stopped.value <= 0.0 {
        let n = group_thousands(e.trials);
        return format!(
            "The wallet then stopped you in none of {n} {months} (95 %: under {})",
            percent(e.stopped.high)
        );
    }
    format!(
        "The wallet then stops you in {} of {months} ({})",
        percent(e.stopped.value),
        range(&e.stopped)
    )
}

/// `1.0 % of months (0.6-1.5 %)`, or of reload cycles.
fn risk_text(t: &Tuned, e: &Estimate) -> String {
    let of = match &t.accept {
        Some(r) if r.metric == Metric::PStockOut => "reload cycles".to_owned(),
        _ => format!("{}s", t.about.trial_word),
    };
    if e.value <= 0.0 {
        let n = group_thousands(e.n);
        return format!("none of {n} {of} (95 %: under {})", percent(e.high));
    }
    format!("{} of {of} ({})", percent(e.value), range(e))
}

/// Whether it is at the limit.
fn line(t: &Tuned, e: &Entry) -> Option<String> {
    let (r, found) = (t.accept.as_ref()?, e.required.as_ref()?);
    let limit = given(&r.metric, r.value);
    let surely = surely(t).map_or_else(String::new, |text| format!(" {text}"));
    match e.state {
        State::OnTheLine => Some(format!(
            "That is on your line of {limit}: {} {}s know it to {} and cannot tell on which side it \
             lies.{surely}",
            group_thousands(e.trials),
            t.about.trial_word,
            error(&r.metric, found)
        )),
        State::CannotTell => Some(format!(
            "{} {}s cannot tell whether that is within {limit}: more of them (--trials) can.{surely}",
            group_thousands(e.trials),
            t.about.trial_word,
        )),
        _ => None,
    }
}

/// Half an interval, with the decimals of its number.
fn error(m: &Metric, found: &Estimate) -> String {
    if m.is_probability() {
        format!("± {}", percent(found.half_width()))
    } else {
        format!("± {}", number(m, found.half_width()))
    }
}

/// The best of those that are surely within the limit.
fn surely(t: &Tuned) -> Option<String> {
    let listed = t.entries.iter().filter(|e| e.candidate.origin.listed);
    let within = listed.filter(|e| e.state == State::Meets);
    let next = within.min_by(|a, b| a.aim.value.total_cmp(&b.aim.value))?;
    let dearer = match (&t.aim, &next.apart) {
        (Aim::Dollars(_), Some(apart)) if apart.value >= 0.005 => {
            format!(" ({} a {} more)", usd(apart.value), t.about.trial_word)
        }
        _ => String::new(),
    };
    Some(format!("Surely within it: {}{dearer}.", order(t, next)))
}

/// What else is as good, and what there is today.
fn others(t: &Tuned, best: &Entry) -> String {
    let listed = |standing| {
        let all = t.entries.iter().filter(|e| e.candidate.origin.listed);
        all.filter(|e| e.standing == standing).count()
    };
    let within = within(t);
    let mut parts = Vec::new();
    parts.push(match listed(Standing::AsGood) {
        0 => format!("no other setting is as good within {within}"),
        1 => format!("one other setting is as good within {within}"),
        n => {
            let safest = safest(t, best).unwrap_or_default();
            format!(
                "{} other settings are as good within {within}{safest}",
                count(n)
            )
        }
    });
    match listed(Standing::CannotTell) {
        0 => {}
        1 => parts.push("for one more these trials cannot tell".to_owned()),
        n => parts.push(format!("for {} more these trials cannot tell", count(n))),
    }
    let told = |e: &&Entry| e.standing != Standing::AsGood;
    parts.extend(t.today().filter(told).map(|e| today(t, e)));
    format!("{}.", upper(&parts.join("; ")))
}

fn dollars(t: &Tuned) -> bool {
    match &t.aim {
        Aim::Dollars(_) => true,
        Aim::Metric(m) => is_money(m),
    }
}

/// `$0.50 a month`, `0.5`.
fn within(t: &Tuned) -> String {
    if dollars(t) {
        format!("{} a {}", usd(t.delta), t.about.trial_word)
    } else {
        format!("{}", t.delta)
    }
}

/// `, the safest of them $50 below $10 (0.05 %)`: one that surely has less risk.
fn safest(t: &Tuned, best: &Entry) -> Option<String> {
    let good = t.entries.iter().filter(|e| e.standing == Standing::AsGood);
    let listed = good.filter(|e| e.candidate.origin.listed);
    let e = listed.min_by(|a, b| risk(t, a).high.total_cmp(&risk(t, b).high))?;
    let (its, own) = (risk(t, e), risk(t, best));
    if its.high >= own.low {
        return None;
    }
    let shown = match its.value {
        p if p <= 0.0 => format!("under {}", percent(its.high)),
        p => percent(p),
    };
    let setting = e.candidate.setting.as_ref()?;
    Some(format!(
        ", the safest of them {}{} ({shown})",
        setting.named(),
        limits(t, setting, true)
    ))
}

/// What is read as the risk: the required number if it is a probability, else that of a stop by
/// the wallet.
pub fn risk<'e>(t: &Tuned, e: &'e Entry) -> &'e Estimate {
    let required = t.accept.as_ref().is_some_and(|r| r.metric.is_probability());
    match &e.required {
        Some(found) if required => found,
        _ => &e.stopped,
    }
}

fn today(t: &Tuned, e: &Entry) -> String {
    if e.standing == Standing::Recommended {
        return "that is what you have today".to_owned();
    }
    let risk = match (&t.accept, &e.required) {
        (Some(r), Some(found)) if r.metric == Metric::PStockOut => {
            format!("runs dry in {} of reload cycles", percent(found.value))
        }
        _ => match e.stopped.value {
            p if p <= 0.0 => "never stopped you".to_owned(),
            p => format!("stops you in {} of {}s", percent(p), t.about.trial_word),
        },
    };
    let dearer = match (&t.aim, &e.apart) {
        (Aim::Dollars(_), Some(apart)) if apart.low > t.delta => {
            format!(" and costs {} more", usd(apart.value))
        }
        _ => String::new(),
    };
    match &e.candidate.setting {
        Some(s) => format!(
            "yours today ({}{}) {risk}{dearer}",
            s.named(),
            limits(t, s, true)
        ),
        None => format!("without auto-reload, as today, the wallet {risk}{dearer}"),
    }
}

/// No setting will do.
fn none(t: &Tuned) -> String {
    let asked = t.accept.as_ref().map_or_else(String::new, |r| wish(t, r));
    let Some(e) = t.causes.as_ref().and_then(|c| t.entries.get(c.of)) else {
        return format!("No setting that was tried {asked}.");
    };
    let found = match &e.required {
        Some(found) => match t.accept.as_ref().map(|r| &r.metric) {
            Some(Metric::PStockOut) => format!("runs dry in {}", risk_text(t, found)),
            Some(Metric::PBlockedByWallet) | None => {
                format!("stops you in {}", risk_text(t, &e.stopped))
            }
            Some(m) => format!(
                "has {m} {} ({} to {})",
                number(m, found.value),
                number(m, found.low),
                number(m, found.high)
            ),
        },
        None => format!("stops you in {}", risk_text(t, &e.stopped)),
    };
    format!(
        "No setting that was tried {asked}. The nearest, {}, {found}.",
        order(t, e)
    )
}

/// `keeps stops by the wallet to 2 % of months`.
fn wish(t: &Tuned, r: &Requirement) -> String {
    let limit = given(&r.metric, r.value);
    match (&r.metric, r.op) {
        (Metric::PBlockedByWallet, Op::AtMost | Op::Below) => {
            format!(
                "keeps stops by the wallet to {limit} of {}s",
                t.about.trial_word
            )
        }
        (Metric::PStockOut, Op::AtMost | Op::Below) => {
            format!("keeps the wallet from running dry in more than {limit} of reload cycles")
        }
        _ => format!("meets {r}"),
    }
}

/// What would help more than another threshold.
fn cause(t: &Tuned, c: &Causes) -> Option<String> {
    let apart =
        |without: &Estimate| without.high < c.risk.low && without.value <= c.risk.value / 2.0;
    let found = t.recommended().is_some();
    if let Some(without) = c.without_limits.as_ref().filter(|w| apart(w)) {
        let s = t.entries.get(c.of)?.candidate.setting?;
        let what = match (s.cap, s.monthly_limit) {
            (Some(_), Some(_)) => "the cap and the spend limit",
            (Some(_), None) => "the cap",
            _ => "the spend limit",
        };
        let (is, them) = if s.cap.is_some() && s.monthly_limit.is_some() {
            ("are", "them")
        } else {
            ("is", "it")
        };
        let needed = format!(
            "99 of 100 {}s need at most {} from the wallet",
            t.about.trial_word,
            usd(t.needed.to_f64())
        );
        return Some(format!(
            "What stops you {is} {what}, not the threshold: without {them} it would be {}. {}.",
            percent(without.value),
            upper(&needed)
        ));
    }
    let without = c.without_declines.as_ref().filter(|w| apart(w))?;
    let declines = percent(c.decline).replace(".0 %", " %");
    if found {
        let rest = match without.value {
            p if p <= 0.0 => format!("under {}", percent(without.high)),
            p => percent(p),
        };
        return Some(format!(
            "What is left of the risk is mostly declined payments, {declines} of them: without any it \
             would be {rest}. A second payment method would take that away."
        ));
    }
    let tried = |e: &&Entry| e.candidate.origin.listed;
    let thresholds = t.entries.iter().filter(tried);
    let highest = thresholds.filter_map(|e| e.candidate.setting.map(|s| s.threshold));
    let highest = highest.max().map_or_else(String::new, money);
    Some(format!(
        "The threshold does not buy that off, up to {highest} below which it reloads: {declines} of \
         payments are declined and tried again after {}. Without declines it would be {}. A second \
         payment method helps, or a balance that lasts until the next attempt.",
        hours(c.retry_h),
        percent(without.value)
    ))
}
