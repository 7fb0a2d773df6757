//! From an SMTP server's reply to its consequence.
//!
//! Sources: RFC 5321 (codes), RFC 3463 (enhanced codes, which stand in front of the text), RFC 4954 (signing in).

use std::error::Error as _;
use std::time::Duration;

use lettre::transport::smtp::Error;
use signalbox_adapters::SendError;

/// Greylisting: servers that do not know a sender yet take its mail when it comes again after some minutes.
const GREYLISTED: Duration = Duration::from_secs(300);

/// Every mail of the account would be refused.
const NOT_A_SENDER: &str = "the mail server does not take the account's from as a sender; correct from, or what its user may send as";

/// What a failed command leads to while nothing was accepted yet: its reply decides, and without one it is safe to try again.
pub(crate) fn refused(error: &Error) -> SendError {
    let Some(code) = code(error) else {
        return busy("the connection to the mail server broke off before it had the message");
    };
    let reason = reason(code, enhanced(error).as_deref());
    if error.is_permanent() {
        let code = Some(code);
        return if is_about_us(error) {
            SendError::Unauthorized { code, reason }
        } else {
            SendError::Refused { code, reason }
        };
    }
    SendError::Busy {
        reason,
        wait: matches!(code, 450 | 451).then_some(GREYLISTED),
    }
}

/// What a failed `MAIL` leads to: nobody has been named yet but ourselves, so every message would be refused like this one.
pub(crate) fn not_a_sender(error: &Error) -> SendError {
    match code(error) {
        Some(code) if error.is_permanent() => SendError::Unauthorized {
            code: Some(code),
            reason: match code {
                530 | 534 | 535 | 538 => reason(code, None),
                _ => NOT_A_SENDER,
            },
        },
        _ => refused(error),
    }
}

/// Whether a final refusal is of who we are. Servers that put their verdict on the sender off until there is a recipient tell
/// by the enhanced code whom they mean.
fn is_about_us(error: &Error) -> bool {
    let enhanced = enhanced(error);
    let detail = enhanced.as_deref().and_then(|code| code.split_once('.'));
    match (code(error), detail.map(|(_, detail)| detail)) {
        (Some(530 | 534 | 535 | 538), _) | (_, Some("1.7" | "1.8")) => true,
        // Postfix: the user may not write from this address.
        (Some(553), Some("7.1")) => true,
        _ => false,
    }
}

/// What a failed command leads to while we sign in: whatever is final there is about us, not about the message.
pub(crate) fn not_let_in(error: &Error) -> SendError {
    if error.is_client() {
        return SendError::Unauthorized {
            code: None,
            reason: "the mail server offers no way to sign in that signalbox knows (PLAIN, LOGIN); it may want encryption first",
        };
    }
    match code(error) {
        Some(code) if error.is_permanent() => SendError::Unauthorized {
            code: Some(code),
            reason: "the mail server does not take the account's user and password; with many providers it has to be an app password",
        },
        Some(_) => busy("the mail server cannot check our password at the moment"),
        None => busy("the connection to the mail server broke off while signing in"),
    }
}

/// Nothing was accepted; again after the router's own wait.
pub(crate) fn busy(reason: &'static str) -> SendError {
    SendError::Busy { reason, wait: None }
}

/// The reply's code, if there was a reply.
pub(crate) fn code(error: &Error) -> Option<i64> {
    error.status().map(|code| i64::from(u16::from(code)))
}

/// `5.1.1`, where the reply's text begins with such a code.
fn enhanced(error: &Error) -> Option<String> {
    let text = error.source()?.to_string();
    let first = text.split_whitespace().next()?;
    let is_code = first.split('.').count() == 3
        && first.split('.').all(|part| {
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        });
    is_code.then(|| first.to_owned())
}

fn reason(code: i64, enhanced: Option<&str>) -> &'static str {
    let detail = enhanced
        .and_then(|code| code.split_once('.'))
        .map(|(_, detail)| detail);
    match (code, detail) {
        (_, Some("1.1" | "1.10" | "1.6")) => "there is no such mailbox",
        (_, Some("1.2")) => "there is no such mail domain",
        (_, Some("1.3")) => "the mail server does not take the recipient's address",
        (_, Some("1.7" | "1.8")) | (553, Some("7.1")) => NOT_A_SENDER,
        (_, Some("2.1")) => "the mailbox is switched off",
        (_, Some("2.2")) | (452 | 552, None) => "the mailbox or the mail server is full",
        (_, Some("2.3" | "3.4")) => "the message is too large",
        (_, Some("7.1" | "7.25" | "7.26" | "7.23")) => {
            "the mail server's policy forbids this message; look at SPF, DKIM and the account's rights"
        }
        (421, _) => "the mail server is closing the connection",
        (450 | 451, _) => "the mail server asks to come again later",
        (535, _) => "the mail server does not take the account's user and password",
        (530 | 534 | 538, _) => "the mail server wants another way of signing in or of encryption",
        (550 | 551 | 553, _) => "the mail server does not take mail for this address",
        (500..=504, _) => "the mail server does not know a command of ours",
        (400..=499, _) => "the mail server cannot take it now",
        _ => "the mail server does not take this message",
    }
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn a_code_is_told_in_plain_words() {
        for (code, enhanced, told) in [
            (550, Some("5.1.1"), "there is no such mailbox"),
            (
                550,
                Some("5.7.26"),
                "the mail server's policy forbids this message; look at SPF, DKIM and the account's rights",
            ),
            (
                550,
                None,
                "the mail server does not take mail for this address",
            ),
            (552, None, "the mailbox or the mail server is full"),
            (552, Some("5.3.4"), "the message is too large"),
            (554, None, "the mail server does not take this message"),
            (
                451,
                Some("4.7.0"),
                "the mail server asks to come again later",
            ),
            (431, None, "the mail server cannot take it now"),
        ] {
            assert_eq!(reason(code, enhanced), told, "{code} {enhanced:?}");
        }
    }
}
