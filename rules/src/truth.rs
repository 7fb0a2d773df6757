//! Three-valued logic: what is absent is neither true nor false.

use serde::{Deserialize, Serialize};

/// The value of a condition. A rule fires on `True` only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// A fact that it needs is absent.
    Unknown,
}

impl Truth {
    pub(crate) fn is_true(self) -> bool {
        self == Self::True
    }

    /// Kleene's negation: unknown stays unknown.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }

    /// Kleene's conjunction: one false makes it false, whatever is unknown.
    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut whole = Self::True;
        for part in parts {
            match part {
                Self::False => return Self::False,
                Self::Unknown => whole = Self::Unknown,
                Self::True => {}
            }
        }
        whole
    }

    /// Kleene's disjunction: one true makes it true, whatever is unknown.
    pub(crate) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        Self::all(parts.into_iter().map(Self::negated)).negated()
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::True } else { Self::False }
    }
}

impl From<Option<bool>> for Truth {
    fn from(holds: Option<bool>) -> Self {
        holds.map_or(Self::Unknown, Self::from)
    }
}
