//! The same work under every plan that a person or a team could buy for it.
//!
//! A plan is put into the scenario by settings, as a person would type them. What belongs to the
//! scenario's own plan (its fee, its windows, the state of a real account) stays with that plan.

use super::build::Scenario;
use super::problems::{Problem, Problems};
use super::rivals::quoted;
use crate::base::money::Money;
use crate::catalog::{Catalog, PlanEntry, WalletKind};

/// A plan that can be bought for this work.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The catalogue's identifier.
    pub id: String,
    /// `Max 5x`; `10 × Pro` where everybody has a plan of their own.
    pub label: String,
    /// The scenario under this plan; its wallet is still to be decided.
    pub scenario: Scenario,
    /// A month, all seats, before tax.
    pub fee: Money,
    /// For a year paid at once, all seats, where that is offered.
    pub yearly: Option<Money>,
    /// Whether anything but the wallet ever pays.
    pub has_windows: bool,
    /// Whether anything can be bought on it.
    pub has_wallet: bool,
    /// Whether it is several accounts, each with a wallet of its own.
    pub several_accounts: bool,
    /// The plan that the scenario has.
    pub today: bool,
}

/// Everything on offer.
#[derive(Clone, Debug)]
pub struct Offers {
    pub offers: Vec<Offer>,
    /// Plans that are not compared: their names and why.
    pub left_out: Vec<(String, String)>,
    /// What a reader must know of how the offers were made.
    pub notes: Vec<String>,
}

/// Settings that take away what belongs to one plan only. Its wallet goes, too.
const BARE: [&str; 6] = [
    "plan.fee=",
    "plan.label=",
    "plan.window=",
    "plan.seats=",
    "plan.per_seat=",
    "wallet=",
];

impl Scenario {
    /// The same work under every plan of the catalogue that can be bought for it on the scenario's
    /// day, in the catalogue's order.
    ///
    /// # Errors
    /// When the scenario's plan or models are not the catalogue's, when nothing of the work could
    /// run on a plan, or when the scenario cannot be changed so.
    pub fn offers(&self) -> Result<Offers, Problems> {
        let fail = |p: Problem| Problems::new(&format!("{}.toml", self.name), Vec::new(), vec![p]);
        self.comparable().map_err(fail)?;
        let mut found = Offers {
            offers: Vec::new(),
            left_out: Vec::new(),
            notes: self.moved(),
        };
        for entry in Catalog::embedded().plans_on(self.price_date) {
            let today = self.plan_id.as_ref() == Some(&entry.id);
            if let Some(why) = self.unfit(entry, today) {
                found.left_out.push((entry.name.clone(), why));
                continue;
            }
            match self.offer(entry, today) {
                Ok(offer) => found.offers.push(offer),
                Err(problems) if today => return Err(problems),
                Err(problems) => {
                    let first = problems.iter().next().map(|p| p.what.clone());
                    let why = first.unwrap_or_else(|| "it does not fit this scenario".to_owned());
                    found.left_out.push((entry.name.clone(), why));
                }
            }
        }
        if found.offers.len() < 2 {
            let problem = Problem::nowhere("there is no second plan to hold this one against");
            return Err(fail(
                problem.expected(format!("the catalogue's plans on {}", self.price_date)),
            ));
        }
        Ok(found)
    }

    /// Whether the catalogue's plans are an alternative at all.
    fn comparable(&self) -> Result<(), Problem> {
        if self.plan_id.is_none() {
            return Err(Problem::nowhere(
                "the plan of this scenario is not one of the catalogue's",
            )
            .expected("plans are compared among those of the catalogue")
            .help("name the one you have, as in --set plan.name=pro; to hold plans of your own against each other, write variants and use burncast compare"));
        }
        if let Some(own) = self.own_models().next() {
            return Err(Problem::nowhere(format!(
                "the model \"{own}\" is the scenario's own: no plan of the catalogue has it"
            ))
            .help("burncast compare holds plans of your own against each other"));
        }
        let batch = |a: &serde_json::Value| a["batch"].as_bool() == Some(true);
        if self.actor_tables().all(batch) {
            return Err(Problem::nowhere(
                "all of this work is batches, which run on an API key only",
            )
            .expected("no plan takes them"));
        }
        Ok(())
    }

    /// People who need a seat.
    fn people(&self) -> usize {
        self.experiment.account.seats.max(1)
    }

    fn has_seats(&self) -> bool {
        let entry = self.plan_id.as_deref();
        let entry = entry.and_then(|id| Catalog::embedded().plan(id, self.price_date).ok());
        self.people() > 1
            || self.effective["plan"]["per_seat"].as_bool() == Some(true)
            || entry.is_some_and(|e| e.per_seat)
    }

    /// Why a plan is not compared.
    fn unfit(&self, entry: &PlanEntry, today: bool) -> Option<String> {
        let clients: Vec<&str> = self.actor_tables().map(client).collect();
        let has_fee = today && !self.effective["plan"]["fee"].is_null();
        if entry.fee.monthly.is_none() && !has_fee {
            return Some("fee negotiated; plan.fee sets it, if it is yours".to_owned());
        }
        if today {
            return None;
        }
        if entry.per_seat && !self.has_seats() {
            return Some("for teams".to_owned());
        }
        let people = self.people();
        if entry.per_seat && entry.seats.1.is_some_and(|most| people > most as usize) {
            return Some(format!("fewer seats than {people}"));
        }
        if entry.wallet.kind == WalletKind::None {
            if people > 1 {
                return Some("for one person".to_owned());
            }
            if clients.iter().any(|c| *c != "chat") {
                return Some("chat only, and nothing can be bought on it".to_owned());
            }
        }
        None
    }

    fn offer(&self, entry: &PlanEntry, today: bool) -> Result<Offer, Problems> {
        let people = self.people();
        let several = self.has_seats() && !entry.per_seat && !entry.windows.is_empty();
        let mut sets: Vec<String> = Vec::new();
        if today {
            sets.push("wallet=".to_owned());
        } else {
            sets.extend(BARE.map(str::to_owned));
            sets.push(format!("plan.name={}", quoted(&entry.id)));
            if self.has_seats() && !entry.per_seat {
                sets.push("plan.per_seat=true".to_owned());
            }
        }
        if let Some(month) = self.effective["wallet"]["month"].as_str() {
            sets.push(format!("wallet.month={}", quoted(month)));
        }
        if entry.wallet.kind == WalletKind::None {
            sets.push("wallet=".to_owned());
        }
        sets.extend(self.actors_on(entry));
        let scenario = self.with(&sets)?;
        let fee_of = |s: &Scenario| s.experiment.months.iter().map(|m| m.fee).max();
        let mut fee = fee_of(&scenario).unwrap_or(Money::ZERO);
        if fee == Money::ZERO {
            // No fee falls due in a short horizon: ask on its first day.
            let first = self.effective["start"].as_str().and_then(|s| s.get(8..10));
            let day = first.and_then(|d| d.parse::<u8>().ok()).unwrap_or(1);
            let mut due = sets.clone();
            due.push(format!("plan.billing_day={}", day.min(28)));
            fee = self.with(&due).ok().and_then(|s| fee_of(&s)).unwrap_or(fee);
        }
        let seats = match entry.per_seat {
            true => people.max(entry.seats.0 as usize),
            false if several => people,
            false => 1,
        };
        let times = |m: Money| i64::try_from(seats).ok()?.checked_mul(m.0).map(Money);
        Ok(Offer {
            id: entry.id.clone(),
            label: match several && people > 1 {
                true => format!("{people} × {}", entry.name),
                false => entry.name.clone(),
            },
            fee,
            yearly: entry.fee.annual.and_then(times),
            has_windows: !scenario.experiment.account.windows.is_empty(),
            has_wallet: entry.wallet.kind != WalletKind::None,
            several_accounts: several && people > 1,
            today,
            scenario,
        })
    }

    /// What actors need to work on a plan: an API key gives way to the plan's own client, except for
    /// batches, which stay where they are; top-ups by hand go with the wallet.
    fn actors_on(&self, entry: &PlanEntry) -> Vec<String> {
        let mut sets = Vec::new();
        for (i, actor) in self.actor_tables().enumerate() {
            let key = self.actor_key(i, actor);
            let batch = actor["batch"].as_bool() == Some(true);
            if client(actor) == "api" && !entry.windows.is_empty() {
                match batch {
                    true => sets.push(format!("actor.{key}.when_blocked=[\"api\"]")),
                    false => sets.push(format!("actor.{key}.client=\"claude-code\"")),
                }
                if batch {
                    continue;
                }
            }
            let Some(reactions) = actor["when_blocked"].as_array() else {
                continue;
            };
            let texts: Vec<&str> = reactions.iter().filter_map(|r| r.as_str()).collect();
            if texts.iter().any(|t| t.starts_with("top-up")) {
                let kept = texts.iter().filter(|t| !t.starts_with("top-up"));
                let kept: Vec<String> = kept.map(|t| quoted(t)).collect();
                sets.push(format!("actor.{key}.when_blocked=[{}]", kept.join(", ")));
            }
        }
        sets
    }

    /// Who works through another client on a plan, and who stays on an API key.
    fn moved(&self) -> Vec<String> {
        let names = |batch: bool| -> Vec<&str> {
            self.actor_tables()
                .filter(|a| client(a) == "api" && (a["batch"].as_bool() == Some(true)) == batch)
                .filter_map(|a| a["name"].as_str())
                .collect()
        };
        let mut notes = Vec::new();
        let (moved, stay) = (names(false), names(true));
        if !moved.is_empty() {
            notes.push(format!(
                "{} works with an API key today; under a plan it is taken to work in Claude Code \
                 instead, since a key never draws on a plan",
                moved.join(", ")
            ));
        }
        if !stay.is_empty() {
            notes.push(format!(
                "batches ({}) stay on an API key, whatever the plan: their list price is in every row",
                stay.join(", ")
            ));
        }
        notes
    }
}

fn client(actor: &serde_json::Value) -> &str {
    actor["client"].as_str().unwrap_or("claude-code")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
start = 2026-12-01
horizon = "1 month"
[plan]
name = "max-5x"
fee = 80
[[plan.window]]
id = "week"
limit = { usd = 500 }
[wallet]
enabled = true
balance = 5
monthly_limit = 50
[[actor]]
name = "me"
preset = "claude-code-moderate"
models = "opus-5.5"
when_blocked = ["top-up 20 within 30m at most 1 a month", "wait 1h"]
"#;

    fn parse(text: &str, sets: &[&str]) -> Scenario {
        let sets: Vec<String> = sets.iter().map(|s| (*s).to_owned()).collect();
        match super::super::parse("mine.toml", text, &sets) {
            Ok(scenario) => scenario,
            Err(problems) => panic!("{}", problems.render(false, 100)),
        }
    }

    fn labels(found: &Offers) -> Vec<String> {
        let fee = |o: &Offer| o.fee.round_to_cent().to_string();
        let all = found.offers.iter();
        all.map(|o| format!("{} {}", o.label, fee(o))).collect()
    }

    #[test]
    fn what_belongs_to_a_plan_stays_with_it() {
        let found = parse(TEXT, &[]).offers().unwrap();
        assert_eq!(
            labels(&found),
            [
                "Pro $20.00",
                "Max 5x $80.00",
                "Max 20x $200.00",
                "API $0.00"
            ]
        );
        let limit = |i: usize| {
            let windows = &found.offers[i].scenario.experiment.account.windows;
            windows
                .iter()
                .find(|w| w.name == "week")
                .unwrap()
                .provenance
        };
        use crate::account::spec::Provenance;
        assert_eq!(limit(1), Provenance::Given);
        assert_ne!(limit(2), Provenance::Given);
        assert!(found.offers[1].today && !found.offers[1].several_accounts);
        assert_eq!(found.left_out.len(), 6, "{:?}", found.left_out);
        let free = &found.left_out[0];
        assert_eq!(free.0, "Free");
        assert!(free.1.contains("chat only"), "{free:?}");
    }

    #[test]
    fn a_team_may_buy_seats_or_a_plan_for_everybody() {
        let found = parse(
            TEXT,
            &[
                "plan.name=team-standard",
                "plan.fee=",
                "actor.me.count=3",
                "plan.seats=4",
            ],
        )
        .offers()
        .unwrap();
        assert_eq!(
            labels(&found),
            [
                "3 × Pro $60.00",
                "3 × Max 5x $300.00",
                "3 × Max 20x $600.00",
                "Team Standard $100.00",
                "Team Premium $375.00",
                "Enterprise (usage-based) $60.00",
                "API $0.00"
            ]
        );
        for offer in &found.offers {
            let account = &offer.scenario.experiment.account;
            assert_eq!(account.seats, 3, "{}", offer.label);
        }
    }

    #[test]
    fn a_short_horizon_has_a_fee_too() {
        let short = &["horizon=1 week", "plan.billing_day=20", "plan.fee="];
        let found = parse(TEXT, short).offers().unwrap();
        assert_eq!(labels(&found)[1], "Max 5x $100.00");
    }

    #[test]
    fn what_has_no_alternative_is_told() {
        let what = |text: &str, sets: &[&str]| match parse(text, sets).offers() {
            Ok(_) => String::new(),
            Err(problems) => problems.render(false, 100),
        };
        let own = what(TEXT, &["plan.name=", "plan.window="]);
        assert!(own.contains("not one of the catalogue's"), "{own}");
        let batch = what(
            TEXT,
            &[
                "actor.me.client=api",
                "actor.me.batch=true",
                "plan.name=api",
                "plan.window=",
                "actor.me.models=haiku-5.5",
            ],
        );
        assert!(batch.contains("API key only"), "{batch}");
    }
}
