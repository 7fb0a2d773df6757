//! Under which atoms a rule is filed: a set of which at least one must be true for the rule to hold, and the rarest such set.
//!
//! Of `a and b` either will do, so the rarer one is taken; `a or b` needs both. What is negated, and what the index cannot
//! look up by value, gives no atom: a rule with nothing else is asked at every message.

use super::cost;
use super::formula::{AtomId, Formulas, Node, NodeId};
use crate::prepared::Prepared;

/// Where to file a rule.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Access {
    pub(crate) atoms: Vec<AtomId>,
    /// How often at least one of them is expected to be true, roughly, 0 to 1 for a single atom.
    frequency: f64,
}

/// The best way to file a rule with this condition; `None` if it has to be asked always.
pub(crate) fn of(node: NodeId, formulas: &Formulas, prepared: &Prepared) -> Option<Access> {
    Chooser { formulas, prepared }.access(node, true)
}

struct Chooser<'a> {
    formulas: &'a Formulas,
    prepared: &'a Prepared,
}

impl Chooser<'_> {
    /// `wanted`: whether the node must be true, or false, for the rule to hold.
    fn access(&self, node: NodeId, wanted: bool) -> Option<Access> {
        match (self.formulas.node(node)?, wanted) {
            (Node::Not(inner), _) => self.access(inner, !wanted),
            (Node::Atom(atom), true) => {
                let test = self.formulas.atom(atom)?;
                let frequency = cost::expected_frequency(test, self.formulas, self.prepared)?;
                Some(Access {
                    atoms: vec![atom],
                    frequency,
                })
            }
            (Node::Atom(_), false) => None,
            // Not (a and b) is not a or not b, and the other way round.
            (Node::All(children), true) | (Node::Any(children), false) => self
                .formulas
                .children(children)
                .iter()
                .filter_map(|child| self.access(*child, wanted))
                .min_by(|one, other| one.frequency.total_cmp(&other.frequency)),
            (Node::Any(children), true) | (Node::All(children), false) => {
                let mut whole = Access {
                    atoms: Vec::new(),
                    frequency: 0.0,
                };
                for child in self.formulas.children(children) {
                    let part = self.access(*child, wanted)?;
                    whole.atoms.extend(part.atoms);
                    whole.frequency += part.frequency;
                }
                Some(whole)
            }
        }
    }
}
