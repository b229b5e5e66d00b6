//! The closed list of reasons for which a request is refused, in the words the user sees.

/// Why the gate refused a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A plan window in scope is empty and nothing else may pay. Carries the window's index.
    Window(u8),
    /// The client never uses the plan and the wallet is switched off.
    ThirdPartyNeedsCredits,
    /// The model or mode is paid with credits only and the wallet is switched off.
    CreditsRequired,
    /// The prepaid balance is used up.
    OutOfCredits,
    /// The monthly spend limit is reached.
    MonthlyLimit,
    /// The member's own monthly limit is reached.
    MemberLimit,
    /// The daily redemption limit is reached.
    DailyLimit,
    /// The organisation has switched credits off.
    OrganisationOff,
    /// The seat tier has no credits.
    SeatTierOff,
    /// The member has no credits.
    MemberOff,
    /// An incident: refused although quota or balance is left.
    FalseRefusal,
}

/// What the wallet decides about, as opposed to a plan window.
pub const WALLET_REASONS: [Reason; 10] = [
    Reason::ThirdPartyNeedsCredits,
    Reason::CreditsRequired,
    Reason::OutOfCredits,
    Reason::MonthlyLimit,
    Reason::MemberLimit,
    Reason::DailyLimit,
    Reason::OrganisationOff,
    Reason::SeatTierOff,
    Reason::MemberOff,
    Reason::FalseRefusal,
];

/// Most windows an account may have.
pub const WINDOWS_MAX: usize = 8;
/// Slots of an array indexed by [`Reason::slot`].
pub const REASON_SLOTS: usize = WINDOWS_MAX + WALLET_REASONS.len();

impl Reason {
    /// A dense index: windows first, then the reasons of the wallet.
    pub fn slot(self) -> usize {
        match self {
            Reason::Window(w) => usize::from(w),
            other => {
                WINDOWS_MAX
                    + WALLET_REASONS
                        .iter()
                        .position(|r| *r == other)
                        .unwrap_or(WALLET_REASONS.len() - 1)
            }
        }
    }

    /// The reason at a dense index.
    pub fn from_slot(slot: usize) -> Option<Reason> {
        if slot < WINDOWS_MAX {
            Some(Reason::Window(slot as u8))
        } else {
            WALLET_REASONS.get(slot - WINDOWS_MAX).copied()
        }
    }

    /// The name used in files.
    pub fn name(self) -> &'static str {
        match self {
            Reason::Window(_) => "window_empty",
            Reason::ThirdPartyNeedsCredits => "third_party_needs_credits",
            Reason::CreditsRequired => "credits_required",
            Reason::OutOfCredits => "out_of_credits",
            Reason::MonthlyLimit => "monthly_limit",
            Reason::MemberLimit => "member_limit",
            Reason::DailyLimit => "daily_limit",
            Reason::OrganisationOff => "organisation_off",
            Reason::SeatTierOff => "seat_tier_off",
            Reason::MemberOff => "member_off",
            Reason::FalseRefusal => "false_refusal",
        }
    }

    /// HTTP status and the message as the user sees it (publicly reported wording).
    pub fn message(self) -> (u16, &'static str) {
        match self {
            Reason::Window(_) => (429, "You've hit your limit"),
            Reason::ThirdPartyNeedsCredits => (
                400,
                "Third-party apps now draw from your extra usage, not your plan limits",
            ),
            Reason::CreditsRequired => (429, "Usage credits required"),
            Reason::OutOfCredits => (400, "You're out of extra usage"),
            Reason::MonthlyLimit => (429, "You've hit your monthly spend limit"),
            Reason::MemberLimit => (
                429,
                "You've hit your individual spend limit, ask your admin",
            ),
            Reason::DailyLimit => (429, "spend limit reached (daily)"),
            Reason::OrganisationOff => (
                429,
                "Extra usage is off for your organisation, ask your admin",
            ),
            Reason::SeatTierOff => (429, "Extra usage is off for your seat type, ask your admin"),
            Reason::MemberOff => (429, "Extra usage is off for you, ask your admin"),
            Reason::FalseRefusal => (400, "You're out of extra usage"),
        }
    }

    /// Whether money would have helped: the balance or a spend limit decided, not a plan window.
    pub fn is_wallet(self) -> bool {
        !matches!(self, Reason::Window(_) | Reason::FalseRefusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_dense_and_invertible() {
        for slot in 0..REASON_SLOTS {
            assert_eq!(Reason::from_slot(slot).unwrap().slot(), slot);
        }
        assert_eq!(Reason::from_slot(REASON_SLOTS), None);
    }
}
