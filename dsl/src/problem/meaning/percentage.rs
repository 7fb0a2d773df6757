//! What a bare number means where a percentage is needed; for the help and for the fix alike.

use rust_decimal::Decimal;

/// What a bare number stands for as a percentage: people write 70 and 0.7 for 70%. `None` for 1, which may be either, and for
/// what is no number up to 100.
pub(crate) fn meant(written: &str) -> Option<String> {
    let number: Decimal = written.parse().ok()?;
    if number > Decimal::ONE && number <= Decimal::ONE_HUNDRED {
        Some(format!("{written}%"))
    } else if number > Decimal::ZERO && number < Decimal::ONE {
        Some(format!("{}%", (number * Decimal::ONE_HUNDRED).normalize()))
    } else {
        number.is_zero().then(|| "0%".to_owned())
    }
}
