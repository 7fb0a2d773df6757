//! The facts of a turn's attachments that follow from their kinds. What else is known of the first one (name, type, size, address) is for
//! the caller to set; what is in it rules never see.

use rust_decimal::Decimal;
use signalbox_dsl::bundle::AttachmentKind;
use signalbox_dsl::value::Value;

use crate::conversation::path;
use crate::facts::Facts;

/// Sets what rules read of attachments of these kinds, in the order sent. Without any, nothing is set.
pub fn set(facts: &mut Facts, kinds: &[&str]) {
    let Some(first) = kinds.first() else {
        return;
    };
    let first = AttachmentKind::from_name(first).map_or("other", AttachmentKind::name);
    facts.set("attachment.kind", Value::Member(first.into()));
    let names = kinds.iter().map(|kind| Value::Text((*kind).into()));
    facts.set(path::ATTACHMENT_KINDS, Value::List(names.collect()));
    let count = Decimal::from(kinds.len());
    facts.set("attachment.count", Value::Number(count));
}
