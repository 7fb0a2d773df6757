//! One message, built.

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::{Address, Message};
use signalbox_adapters::{Author, Part, SendError};

use crate::address::MailAddress;

/// A subject that is taken from the text is cut here, so that lists of mails show it whole.
const MAX_SUBJECT_CHARACTERS: usize = 60;

/// Who writes.
#[derive(Debug, Clone)]
pub struct Sender {
    /// `From`, and the sender of the envelope: what cannot be delivered later comes back to it.
    pub address: MailAddress,
    /// What mail programs show instead of the address. No control characters.
    pub name: Option<String>,
    /// The subject of every mail; `None` takes the first line of the text.
    pub subject: Option<String>,
}

/// A message as it goes over the wire.
#[derive(Debug)]
pub(crate) struct Mail {
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) bytes: Vec<u8>,
}

/// Builds the message of a part. The same part gets the same Message-ID whenever it is built.
///
/// # Errors
/// [`SendError::Refused`] for what can never become a message.
pub(crate) fn build(sender: &Sender, part: &Part) -> Result<Mail, SendError> {
    let refused = |reason| SendError::Refused { code: None, reason };
    let to: MailAddress = part
        .to
        .external_id
        .parse()
        .map_err(|_| refused("the customer's address is no mail address"))?;
    let text = &part.content.in_words();
    let subject = match &sender.subject {
        Some(subject) => subject.clone(),
        None => first_line(text),
    };
    let from = &sender.address;
    // lettre panics at a line end in a name.
    let name = sender.name.as_deref().map(one_line);
    let mut message = Message::builder()
        .from(Mailbox::new(name, from.as_lettre().clone()))
        .to(Mailbox::new(None, to.as_lettre().clone()))
        .subject(one_line(&subject))
        .message_id(Some(message_id(from, &part.key)))
        .raw_header(header("X-Signalbox-Loop", from.domain()));
    if part.origin.by == Author::Bot {
        // RFC 3834, and what Exchange and old answering machines look for: nobody shall answer this by machine.
        message = message
            .raw_header(header("Auto-Submitted", "auto-replied"))
            .raw_header(header("X-Auto-Response-Suppress", "All"));
    }
    let follows: Vec<_> = part
        .origin
        .follows
        .iter()
        .map(|key| message_id(from, key))
        .collect();
    if let Some(last) = follows.last() {
        message = message
            .in_reply_to(last.clone())
            .references(follows.join(" "));
    }
    let message = message
        .singlepart(SinglePart::plain(text.clone()))
        .map_err(|_| refused("no message can be made of it"))?;
    Ok(Mail {
        from: from.as_lettre().clone(),
        to: to.as_lettre().clone(),
        bytes: message.formatted(),
    })
}

/// INVARIANT: follows from the outbox entry alone, so that a second attempt is the same mail to whoever has the first.
fn message_id(from: &MailAddress, key: &str) -> String {
    format!("<{key}@{}>", from.domain())
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), one_line(value))
}

fn first_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty());
    let line = line.unwrap_or_default();
    if line.chars().count() <= MAX_SUBJECT_CHARACTERS {
        return line.to_owned();
    }
    let cut: String = line.chars().take(MAX_SUBJECT_CHARACTERS - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Without anything that could begin a header of its own.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests;
