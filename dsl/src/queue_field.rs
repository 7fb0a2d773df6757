//! What rules may read of a queue without declaring it: `queue.售后组.waiting`.

use crate::value::Type;

/// The first word of their paths.
const SUBJECT: &str = "queue";

/// A field that every queue has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueField {
    /// How many others wait for a person there; a whole number.
    Waiting,
    /// How long whoever waits longest there has waited; a duration.
    Wait,
}

impl QueueField {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Waiting, Self::Wait];

    /// Its path for the queue of that name.
    pub fn path(self, queue: &str) -> String {
        format!("{SUBJECT}.{queue}.{}", self.word())
    }

    /// The queue and the field that a path means; `None` for all other paths.
    pub fn of(path: &str) -> Option<(&str, Self)> {
        let (subject, rest) = path.split_once('.')?;
        let (queue, word) = rest.split_once('.')?;
        let field = Self::ALL.into_iter().find(|field| field.word() == word)?;
        (subject == SUBJECT).then_some((queue, field))
    }

    pub(crate) fn value_type(self) -> Type {
        match self {
            Self::Waiting => Type::Int,
            Self::Wait => Type::Duration,
        }
    }

    pub(crate) fn description(self) -> &'static str {
        match self {
            Self::Waiting => "others who wait for a person in this queue",
            Self::Wait => "how long whoever waits longest in this queue has waited, in minutes",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Wait => "wait",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::QueueField;

    #[test]
    fn a_path_tells_queue_and_field_again() {
        for field in QueueField::ALL {
            let path = field.path("售后组");
            assert_eq!(QueueField::of(&path), Some(("售后组", field)));
        }
        for other in [
            "queue.售后组",
            "queue.a.b.waiting",
            "order.a.wait",
            "queue.a.agents",
        ] {
            assert_eq!(QueueField::of(other), None, "{other}");
        }
    }
}
