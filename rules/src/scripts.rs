//! Facts that scripts compute, and the check of rule files that looks into the scripts.
//!
//! A fact is worked out when something first reads it, and once a decision. That may be never: so a decision says which facts it
//! worked out ([`ComputedFact`]), and the reference evaluator, which skips nothing, may say more of them than the indexed one.
//! Their values cannot differ, since a script is a pure function of its arguments. A value that stands among the facts already (a test
//! says `given`) is taken as it is, and no script runs.

use std::cell::OnceCell;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use signalbox_dsl::bundle::{Bundle, FieldId, Operand, ScriptFact};
use signalbox_dsl::value::{Type, Value};
use signalbox_script::{BadScript, DEFAULT_STEPS, Failure, ResultType, Script, Signature};

use crate::prepared::CompileError;
use crate::snapshot::Snapshot;

mod checked;

pub use checked::{check, check_on};

/// A fact that a decision worked out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComputedFact {
    /// Its name.
    pub fact: Arc<str>,
    /// Its value in this decision.
    pub value: Value,
    /// Steps that the script took: the same wherever it is worked out again.
    pub steps: u64,
    /// Why the value is the one behind `otherwise`; `None` if the script gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// The compiled scripts of a bundle.
#[derive(Debug, Default)]
pub(crate) struct Scripts {
    /// In the order of [`Bundle::scripts`].
    compiled: Vec<Script>,
    /// By field: a place in `compiled`. Empty if there are none.
    places: Vec<Option<usize>>,
}

/// What the facts of one decision came to, as far as anything asked.
pub(crate) type Computed = Vec<OnceCell<ComputedFact>>;

impl Scripts {
    pub(crate) fn new(bundle: &Bundle) -> Result<Self, CompileError> {
        let mut scripts = Self::default();
        for (place, fact) in bundle.scripts.iter().enumerate() {
            scripts.places.resize(bundle.fields.len(), None);
            if let Some(of_field) = scripts.places.get_mut(fact.field.index()) {
                *of_field = Some(place);
            }
            let script = compile(bundle, fact).map_err(|bad| CompileError::BadScript {
                fact: name(bundle, fact),
                reason: bad.to_string(),
            })?;
            scripts.compiled.push(script);
        }
        Ok(scripts)
    }

    /// The place of the script that computes a field.
    pub(crate) fn place_of(&self, field: FieldId) -> Option<usize> {
        self.places.get(field.index()).copied().flatten()
    }

    /// Room for the facts of a decision. Takes no memory where there are none.
    pub(crate) fn room(&self) -> Computed {
        self.compiled.iter().map(|_| OnceCell::new()).collect()
    }

    /// Works out the fact at a place.
    pub(crate) fn compute(&self, place: usize, snapshot: &Snapshot<'_>) -> Option<ComputedFact> {
        let bundle = &snapshot.prepared.bundle;
        let (fact, script) = bundle.scripts.get(place).zip(self.compiled.get(place))?;
        let mut arguments = Vec::with_capacity(fact.arguments.len());
        let mut absent = None;
        for argument in &fact.arguments {
            match self.argument(argument, snapshot) {
                Some(value) => arguments.push(value),
                None => absent = absent.or_else(|| field_of(argument)),
            }
        }
        let (result, steps) = match absent {
            Some(field) => {
                let field = bundle.fields.get(field.index())?.path.clone();
                (Err(Failure::Absent { field }), 0)
            }
            None => {
                let outcome = script.call(&arguments);
                (outcome.result, outcome.steps)
            }
        };
        let (value, failure) = match result {
            Ok(value) => (value, None),
            Err(failure) => (fact.otherwise.clone(), Some(failure)),
        };
        Some(ComputedFact {
            fact: name(bundle, fact),
            value,
            steps,
            failure,
        })
    }

    /// INVARIANT: a script is never given another script's fact, so that working one out cannot come back to itself.
    fn argument<'s>(&self, argument: &'s Operand, snapshot: &'s Snapshot<'_>) -> Option<&'s Value> {
        match field_of(argument) {
            Some(field) if self.place_of(field).is_some() => None,
            _ => snapshot.operand(argument),
        }
    }
}

/// Compiles the script of a fact.
pub(crate) fn compile(bundle: &Bundle, fact: &ScriptFact) -> Result<Script, BadScript> {
    let type_of = |field: FieldId| bundle.fields.get(field.index()).map(|it| &it.value_type);
    let parameters = fact.arguments.iter().map(|argument| match argument {
        Operand::Field { field, .. } => type_of(*field).cloned().unwrap_or(Type::Text),
        Operand::Constant(_) => Type::Text,
    });
    let value_type = type_of(fact.field).cloned().unwrap_or(Type::Text);
    let members = match &value_type {
        Type::Enum(name) => members(bundle, name),
        _ => Vec::new(),
    };
    let signature = Signature {
        function: fact.function.to_string(),
        parameters: parameters.collect(),
        result: ResultType {
            value_type,
            members,
        },
        steps: fact.steps.unwrap_or(DEFAULT_STEPS),
    };
    Script::compile(&fact.source, signature)
}

fn members(bundle: &Bundle, name: &str) -> Vec<Arc<str>> {
    let declared = bundle.enums.iter().find(|it| *it.name == *name);
    declared.map(|it| it.members.clone()).unwrap_or_default()
}

fn field_of(operand: &Operand) -> Option<FieldId> {
    match operand {
        Operand::Field { field, .. } => Some(*field),
        Operand::Constant(_) => None,
    }
}

fn name(bundle: &Bundle, fact: &ScriptFact) -> Arc<str> {
    let field = bundle.fields.get(fact.field.index());
    field.map_or_else(|| "?".into(), |field| field.path.clone())
}

#[cfg(test)]
mod tests;
