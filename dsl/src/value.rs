//! Values and their types, shared by rule constants and by the facts that rules read.
//!
//! Numbers are exact decimals, never floats. Nothing converts implicitly: a percent is not a
//! number, CNY is not JPY, `24h` is not `1 day`.

use std::sync::Arc;
use std::time::Duration;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What kind of value a field, a parameter or a constant is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    /// Any text.
    Text,
    /// `yes` or `no`.
    Bool,
    /// A whole number.
    Int,
    /// An exact decimal number.
    Decimal,
    /// A score, 0 % to 100 %.
    Percent,
    /// An amount in any one currency; comparing two currencies is unknown, and an error where both are constants.
    Money,
    /// Elapsed time: `10m`, `24h`.
    Duration,
    /// A time of day without a date: `09:30`.
    TimeOfDay,
    /// A day of the calendar.
    Date,
    /// A moment.
    Timestamp,
    /// An IANA time zone.
    Timezone,
    /// A language tag: `zh`, `zh-Hant`, `en`.
    Language,
    /// One of a closed set of names; the string is the enum's full name.
    Enum(Arc<str>),
    /// Several values of one type.
    List(Box<Type>),
}

/// One value of a [`Type`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Value {
    /// See [`Type::Text`].
    Text(Arc<str>),
    /// See [`Type::Bool`].
    Bool(bool),
    /// [`Type::Int`] and [`Type::Decimal`].
    Number(Decimal),
    /// See [`Type::Percent`]; 70 % is 70.
    Percent(Decimal),
    /// See [`Type::Money`].
    Money {
        /// ISO 4217 code.
        currency: Currency,
        /// In the currency's main unit: CNY 12.50 is 12.50.
        amount: Decimal,
    },
    /// See [`Type::Duration`].
    Duration(Duration),
    /// See [`Type::TimeOfDay`].
    TimeOfDay(jiff::civil::Time),
    /// See [`Type::Date`].
    Date(jiff::civil::Date),
    /// See [`Type::Timestamp`].
    Timestamp(jiff::Timestamp),
    /// See [`Type::Timezone`].
    Timezone(Arc<str>),
    /// See [`Type::Language`].
    Language(Arc<str>),
    /// A member of an enum, by its name.
    Member(Arc<str>),
    /// See [`Type::List`].
    List(Vec<Value>),
}

/// An ISO 4217 currency code: three ASCII capitals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads a code such as `CNY`. `None` unless it is three ASCII capitals.
    pub fn from_code(code: &str) -> Option<Self> {
        let letters: [u8; 3] = code.as_bytes().try_into().ok()?;
        letters
            .iter()
            .all(u8::is_ascii_uppercase)
            .then_some(Self(letters))
    }

    /// The code, three capitals.
    pub fn code(&self) -> &str {
        // INVARIANT: only ASCII capitals get in, so this is always UTF-8.
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = String;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::from_code(&code).ok_or_else(|| {
            format!("`{code}` is not a currency code; write three capitals such as CNY")
        })
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}
