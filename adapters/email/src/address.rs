//! Addresses of mailboxes, as one names people by them.

use std::fmt;
use std::str::FromStr;

use lettre::Address;

/// RFC 5321, 4.5.3.1.3: a path has 256 octets, two of them brackets.
const MAX_BYTES: usize = 254;

/// An address that can stand in a message and in an SMTP command. In lower case: `Li@Shop.example` is the same person as
/// `li@shop.example` for every server in use, so it is the same customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAddress(Address);

/// It is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a mail address such as li@shop.example, of at most {MAX_BYTES} bytes, without name or brackets"
)]
pub struct AddressError;

impl MailAddress {
    /// The part behind the `@`.
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    pub(crate) fn as_lettre(&self) -> &Address {
        &self.0
    }
}

impl FromStr for MailAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        // What is allowed in quotes (spaces, line ends, a second @) is used by nobody but attackers.
        let is_odd = |letter: char| {
            letter.is_control() || letter.is_whitespace() || "\"\\<>()[],;:".contains(letter)
        };
        if text.len() > MAX_BYTES || text.contains(is_odd) {
            return Err(AddressError);
        }
        let address = text.to_lowercase().parse::<Address>();
        address.map(Self).map_err(|_| AddressError)
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_person_however_it_is_written() {
        let address: MailAddress = "Li.Lei+Shop@Example.COM".parse().unwrap();
        assert_eq!(address.to_string(), "li.lei+shop@example.com");
        assert_eq!(address.domain(), "example.com");
    }

    #[test]
    fn what_could_be_more_than_an_address_is_none() {
        let long = format!("{}@example.com", "a".repeat(MAX_BYTES));
        for text in [
            "",
            "li",
            "@example.com",
            "li@",
            "li@example.com\r\nBcc: all@example.com",
            "li@example.com\nRCPT TO:<x@y.z>",
            "li@example.com, wang@example.com",
            "Li <li@example.com>",
            "<li@example.com>",
            "\"li lei\"@example.com",
            "li lei@example.com",
            "li@example.com\0",
            "li@[127.0.0.1]",
            "li@a@example.com",
            &long,
        ] {
            assert_eq!(text.parse::<MailAddress>(), Err(AddressError), "{text:?}");
        }
    }
}
