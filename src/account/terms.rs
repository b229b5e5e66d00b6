//! What a kind of request may use: from the names of clients and models to a class of the gate.

use super::spec::Class;

/// What draws on a window, or what a rule is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    All,
    /// Models or families, and clients; an empty list leaves that side open.
    Some {
        models: Vec<String>,
        clients: Vec<String>,
    },
}

impl Scope {
    pub fn covers(&self, model: &str, family: &str, client: &str) -> bool {
        match self {
            Scope::All => true,
            Scope::Some { models, clients } => {
                let has = |all: &[String], one: &str| all.iter().any(|x| x == one);
                (models.is_empty() || has(models, model) || has(models, family))
                    && (clients.is_empty() || has(clients, client))
            }
        }
    }
}

/// Requests that the plan leaves to the wallet whatever its windows hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditOnly {
    pub scope: Scope,
    /// Only prompts longer than this, tokens; none: all.
    pub prompt_above: Option<u64>,
}

/// Who may use what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// What draws on each window, in the order of the account's windows.
    pub windows: Vec<Scope>,
    pub credit_only: Vec<CreditOnly>,
    /// Whether fast mode is always paid by the wallet.
    pub fast_on_credits: bool,
    /// Whether third-party clients may use the plan.
    pub third_party: bool,
    /// Clients of each grant of the wallet; empty: all.
    pub grants: Vec<Vec<String>>,
}

/// A kind of request, as far as the rules tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort<'a> {
    pub client: &'a str,
    pub model: &'a str,
    pub family: &'a str,
    pub fast: bool,
    /// Longest prompt, tokens; 0 where long prompts are not told apart.
    pub prompt: u64,
}

impl Terms {
    /// The class of a kind of request.
    pub fn class(&self, of: &Sort<'_>) -> Class {
        let third_party = of.client == "third-party";
        let credit_only = self.credit_only.iter().any(|rule| {
            rule.scope.covers(of.model, of.family, of.client)
                && rule.prompt_above.is_none_or(|most| of.prompt > most)
        });
        let plan = of.client != "api"
            && (!third_party || self.third_party)
            && !credit_only
            && !(of.fast && self.fast_on_credits);
        let scopes = self.windows.iter().enumerate();
        let windows = scopes
            .filter(|(_, scope)| scope.covers(of.model, of.family, of.client))
            .fold(0u8, |mask, (i, _)| {
                mask | 1u8.checked_shl(i as u32).unwrap_or(0)
            });
        let grants = self
            .grants
            .iter()
            .enumerate()
            .filter(|(_, clients)| clients.is_empty() || clients.iter().any(|c| c == of.client))
            .fold(0u32, |mask, (i, _)| {
                mask | 1u32.checked_shl(i as u32).unwrap_or(0)
            });
        Class {
            // No window in scope and plan = true would be free work: such requests are paid.
            plan: plan && windows != 0,
            windows: if plan { windows } else { 0 },
            grants,
            third_party,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(models: &[&str]) -> Scope {
        Scope::Some {
            models: models.iter().map(|m| (*m).to_owned()).collect(),
            clients: Vec::new(),
        }
    }

    fn opus(prompt: u64) -> Sort<'static> {
        Sort {
            client: "claude-code",
            model: "opus-5",
            family: "opus",
            fast: false,
            prompt,
        }
    }

    #[test]
    fn rules_decide_who_may_use_the_plan() {
        let terms = Terms {
            windows: vec![Scope::All, some(&["fable"]), some(&["opus"])],
            credit_only: vec![CreditOnly {
                scope: some(&["opus-5"]),
                prompt_above: Some(200_000),
            }],
            fast_on_credits: true,
            third_party: false,
            grants: vec![vec![], vec!["chat".into()]],
        };
        let class = |of: Sort<'_>| {
            let c = terms.class(&of);
            (c.plan, c.windows, c.grants)
        };
        assert_eq!(class(opus(200_000)), (true, 0b101, 1));
        assert_eq!(class(opus(200_001)), (false, 0, 1));
        assert!(
            !class(Sort {
                fast: true,
                ..opus(0)
            })
            .0
        );
        assert!(
            !class(Sort {
                client: "api",
                ..opus(0)
            })
            .0
        );
        let other = Sort {
            client: "third-party",
            ..opus(0)
        };
        assert!(!class(other).0);
        assert!(terms.class(&other).third_party);
        let nothing = Terms::default().class(&opus(0));
        assert_eq!((nothing.plan, nothing.windows), (false, 0));
    }
}
