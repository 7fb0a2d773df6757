//! Random outreach, and what is planned of it.

use std::time::Duration;

use jiff::civil::time;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use signalbox_dsl::bundle::*;
use signalbox_dsl::value::Value;
use signalbox_rules::Facts;

use super::{conditions, event, moments, span};

/// How many a bundle has at most.
pub(crate) const OUTREACH: usize = 3;

pub(crate) fn name(number: usize) -> String {
    format!("m.o{number}")
}

pub(crate) fn all() -> impl Strategy<Value = Vec<Outreach>> {
    prop::collection::vec(outreach(), 0..=OUTREACH).prop_map(|mut all| {
        for (number, outreach) in all.iter_mut().enumerate() {
            outreach.name = name(number).into();
        }
        all
    })
}

/// Which are planned, until when the one that is due may be sent, and whether the customer opted out.
pub(crate) fn facts() -> impl Strategy<Value = Facts> {
    let names: Vec<usize> = (0..OUTREACH).collect();
    let latest = prop::option::weighted(0.5, select(moments()));
    let opted_out = prop::bool::weighted(0.1);
    (subsequence(names, 0..=OUTREACH), latest, opted_out).prop_map(
        |(planned, latest, opted_out)| {
            let mut facts = Facts::default();
            let text = |number| Value::Text(name(number).into());
            let planned = planned.into_iter().map(text).collect();
            facts.set("outreach planned", Value::List(planned));
            if let Some(latest) = latest {
                facts.set("outreach latest", Value::Timestamp(latest));
            }
            if opted_out {
                let tag = Value::Text("opt-out".into());
                facts.set("customer.tags", Value::List(vec![tag]));
            }
            facts
        },
    )
}

fn outreach() -> impl Strategy<Value = Outreach> {
    let triggers = || subsequence(vec![Trigger::Message, event()], 0..=2);
    let condition = || prop::option::weighted(0.6, conditions::condition());
    let zone = || Zone {
        field: None,
        fallback: "Asia/Shanghai".into(),
    };
    let send_time = select(vec![
        SendTime::After(Duration::ZERO),
        SendTime::After(Duration::from_secs(3600)),
        SendTime::NextDay {
            at: time(9, 30, 0, 0),
            zone: zone(),
        },
    ]);
    let quiet = |from, to| {
        Some(QuietHours {
            from: time(from, 0, 0, 0),
            to: time(to, 0, 0, 0),
            zone: zone(),
        })
    };
    let quiet = select(vec![None, None, quiet(22, 9), quiet(11, 13)]);
    let limit = select(vec![None, Some(1), Some(2)]).prop_map(|times| times.map(limited));
    let latest = select(vec![None, Some(Duration::from_secs(7200))]);
    let template = (0..2_u32).prop_map(TemplateId);
    (
        (triggers(), triggers()),
        (condition(), condition()),
        (send_time, latest, quiet),
        (limit, any::<bool>(), template),
    )
        .prop_map(
            |(
                (triggers, unless),
                (filter, condition),
                (time, latest, quiet),
                (limit, marketing, template),
            )| Outreach {
                name: "".into(),
                triggers,
                filter,
                condition,
                unless,
                template,
                arguments: Vec::new(),
                time,
                latest,
                quiet,
                limit,
                marketing,
                span: span(),
            },
        )
}

/// So many times a day.
pub(crate) fn limited(times: u32) -> Limit {
    Limit {
        times,
        window: LimitWindow::Today,
        scope: Scope::Customer,
    }
}
