//! The format: every table with its keys. This list alone decides which keys are known; the schema
//! is printed from it.

use super::keys::Kind::*;
use super::keys::{Key, Kind, Spec};

const fn k(name: &'static str, kind: Kind, doc: &'static str, example: &'static str) -> Key {
    Key {
        name,
        kind,
        doc,
        example,
    }
}

/// Clients, in the order of messages.
pub(super) const CLIENTS: &[&str] = &["claude-code", "chat", "cowork", "third-party", "api"];
/// Meters by name.
pub(super) const METERS: &[&str] = &["price", "reads-free", "reads-full"];
/// Who may use the wallet.
pub(super) const ACCESS: &[&str] = &[
    "on",
    "off",
    "organisation-off",
    "seat-tier-off",
    "member-off",
];
/// Levels at which a value is drawn anew, coarse to fine.
pub(super) const LEVELS: &[&str] = &["trial", "actor", "session", "prompt", "request"];

const ANY: f64 = f64::MAX;
const MANY: u64 = 1 << 53;

#[rustfmt::skip]
pub(super) static TOP: Spec = Spec {
    title: "scenario",
    keys: &[
        k("title", Text, "What is simulated, in a few words: the heading of screens and charts. Default: the file's name.", "\"Max 5x, two agents\""),
        k("question", Text, "The question this scenario answers.", "\"Does extra usage last until the 31st?\""),
        k("sources", Texts, "Addresses of the facts it rests on.", "[\"https://support.claude.com/en/articles/12429409\"]"),
        k("start", Moment, "First instant: a day (0:00 local time) or a day with a time.", "2026-12-01"),
        k("horizon", Length, "How long is simulated, at most 2 years. Months and years are calendar months.", "\"1 month\""),
        k("timezone", Text, "IANA time zone of days, hours and resets. Default: UTC.", "\"Europe/Berlin\""),
        k("run", Table(&RUN), "How it is run.", ""),
        k("plan", Table(&PLAN), "The subscription: fee, windows, meter.", ""),
        k("model", Tables(&MODEL, "name"), "Models that the catalogue does not have.", ""),
        k("wallet", Table(&WALLET), "Prepaid or invoiced money that pays when the plan does not.", ""),
        k("incident", Tables(&INCIDENT, "kind"), "Things that go wrong on the provider's side. Default: none.", ""),
        k("actor", Tables(&ACTOR, "name"), "A source of requests: a person, a background agent, a nightly job, a seat.", ""),
        k("variant", Tables(&VARIANT, "name"), "A change that is compared against the scenario as it stands.", ""),
        k("tune", Table(&TUNE), "Auto-reload settings to search.", ""),
    ],
};

#[rustfmt::skip]
pub(super) static RUN: Spec = Spec {
    title: "[run]",
    keys: &[
        k("trials", Count(1, 1 << 24), "Simulated courses of the horizon. Default: 10 000.", "10_000"),
        k("seed", Count(0, u64::MAX), "The same seed gives the same numbers. Default: 42.", "42"),
        k("precision", Table(&PRECISION), "Run until a number is known this well, at most `trials`.", ""),
        k("budget", Money, "Dollars for the horizon: screens say how often it is exceeded.", "250"),
        k("steps", Length, "Distance of the points of the timeline. Default: about 250 points on natural marks.", "\"3h\""),
    ],
};

#[rustfmt::skip]
pub(super) static PRECISION: Spec = Spec {
    title: "run.precision",
    keys: &[
        k("metric", Text, "The number, as in a requirement: p_blocked, cost_p90, …", "\"p_blocked\""),
        k("half_width", Number(0.0, ANY), "Half the width of its 95 % interval, in its own unit.", "0.01"),
    ],
};

#[rustfmt::skip]
pub(super) static PLAN: Spec = Spec {
    title: "[plan]",
    keys: &[
        k("name", Text, "A plan of the catalogue (`burncast prices` lists them), as it stands on `price_date`. Without it the plan is what is written here.", "\"max-5x\""),
        k("label", Text, "The name people read. Default: the catalogue's.", "\"Max 5x\""),
        k("meter", TableOr(&METER, METERS), "How tokens use up a window: at list price, with cache reads free (and writes as input), with cache reads as input, or own weights.", "\"price\""),
        k("price_date", Moment, "Day whose prices and plan rules hold. Default: the start.", "2026-12-01"),
        k("billing_day", Count(1, 31), "Day of the month on which the fee falls due. Default: the start's day.", "1"),
        k("seats", Count(1, 2048), "Seats that are paid. Default: those in use, at least the plan's minimum.", "10"),
        k("per_seat", Flag, "Whether each copy of an actor has a seat with windows of its own. Default: the plan's rule.", "true"),
        k("fee", Money, "Dollars a month and seat, before tax, instead of the plan's fee.", "100"),
        k("third_party_on_plan", Flag, "Whether third-party clients may use the plan; the vendor changed this several times. Default: false.", "true"),
        k("window", Tables(&WINDOW, "id"), "Adds a window, or changes the catalogue's window of that id.", ""),
    ],
};

#[rustfmt::skip]
pub(super) static METER: Spec = Spec {
    title: "plan.meter",
    keys: &[
        k("input", Number(0.0, 1000.0), "Weight of the list price of uncached input. Default: 1.", "1"),
        k("cache_write_5m", Number(0.0, 1000.0), "Weight of the list price of 5-minute cache writes. Default: 1.", "1"),
        k("cache_write_1h", Number(0.0, 1000.0), "Weight of the list price of 1-hour cache writes. Default: 1.", "1"),
        k("cache_read", Number(0.0, 1000.0), "Weight of the list price of cache reads. Default: 1.", "0.5"),
        k("output", Number(0.0, 1000.0), "Weight of the list price of output. Default: 1.", "1"),
    ],
};

#[rustfmt::skip]
pub(super) static WINDOW: Spec = Spec {
    title: "[[plan.window]]",
    keys: &[
        k("id", Text, "Its name in files: session, week, week-fable, or a new one.", "\"week\""),
        k("label", Text, "The name people read.", "\"Week, all models\""),
        k("message", Text, "The words of a refusal.", "\"You've hit your weekly limit\""),
        k("opens", Choice(&["first-request", "fixed"]), "first-request: with the first request after it closed; fixed: at fixed instants, full again each time.", "\"fixed\""),
        k("length", Length, "How long it lasts; \"1 month\" resets on the billing day.", "\"7 days\""),
        k("round", Length, "Marks to which a first-request window's beginning is rounded down. Default: not rounded.", "\"10m\""),
        k("resets", Text, "Local weekday and time of a weekly reset, or one reset as an instant, \"2026-12-05T09:00:00Z\": the others lie whole lengths apart. Default: the week begins with the scenario's start.", "\"sat 09:00\""),
        k("limit", Draw, "Dollars of metered value: a number or a distribution, drawn once per trial; { usd = … } says the same.", "{ usd = \"18 to 33\" }"),
        k("share_of", Text, "Id of an earlier window of which this one is a share.", "\"week\""),
        k("share", Share, "The share.", "0.5"),
        k("scope", Names, "What draws on it: \"all\", or models, families and clients. A request that no window covers is paid by the wallet.", "[\"fable\"]"),
        k("used", Share, "Share of the limit used up at the start. Default: 0.", "\"37 %\""),
        k("open_until", Moment, "End of a first-request window that is open at the start.", "2026-12-01T03:20:00"),
        k("provenance", Choice(&["official", "fitted", "assumed", "given"]), "Where the limit comes from. Default: given.", "\"fitted\""),
    ],
};

#[rustfmt::skip]
pub(super) static MODEL: Spec = Spec {
    title: "[[model]]",
    keys: &[
        k("name", Text, "Its name in this file.", "\"my-model\""),
        k("family", Text, "Family that windows may speak of. Default: the name.", "\"mine\""),
        k("input", Money, "Dollars per million tokens of uncached input.", "3"),
        k("cache_write_5m", Money, "Dollars per million tokens written for 5 minutes. Default: input.", "3.75"),
        k("cache_write_1h", Money, "Dollars per million tokens written for an hour. Default: the 5-minute price.", "6"),
        k("cache_read", Money, "Dollars per million tokens read from the cache. Default: input.", "0.30"),
        k("output", Money, "Dollars per million tokens of output.", "15"),
        k("tokenizer", Number(0.01, 100.0), "Its tokens per token of the reference tokenizer. Default: 1.", "1.3"),
        k("context_max", Count(1, MANY), "Longest prompt and output together, tokens.", "200_000"),
        k("above", Table(&ABOVE), "Prices of requests with a long prompt.", ""),
    ],
};

#[rustfmt::skip]
pub(super) static ABOVE: Spec = Spec {
    title: "model.above",
    keys: &[
        k("tokens", Count(1, MANY), "Longest prompt at the ordinary price.", "200_000"),
        k("input", Money, "Dollars per million tokens, beyond it.", "6"),
        k("cache_write_5m", Money, "Dollars per million tokens, beyond it. Default: input.", "7.50"),
        k("cache_write_1h", Money, "Dollars per million tokens, beyond it. Default: the 5-minute price.", "12"),
        k("cache_read", Money, "Dollars per million tokens, beyond it. Default: input.", "0.60"),
        k("output", Money, "Dollars per million tokens, beyond it.", "22.50"),
    ],
};

#[rustfmt::skip]
pub(super) static WALLET: Spec = Spec {
    title: "[wallet]",
    keys: &[
        k("enabled", Flag, "Whether requests may be charged once the plan is used up. Default: true if there is a [wallet], else as the plan has it.", "true"),
        k("access", Choice(ACCESS), "As enabled, and who switched it off.", "\"organisation-off\""),
        k("funding", Choice(&["prepaid", "arrears"]), "Bought first, or invoiced at the end of the month. Default: the plan's.", "\"prepaid\""),
        k("label", Text, "The name people read.", "\"Extra usage\""),
        k("balance", Money, "Bought money at the start. Default: 0.", "20.00"),
        k("monthly_limit", MoneyOr("unlimited"), "Spend limit a month. Default: unlimited.", "150"),
        k("member_limit", MoneyOr("unlimited"), "Spend limit a month of each seat. Default: unlimited.", "50"),
        k("daily_limit", MoneyOr("unlimited"), "Spend limit a day. Default: the plan's.", "2_000"),
        k("spent", Money, "Spent in the current month before the start. Default: 0.", "12.40"),
        k("tax", Share, "Tax on top of card charges, fees and what is paid elsewhere: \"19 %\" or 0.19. Default: 0.", "\"19 %\""),
        k("expires_after", Length, "Life of bought money. Default: the plan's, mostly for ever.", "\"365 days\""),
        k("month", Choice(&["utc", "local", "billing-day"]), "Where months and days of spend limits begin. Default: utc.", "\"utc\""),
        k("top_up_delay", Draw, "Seconds from a purchase by hand to money that can be spent. Default: median 60, p90 420.", "{ median = 60, p90 = 420 }"),
        k("auto_reload", TableOrOff(&AUTO_RELOAD), "Buys money when the balance falls below a threshold. Default: off.", ""),
        k("grant", Tables(&GRANT, "label"), "Lots of money with rules of their own, at most 32.", ""),
        k("purchase", Tables(&PURCHASE, "at"), "Purchases on a date, whatever the balance.", ""),
    ],
};

#[rustfmt::skip]
pub(super) static AUTO_RELOAD: Spec = Spec {
    title: "[wallet.auto_reload]",
    keys: &[
        k("threshold", Money, "Buys when the balance is below this.", "5.00"),
        k("reload_to", Money, "Buys up to this balance. Either this or add.", "25.00"),
        k("add", Money, "Buys this amount. Either this or reload_to.", "20.00"),
        k("cap", MoneyOr("none"), "Most that is bought in a month. Default: none.", "150.00"),
        k("delay", Draw, "Seconds from trigger to money that can be spent. Default: 60.", "60"),
        k("decline", Share, "Probability that a payment is declined. Default: 0.", "0.01"),
        k("retry", Length, "Wait after a declined payment. Default: 1 hour.", "\"1h\""),
        k("off_after", Count(1, 1000), "Declined payments in a row after which it switches itself off. Default: never.", "3"),
    ],
};

#[rustfmt::skip]
pub(super) static GRANT: Spec = Spec {
    title: "[[wallet.grant]]",
    keys: &[
        k("amount", Money, "Dollars.", "50"),
        k("kind", Choice(&["promotional", "bought"]), "Promotional money is spent first. Default: promotional.", "\"promotional\""),
        k("label", Text, "The name people read.", "\"Launch credit\""),
        k("starts", Moment, "When it appears. Default: at the start.", "2026-12-05"),
        k("expires", Moment, "When what is left is lost. Default: never.", "2026-12-15"),
        k("clients", Names, "Clients that may spend it. Default: all.", "[\"claude-code\"]"),
    ],
};

#[rustfmt::skip]
pub(super) static PURCHASE: Spec = Spec {
    title: "[[wallet.purchase]]",
    keys: &[
        k("at", Moment, "When it is bought.", "2026-12-10"),
        k("pay", Money, "Dollars that leave the card, before tax.", "45"),
        k("get", Money, "Dollars that enter the wallet. Default: pay.", "50"),
        k("bundle", Money, "Instead of both: a bundle of the plan by what it gives.", "50"),
    ],
};

#[rustfmt::skip]
pub(super) static INCIDENT: Spec = Spec {
    title: "[[incident]]",
    keys: &[
        k("kind", Choice(&["false-refusal", "wrong-bucket", "declined-payments"]), "Refused although money or quota is left; plan work charged to the wallet; payments declined.", "\"false-refusal\""),
        k("per_month", Number(0.0, 10_000.0), "Expected number in 30 days.", "0.5"),
        k("minutes", Draw, "How long one lasts, minutes.", "\"5 to 180\""),
    ],
};

pub(super) static ACTOR: Spec = Spec {
    title: "[[actor]]",
    keys: ACTOR_KEYS,
};

#[rustfmt::skip]
const ACTOR_KEYS: &[Key] = &[
    k("name", Text, "Its name in screens and in dotted keys.", "\"me\""),
    k("preset", Text, "Defaults fitted to real usage (`burncast presets`); every key here overrides its one.", "\"claude-code-heavy\""),
    k("client", Choice(CLIENTS), "Decides which pools may pay. Default: the preset's, else claude-code.", "\"claude-code\""),
    k("count", Count(1, 2048), "Copies: \"name 1\", \"name 2\", … Where the plan counts seats each copy has a seat. Default: 1.", "2"),
    k("seat", Text, "Actors with the same word share a seat and its windows.", "\"anna\""),
    k("models", Weights, "Its model, or models with weights. A family (\"opus\") means the newest of that day.", "{ \"opus-5.5\" = 0.8, \"sonnet-5.5\" = 0.2 }"),
    k("model_per", Choice(&["session", "prompt", "request"]), "How often the model is chosen anew. Default: session.", "\"session\""),
    k("fast", Flag, "Fast mode: dearer, and on plans always paid by the wallet.", "false"),
    k("batch", Flag, "Asynchronous batches at their discount (API only).", "false"),
    k("us_only", Flag, "Pinned to the United States, at the surcharge.", "false"),
    k("effort", MapOf(&EFFORT), "Per model: requests and output for the same work, relative to the preset's.", "{ \"sonnet-5.5\" = { requests = 1.2 } }"),
    k("hours", Text, "Local hours in which sessions start: \"mon-fri 09:00-18:30, sat 10:00-14:00\" or \"always\".", "\"mon-fri 09:00-18:30\""),
    k("active", TableOr(&ACTIVE, &["always"]), "Which days it is active at all. Default: always.", ""),
    k("sessions_per_day", Draw, "Sessions of an active day: a distribution, at least one; \"150/day\" is a Poisson number that may be none.", "{ median = 4, p90 = 12 }"),
    k("allow_none", Flag, "An active day may have no session; the number is rounded down. Default: false.", "false"),
    k("volume", Draw, "Factor on the number of sessions, drawn once per trial. Default: 1.", "{ median = 1, p90 = 2 }"),
    k("drift", Number(0.0, 10.0), "Standard deviation of the daily step of the log level. Default: 0.", "0.1"),
    k("crowding", Share, "How much shorter sessions are on days with more of them: prompts × sessions^-crowding, the mean kept. 0: as long as ever; 1: a day has as many prompts, whatever its sessions. Default: 0.", "0.3"),
    k("bunching", Share, "Share of a day's sessions, the first aside, that begin soon after another one instead of at any time of the open hours. Default: 0.", "0.4"),
    k("bunch_gap", Draw, "Seconds between the two starts. Default: exponential, 10 minutes on average.", "{ exponential = { mean = 600 } }"),
    k("every", Text, "Instead of hours and sessions_per_day, one session at each time: \"day 02:00\", \"weekday 07:30\", \"mon 02:00\", \"hour\", \"30m\".", "\"day 02:00\""),
    k("prompts", Draw, "Prompts of a session.", "{ median = 3, p90 = 13 }"),
    k("requests_per_prompt", Draw, "Requests that a prompt makes.", "{ median = 3, p90 = 20 }"),
    k("first_prompt", Draw, "Requests that a session's first prompt makes, where they differ. Default: requests_per_prompt.", "{ median = 5, p90 = 40 }"),
    k("gap", Draw, "Seconds between requests of a prompt, start to start; a text like \"9s\" too.", "{ median = 9, p90 = 42 }"),
    k("prompt_gap", Draw, "Seconds from the last request of a prompt to the next prompt.", "{ law = \"lomax\", shape = 1.14, scale = 138, max = 86_400 }"),
    k("first_context", Draw, "Context of the first request, tokens of the reference tokenizer.", "{ median = 26_000, p90 = 46_000 }"),
    k("growth", Draw, "Tokens that each request adds to the context.", "{ lognormal = { mu = 6.4, sigma = 1.3 } }"),
    k("early_growth", Number(0.0, 1000.0), "Growth is multiplied by 1 + early_growth × exp(-(n-1)/early_requests) at request n. Default: 0.", "4"),
    k("early_requests", Number(0.001, 1e6), "See early_growth. Default: 4.5.", "4.5"),
    k("session_growth", Draw, "Factor on growth that holds for a session. Default: 1.", "{ median = 1, p90 = 1.9 }"),
    k("input", Draw, "Input tokens of a request that are never cached. Default: 0.", "7"),
    k("output", Draw, "Output tokens of a request.", "{ lognormal = { mu = 5.8, sigma = 1.22 } }"),
    k("compaction", TableOrOff(&COMPACTION), "When the context is replaced by a summary. Default: never.", ""),
    k("cache", TableOr(&CACHE, &["none"]), "The prompt cache. Default: the plan's times to live.", ""),
    k("context_max", Count(1, MANY), "Hard bound of the context, reference tokens. Default: 200 000.", "200_000"),
    k("latency", Length, "How long a request lasts at least. Default: 2 s.", "\"2s\""),
    k("speed", Number(0.1, 1e6), "Output tokens a second. Default: 40.", "40"),
    k("sub_agents", TableOrOff(&SUB_AGENTS), "Sub-agents that its prompts start. Default: none.", ""),
    k("runaway", TableOrOff(&RUNAWAY), "A loop that does not stop by itself. Default: none.", ""),
    k("when_blocked", Texts, "What it does when it is stopped, in this order: \"fallback MODEL\", \"top-up 20 within 10m at most 2 a month\", \"wait 2h\", \"api\", \"skip\", \"drop\". Default: wait 1h, then drop.", "[\"wait 2h\", \"drop\"]"),
];

#[rustfmt::skip]
pub(super) static EFFORT: Spec = Spec {
    title: "effort",
    keys: &[
        k("requests", Number(0.01, 100.0), "Requests per prompt, relative. Default: 1.", "1.2"),
        k("output", Number(0.01, 100.0), "Output tokens, relative. Default: 1.", "0.9"),
    ],
};

#[rustfmt::skip]
pub(super) static ACTIVE: Spec = Spec {
    title: "active",
    keys: &[
        k("after_active", Share, "P(active | active the day before). Default: 1.", "0.79"),
        k("after_idle", Share, "P(active | idle the day before). Default: that of after_active.", "0.46"),
        k("weekday", Numbers(7), "Factors on these, Monday first. Default: all 1.", "[1, 1, 1, 1, 1, 0.7, 0.7]"),
    ],
};

#[rustfmt::skip]
pub(super) static COMPACTION: Spec = Spec {
    title: "compaction",
    keys: &[
        k("at", Draw, "Context at which it happens, drawn per session, tokens.", "\"155_000 to 171_000\""),
        k("to", Draw, "Context after it.", "{ median = 47_000, p90 = 79_000 }"),
        k("output", Draw, "Output tokens of the compaction. Default: 2 000.", "2_000"),
    ],
};

#[rustfmt::skip]
pub(super) static CACHE: Spec = Spec {
    title: "cache",
    keys: &[
        k("on_plan", Weights, "Time to live while the plan pays: \"1h\", \"5m\", or both with weights.", "\"1h\""),
        k("on_credits", Choice(&["5m", "1h"]), "Time to live while credits pay.", "\"5m\""),
        k("miss_rate", Share, "Probability that a request misses for another reason. Default: 0.02.", "0.02"),
        k("shared", Draw, "Tokens at the head of a context (system prompt, tools) that other sessions keep in the cache: read even by a first request and after a miss. Default: 0.", "{ median = 12_000, p90 = 20_000 }"),
    ],
};

#[rustfmt::skip]
pub(super) static RUNAWAY: Spec = Spec {
    title: "runaway",
    keys: &[
        k("probability", Share, "Probability that a session runs away.", "0.001"),
        k("hours", Draw, "How long it runs if nothing stops it.", "\"1 to 12\""),
    ],
};

#[rustfmt::skip]
pub(super) static SUB_AGENTS: Spec = Spec {
    title: "sub_agents",
    keys: &[
        k("share", Share, "Share of sessions that use any.", "0.51"),
        k("per_session", Draw, "How many a session has that uses any.", "{ median = 2, p90 = 8 }"),
        k("at_once", Draw, "Most that start at the same prompt. Default: 1.", "{ median = 1, p90 = 3 }"),
        k("models", Weights, "Their models. Default: the actor's.", "{ \"haiku\" = 0.5, \"sonnet\" = 0.5 }"),
        k("prompts", Draw, "Prompts each gets. Default: 1.", "1"),
        k("requests_per_prompt", Draw, "Requests each makes.", "{ median = 4, p90 = 17 }"),
        k("gap", Draw, "Seconds between requests. Default: the actor's.", "{ median = 9, p90 = 42 }"),
        k("prompt_gap", Draw, "Seconds between prompts. Default: the gap.", "10"),
        k("first_context", Draw, "Context of its first request. Default: the actor's.", "{ median = 15_000, p90 = 40_000 }"),
        k("growth", Draw, "Tokens per request. Default: the actor's.", "{ median = 1_300, p90 = 9_000 }"),
        k("early_growth", Number(0.0, 1000.0), "As for the actor. Default: 0.", "0"),
        k("early_requests", Number(0.001, 1e6), "As for the actor.", "4.5"),
        k("session_growth", Draw, "Factor on growth of a sub-agent. Default: 1.", "1"),
        k("input", Draw, "Input that is never cached. Default: the actor's.", "3"),
        k("output", Draw, "Output tokens. Default: the actor's.", "{ median = 202, p90 = 1_552 }"),
        k("compaction", TableOrOff(&COMPACTION), "Default: never.", ""),
        k("cache", TableOr(&CACHE, &["none"]), "Default: 5 minutes, whoever pays.", ""),
        k("context_max", Count(1, MANY), "Hard bound of the context. Default: the actor's.", "200_000"),
        k("latency", Length, "Default: the actor's.", "\"2s\""),
        k("speed", Number(0.1, 1e6), "Default: the actor's.", "40"),
        k("one_off", TableOrOff(&ONE_OFF), "Those that make one request only. Default: none are set apart.", ""),
    ],
};

#[rustfmt::skip]
pub(super) static ONE_OFF: Spec = Spec {
    title: "one_off",
    keys: &[
        k("share", Share, "Share of the sub-agents that make one request only (titles, warm-ups, forks of the main context).", "0.4"),
        k("models", Weights, "Their models. Default: those of the other sub-agents.", "\"haiku\""),
        k("uncached", Share, "Share of them whose whole prompt goes past the cache (warm-ups, titles). Default: 0.", "0.5"),
        k("input", Draw, "Input of these. Default: that of the other sub-agents.", "860"),
        k("context", Draw, "Context of the rest. Default: first_context of the other sub-agents.", "{ median = 25_000, p90 = 90_000 }"),
        k("read", Draw, "Share of that context that is read from the cache, 0 to 1; the rest is written. Default: 0.", "0.95"),
        k("output", Draw, "Output tokens. Default: the others'.", "{ median = 60, p90 = 300 }"),
    ],
};

#[rustfmt::skip]
pub(super) static VARIANT: Spec = Spec {
    title: "[[variant]]",
    keys: &[
        k("name", Text, "What people read.", "\"Sonnet everywhere\""),
        k("set", Settings, "Keys to change, as with --set.", "{ \"actor.me.models\" = \"sonnet-5.5\" }"),
    ],
};

#[rustfmt::skip]
pub(super) static TUNE: Spec = Spec {
    title: "[tune]",
    keys: &[
        k("threshold", Moneys(None), "Thresholds to try. Default: some that suit the use.", "[2, 5, 10, 20]"),
        k("reload_to", Moneys(None), "Targets to try. Either this or add. Default: some that suit the use.", "[15, 25, 50, 100]"),
        k("add", Moneys(None), "Amounts to try. Either this or reload_to.", "[10, 25, 50]"),
        k("cap", Moneys(Some("none")), "Monthly caps to try. Default: the scenario's.", "[100, 300, \"none\"]"),
        k("monthly_limit", Moneys(Some("unlimited")), "Spend limits to try. Default: the scenario's.", "[150, \"unlimited\"]"),
        k("accept", Text, "The requirement that an acceptable setting meets.", "\"p_blocked_by_wallet <= 0.02\""),
        k("minimise", Text, "What the best of them has least of, as in a requirement. Default: dollars, at the prices below.", "\"cost_p50\""),
        k("delta", Number(0.0, ANY), "A difference that does not matter: dollars over the horizon, or the unit of minimise. Default: 0.50.", "0.50"),
        k("stopped_hour", Money, "Dollars that an hour costs in which an actor is stopped by the wallet. Default: 0.", "40"),
        k("blocked_request", Money, "Dollars that a request costs which the wallet refuses. Default: 0.", "0.25"),
        k("reload_fee", Money, "Dollars that each reload costs beside what it buys. Default: 0.10.", "0.30"),
        k("idle_rate", Share, "What idle money costs in a month of 30 days, as a share of it. Default: 1 %.", "\"2 %\""),
        k("charges", Flag, "Whether what is paid counts, less what is left in the end. Default: true.", "true"),
    ],
};

const SHAPE: &str = "See law.";

/// Keys of a distribution.
pub(super) static DRAW: Spec = Spec {
    title: "distribution",
    keys: DISTRIBUTION,
};

#[rustfmt::skip]
const DISTRIBUTION: &[Key] = &[
    k("usd", Draw, "For limits of windows: the distribution, with its unit said.", "\"18 to 33\""),
    k("median", Number(0.0, ANY), "With p90: a lognormal.", "4"),
    k("p90", Number(0.0, ANY), "See median.", "12"),
    k("mean", Number(0.0, ANY), "With sd: a lognormal. With law: its mean.", "5"),
    k("sd", Number(0.0, ANY), "See mean.", "3"),
    k("law", Text, "A named law with its parameters beside it: lognormal, normal, gamma, weibull, lomax, exponential, poisson, negative-binomial, geometric, uniform, triangular, pert, beta, constant.", "\"lomax\""),
    k("mu", Number(f64::MIN, ANY), SHAPE, "5.8"),
    k("sigma", Number(0.0, ANY), SHAPE, "1.22"),
    k("shape", Number(0.0, ANY), SHAPE, "1.14"),
    k("scale", Number(0.0, ANY), SHAPE, "138"),
    k("low", Number(f64::MIN, ANY), SHAPE, "1"),
    k("mode", Number(f64::MIN, ANY), SHAPE, "3"),
    k("high", Number(f64::MIN, ANY), SHAPE, "9"),
    k("alpha", Number(0.0, ANY), SHAPE, "2"),
    k("beta", Number(0.0, ANY), "The second parameter of the law beta.", "5"),
    k("size", Number(0.0, ANY), SHAPE, "0.9"),
    k("value", Number(f64::MIN, ANY), "The value of the law constant.", "1"),
    k("lognormal", Settings, "{ mu, sigma } of the natural logarithm.", "{ mu = 5.8, sigma = 1.22 }"),
    k("normal", Settings, "{ mean, sd }.", "{ mean = 10, sd = 2 }"),
    k("gamma", Settings, "{ shape, scale }.", "{ shape = 2, scale = 3 }"),
    k("weibull", Settings, "{ shape, scale }.", "{ shape = 0.75, scale = 32 }"),
    k("lomax", Settings, "{ shape, scale }: Pareto II from 0.", "{ shape = 1.14, scale = 138 }"),
    k("exponential", Settings, "{ mean }.", "{ mean = 10 }"),
    k("poisson", Settings, "{ mean }.", "{ mean = 4 }"),
    k("negative-binomial", Settings, "{ mean, size }.", "{ mean = 10, size = 0.9 }"),
    k("geometric", Settings, "{ mean }, from 1.", "{ mean = 3 }"),
    k("uniform", Settings, "{ low, high }.", "{ low = 1, high = 9 }"),
    k("triangular", Settings, "{ low, mode, high }.", "{ low = 1, mode = 3, high = 9 }"),
    k("pert", Settings, "{ low, mode, high }.", "{ low = 1, mode = 3, high = 9 }"),
    k("constant", Settings, "{ value }.", "{ value = 1 }"),
    k("values", Numbers(0), "Observed values, drawn with equal chance.", "[3, 5, 8, 13]"),
    k("csv", Text, "A file with observed values, relative to the scenario's folder.", "\"sessions.csv\""),
    k("column", Text, "The column of the CSV file. Default: the first.", "\"sessions\""),
    k("mixture", Tables(&MIXTURE, "weight"), "Distributions with weights.", ""),
    k("min", Number(f64::MIN, ANY), "Smallest value: smaller ones are not drawn.", "1"),
    k("max", Number(f64::MIN, ANY), "Largest value: larger ones are not drawn.", "86_400"),
    k("per", Choice(LEVELS), "How long a value holds.", "\"session\""),
];

#[rustfmt::skip]
pub(super) static MIXTURE: Spec = Spec {
    title: "mixture",
    keys: &[
        k("weight", Number(0.0, ANY), "Relative weight.", "0.7"),
        k("of", Draw, "The distribution.", "{ median = 60, p90 = 240 }"),
    ],
};
