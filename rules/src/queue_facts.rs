//! What rules read of queues: `queue.售后组.waiting`, `queue.售后组.wait`.

use std::sync::Arc;
use std::time::Duration;

use signalbox_dsl::QueueField;
use signalbox_dsl::bundle::Field;
use signalbox_dsl::value::Value;

use crate::facts::Facts;

/// A minute, in seconds: waits are told in these.
const MINUTE: u64 = 60;

/// A fact about a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueFact {
    /// Its path in rules.
    pub path: Arc<str>,
    /// The queue's name.
    pub queue: Arc<str>,
    /// Which.
    pub field: QueueField,
}

impl QueueFact {
    /// The fact that a field is; `None` for all other fields.
    pub fn of(field: &Field) -> Option<Self> {
        let (queue, kind) = QueueField::of(&field.path)?;
        Some(Self {
            path: field.path.clone(),
            queue: queue.into(),
            field: kind,
        })
    }

    /// Sets it, where so many others wait and whoever waits longest has waited for so long. A wait is told in whole minutes,
    /// as people do; a part of one is one.
    pub fn set(&self, facts: &mut Facts, waiting: u64, longest: Duration) {
        let value = match self.field {
            QueueField::Waiting => Value::Number(waiting.into()),
            QueueField::Wait => {
                let seconds = longest.as_secs() + u64::from(longest.subsec_nanos() > 0);
                let minutes = seconds.div_ceil(MINUTE);
                Value::Duration(Duration::from_secs(minutes.saturating_mul(MINUTE)))
            }
        };
        facts.set(self.path.clone(), value);
    }
}

/// Sets all facts about queues of a bundle's fields as they are while nobody waits.
pub fn nobody_waits(fields: &[Field], facts: &mut Facts) {
    for fact in fields.iter().filter_map(QueueFact::of) {
        fact.set(facts, 0, Duration::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use signalbox_dsl::QueueField;
    use signalbox_dsl::value::Value;

    use super::QueueFact;
    use crate::facts::Facts;

    #[test]
    fn a_wait_is_told_in_whole_minutes() {
        let fact = QueueFact {
            path: "queue.a.wait".into(),
            queue: "a".into(),
            field: QueueField::Wait,
        };
        for (longest, minutes) in [
            (Duration::ZERO, 0),
            (Duration::from_millis(1), 1),
            (Duration::from_secs(60), 1),
            (Duration::from_secs(61), 2),
        ] {
            let mut facts = Facts::default();
            fact.set(&mut facts, 0, longest);
            let told = Value::Duration(Duration::from_secs(60 * minutes));
            assert_eq!(facts.get("queue.a.wait"), Some(&told), "{longest:?}");
        }
    }
}
