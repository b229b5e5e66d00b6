//! What comes out: money to the last digit, classes, seats, distributions.

use super::parse;
use crate::account::rates::Kind;
use crate::account::spec::{Access, Funding, Limit, Opens, ReloadAmount};
use crate::base::law::{Draw, Law, Level};
use crate::base::money::Money;
use crate::base::time::Span;
use crate::demand::spec::{CacheSpec, Reaction, Rhythm, Ttl};
use crate::scenario::Scenario;

fn scenario(middle: &str, actor: &str) -> Scenario {
    let text = format!(
        "start = 2026-12-01\nhorizon = \"1 month\"\ntimezone = \"Europe/Berlin\"\n{middle}\n[[actor]]\nname = \"me\"\npreset = \"claude-code-heavy\"\nmodels = \"opus-5.5\"\n{actor}"
    );
    parse("a.toml", &text, &[]).unwrap_or_else(|p| panic!("{p}"))
}

const MAX: &str = "[plan]\nname = \"max-5x\"\n";

#[test]
fn money_is_read_exactly() {
    let wallet = "[wallet]\nbalance = 0.000000000001\nspent = 5.00\nmonthly_limit = 1e2\ndaily_limit = \"$19.99\"\ntax = \"19.25 %\"\n";
    let s = scenario(&format!("{MAX}{wallet}"), "");
    let w = &s.experiment.account.wallet;
    assert_eq!(w.balance, Money(1));
    assert_eq!(w.spent_before, Money::usd(5));
    assert_eq!(w.monthly_limit, Some(Money::usd(100)));
    assert_eq!(w.daily_limit, Some(Money::cents(1999)));
    assert_eq!(w.tax_ppm, 192_500);
    // 0.1 + 0.2 in binary would not be 0.3.
    let s = scenario(
        "[wallet]\nbalance = 0.3\n[[wallet.grant]]\namount = 0.1\nexpires = 2026-12-24",
        "",
    );
    assert_eq!(s.experiment.account.wallet.balance.0, 300_000_000_000);
    assert_eq!(
        s.experiment.account.wallet.grants[0].amount.0,
        100_000_000_000
    );
}

#[test]
fn prices_are_those_of_the_day() {
    let s = scenario(MAX, "");
    let rate = s.experiment.models[0].rates.base;
    assert_eq!(rate.price[Kind::Input as usize], 4_000_000);
    assert_eq!(rate.price[Kind::Read as usize], 200_000);
    assert_eq!(rate.units, rate.price);
    let free = scenario("[plan]\nname = \"max-5x\"\nmeter = \"reads-free\"\n", "");
    let units = free.experiment.models[0].rates.base.units;
    assert_eq!(units, [4_000_000, 4_000_000, 4_000_000, 0, 20_000_000]);
    let haiku = parse(
        "a.toml",
        &scenario(MAX, "").text.replace("opus-5.5", "haiku"),
        &[],
    )
    .unwrap_or_else(|p| panic!("{p}"));
    let card = haiku.experiment.models[0].rates;
    assert_eq!(haiku.experiment.models[0].name, "haiku-5.5");
    assert_eq!(card.tier_above, 100_000);
    assert_eq!(card.tier.price[Kind::Output as usize], 2_500_000);
}

#[test]
fn the_plan_brings_windows_and_a_wallet() {
    let s = scenario(MAX, "");
    let a = &s.experiment.account;
    let names: Vec<&str> = a.windows.iter().map(|w| w.name.as_str()).collect();
    assert_eq!(names, ["session", "week", "week-fable"]);
    assert!(
        matches!(a.windows[0].opens, Opens::FirstRequest { length, round, .. }
        if length == Span::hours(5) && round == Span::minutes(10))
    );
    assert!(matches!(&a.windows[1].opens, Opens::Fixed { resets } if resets.len() == 4));
    assert!(matches!(a.windows[2].limit, Limit::ShareOf { window: 1, share } if share == 0.5));
    assert!(matches!(&a.windows[0].limit, Limit::Usd(d) if d.per == Level::Trial));
    assert_eq!(a.wallet.access, Access::Off);
    assert_eq!(a.classes.len(), 1);
    assert!(a.classes[0].plan && a.classes[0].windows == 0b011);
    assert_eq!(s.experiment.months[0].fee, Money::usd(100));
    assert!(s.warnings.iter().any(|w| w.contains("assumed")));
    let free = scenario("[plan]\nname = \"free\"\n", "");
    assert_eq!(free.experiment.account.wallet.access, Access::Impossible);
    let seat = scenario(
        "[plan]\nname = \"enterprise-seat\"\nfee = 60\n[wallet]\n",
        "",
    );
    assert_eq!(seat.experiment.account.wallet.funding, Funding::Arrears);
}

#[test]
fn clients_and_modes_decide_who_pays() {
    let class = |middle: &str, actor: &str| scenario(middle, actor).experiment.account.classes[0];
    assert!(!class(MAX, "client = \"third-party\"\n").plan);
    assert!(class(MAX, "client = \"third-party\"\n").third_party);
    let on = format!("{MAX}third_party_on_plan = true\n");
    assert!(class(&on, "client = \"third-party\"\n").plan);
    assert!(!class(MAX, "fast = true\n").plan);
    assert!(!class(MAX, "client = \"api\"\n").plan);
    let s = scenario(MAX, "fast = true\n");
    assert_eq!(s.experiment.models[0].name, "opus-5.5 (fast)");
    let api = scenario(
        "[plan]\nname = \"api\"\n[wallet]\nbalance = 10\n",
        "client = \"api\"\n",
    );
    assert_eq!(api.experiment.account.wallet.label, "API credits");
    assert!(api.experiment.account.windows.is_empty());
    let pro = class("[plan]\nname = \"pro\"\n", "");
    assert!(pro.plan);
    let fable = scenario("[plan]\nname = \"pro\"\n", "")
        .text
        .replace("opus-5.5", "fable-5.1");
    let fable = parse("a.toml", &fable, &[]).unwrap_or_else(|p| panic!("{p}"));
    assert!(!fable.experiment.account.classes[0].plan);
}

#[test]
fn copies_are_seats_where_the_plan_counts_them() {
    let team = "[plan]\nname = \"team-standard\"\n";
    let s = scenario(team, "count = 7\n");
    assert_eq!(s.experiment.account.seats, 7);
    assert_eq!(s.experiment.actors[6].name, "me 7");
    assert_eq!(s.experiment.actors[6].seat, 6);
    let two = "count = 3\nseat = \"dev\"\n[[actor]]\nname = \"agent\"\npreset = \"background-agent\"\nmodels = \"sonnet-5.5\"\ncount = 3\nseat = \"dev\"\n";
    let s = scenario(team, two);
    assert_eq!(
        (s.experiment.account.seats, s.experiment.actors.len()),
        (3, 6)
    );
    assert_eq!(s.experiment.actors[4].seat, 1);
    let s = scenario(MAX, "count = 2\n");
    assert_eq!(
        (s.experiment.account.seats, s.experiment.actors[1].seat),
        (1, 0)
    );
}

fn output(text: &str) -> Draw {
    let s = scenario(MAX, &format!("output = {text}\n"));
    s.experiment.actors[0].chain.output.clone()
}

#[test]
fn a_distribution_in_every_way() {
    assert_eq!(output("7").law, Law::Constant(7.0));
    let d = output("\"2 to 20\"");
    assert!((d.quantile(0.05) - 2.0).abs() < 1e-9 && (d.quantile(0.95) - 20.0).abs() < 1e-9);
    let d = output("{ median = 4, p90 = 12, max = 100 }");
    assert!((d.law.quantile(0.5) - 4.0).abs() < 1e-9 && (d.law.quantile(0.9) - 12.0).abs() < 1e-9);
    assert_eq!(d.max, Some(100.0));
    let d = output("{ mean = 10, sd = 5 }");
    assert!((d.mean_estimate() - 10.0).abs() < 1e-9);
    assert_eq!(
        output("{ gamma = { shape = 2, scale = 3 } }").law,
        output("{ law = \"gamma\", shape = 2, scale = 3 }").law
    );
    assert_eq!(
        output("{ poisson = { mean = 4 }, per = \"trial\" }").per,
        Level::Trial
    );
    assert_eq!(
        output("{ values = [3, 1, 2] }").law,
        Law::Empirical(vec![1.0, 2.0, 3.0])
    );
    let s = scenario(
        MAX,
        "gap = \"9s\"\nprompt_gap = \"10s to 5m\"\nsessions_per_day = \"150/day\"\n",
    );
    let actor = &s.experiment.actors[0];
    assert_eq!(actor.chain.gap_s.law, Law::Constant(9.0));
    assert!((actor.chain.prompt_gap_s.quantile(0.95) - 300.0).abs() < 1e-6);
    assert!(
        matches!(&actor.rhythm, Rhythm::Calendar { allow_none: true, sessions_per_day, .. }
        if sessions_per_day.law == Law::Poisson { mean: 150.0 })
    );
}

#[test]
fn a_column_of_a_file_is_a_distribution() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("out.csv"), "day,output\n1,300\n2,\n3,100\n").unwrap();
    let text = scenario(MAX, "output = { values = [1] }\n")
        .text
        .replace("values = [1]", "csv = \"out.csv\", column = \"output\"");
    let path = dir.path().join("a.toml");
    std::fs::write(&path, &text).unwrap();
    let first = super::load(&path, &[]).unwrap_or_else(|p| panic!("{p}"));
    assert_eq!(
        first.experiment.actors[0].chain.output.law,
        Law::Empirical(vec![100.0, 300.0])
    );
    std::fs::write(dir.path().join("out.csv"), "day,output\n1,300\n2,\n3,101\n").unwrap();
    assert_ne!(super::load(&path, &[]).unwrap().hash, first.hash);
    std::fs::write(dir.path().join("out.csv"), "day,output\n1,many\n").unwrap();
    let text = super::load(&path, &[]).unwrap_err().to_string();
    assert!(
        text.contains("row 2") && text.contains("\"many\""),
        "{text}"
    );
}

#[test]
fn reactions_and_caches() {
    let s = scenario(
        MAX,
        "when_blocked = [\"fallback sonnet-5.5\", \"top-up bundle 50 after 5m at most 2 a month\", \"wait 2h\", \"api\"]\ncache = { on_plan = { \"1h\" = 0.33, \"5m\" = 0.67 } }\n",
    );
    let actor = &s.experiment.actors[0];
    assert_eq!((actor.models.len(), actor.models[1].weight), (2, 0.0));
    let r = &actor.when_blocked;
    assert!(matches!(r[0], Reaction::Fallback { model_use: 1 }));
    assert!(
        matches!(&r[1], Reaction::TopUp { pay, get, per_month: 2, .. }
        if (*pay, *get) == (Money::usd(45), Money::usd(50)))
    );
    assert!(matches!(r[2], Reaction::Wait { patience } if patience == Span::hours(2)));
    assert!(
        matches!(&actor.chain.cache, CacheSpec::Ttl { on_plan, on_credits: Ttl::FiveMinutes, .. }
        if on_plan.len() == 2)
    );
    let subs = actor.sub_agents.as_ref().unwrap();
    assert!(matches!(&subs.chain.cache, CacheSpec::Ttl { on_plan, .. }
        if on_plan == &[(Ttl::FiveMinutes, 1.0)]));
    let chat = scenario(MAX, "cache = \"none\"\n");
    assert!(matches!(
        chat.experiment.actors[0].chain.cache,
        CacheSpec::None
    ));
}

#[test]
fn reloads() {
    let s = scenario(
        &format!("{MAX}[wallet.auto_reload]\nthreshold = 5\nadd = 20.00\ncap = \"none\"\n"),
        "",
    );
    let r = s.experiment.account.wallet.auto_reload.unwrap();
    assert_eq!((r.amount, r.cap), (ReloadAmount::Add(Money::usd(20)), None));
    let s = scenario(
        &format!("{MAX}[wallet.auto_reload]\nthreshold = 2\nreload_to = 5\n"),
        "",
    );
    assert!(
        s.warnings.iter().any(|w| w.contains("at least 10.00")),
        "{:?}",
        s.warnings
    );
}

#[test]
fn a_setting_without_a_value_removes_the_key() {
    let text = r#"
start = 2026-12-01
horizon = "1 month"
[plan]
name = "max-5x"
[[plan.window]]
id = "session"
used = "37 %"
open_until = 2026-12-01T03:00:00
[wallet]
balance = 20
auto_reload = { threshold = 5, add = 10 }
[[wallet.grant]]
amount = 3
expires = 2026-12-15
[[actor]]
name = "me"
preset = "casual-chat"
models = "sonnet-5.5"
"#;
    let with = |sets: &[&str]| {
        let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
        parse("t.toml", text, &sets)
    };
    let changed = with(&[
        "plan.window.session.used=",
        "plan.window.session.open_until = ",
        "plan.window.week.used=",
        "wallet.auto_reload.add=",
        "wallet.auto_reload.reload_to=25",
        "wallet.grant=",
    ])
    .unwrap();
    let account = &changed.experiment.account;
    assert_eq!(account.windows[0].used, 0.0);
    assert!(account.wallet.grants.is_empty());
    let reload = account.wallet.auto_reload.as_ref().unwrap();
    assert_eq!(reload.amount, ReloadAmount::To(Money::usd(25)));
    // Nothing comes into being by being removed, and a name must exist.
    assert_eq!(
        changed.effective["plan"]["window"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(with(&["plan.window.session.usd="]).is_err());
    assert!(
        with(&["wallet="])
            .unwrap()
            .effective
            .get("wallet")
            .is_none()
    );
    assert!(with(&["plan.window.session="]).is_err());
}
