//! From what the company's own server says of a customer to facts, as `schema customer` declares them.
//!
//! A customer with an attribute too many or of another type is still a customer: what does not fit is left out and named.

use serde_json::{Map, Value as Json};
use signalbox_dsl::bundle::Bundle;
use signalbox_dsl::is_built_in;
use signalbox_rules::Facts;

use crate::event_facts::{value, wanted};
use crate::rules::Misfit;

/// The facts of `attributes`, and what did not fit. What the rules do not declare is no misfit: the server may say more than they
/// read. A field that comes with signalbox is never taken from here.
pub(crate) fn typed(bundle: &Bundle, attributes: &Map<String, Json>) -> (Facts, Vec<Misfit>) {
    let mut facts = Facts::default();
    let mut misfits = Vec::new();
    for (name, json) in attributes.iter().filter(|(_, json)| !json.is_null()) {
        let path = format!("customer.{name}");
        let declared = bundle.fields.iter().find(|field| *field.path == *path);
        let Some(field) = declared.filter(|field| !is_built_in(&field.path)) else {
            continue;
        };
        match value(bundle, json, &field.value_type) {
            Some(value) => facts.set(field.path.clone(), value),
            None => misfits.push(Misfit {
                field: format!("attributes.{name}"),
                problem: format!("must be {}", wanted(bundle, &field.value_type)),
            }),
        }
    }
    (facts, misfits)
}

#[cfg(test)]
mod tests;
