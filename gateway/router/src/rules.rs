//! The rules as the router sees them, and the bundle that plays them.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use signalbox_adapters::webhook::event::BusinessEvent;
use signalbox_rules::conversation::{hearing, path};
use signalbox_rules::{
    Decision, DisabledRules, Engine, Facts, Inputs, QueueFact, facts_besides_fields,
};

use crate::{customer_facts, event_facts};

/// One active bundle.
pub trait Rules: Send + Sync + 'static {
    /// The bundle's hash, as decision records name it.
    fn bundle(&self) -> &str;

    /// Where a conversation goes that nobody can decide.
    fn default_queue(&self) -> Arc<str>;

    /// Where people can be asked for: each queue's name in rules, and its name for people.
    fn queues(&self) -> Vec<(Arc<str>, Arc<str>)> {
        let queue = self.default_queue();
        vec![(queue.clone(), queue)]
    }

    /// The language of a customer who was not heard yet.
    fn default_language(&self) -> Arc<str>;

    /// Decides one turn or event. Pure.
    fn decide(&self, inputs: Inputs<'_>) -> Decision;

    /// Rules that people have switched off, by full name; those that the bundle does not have are among them.
    fn disabled(&self) -> &[Arc<str>] {
        &[]
    }

    /// Whether it reads scores of emotions. Without, no message is scored.
    fn reads_emotion(&self) -> bool {
        false
    }

    /// The facts about queues that it reads. Without, nobody asks the desk.
    fn queue_facts(&self) -> &[QueueFact] {
        &[]
    }

    /// The facts among `facts` that the bundle reads: what has to be recorded with a decision.
    fn read_facts(&self, facts: &Facts) -> Facts;

    /// The facts that an event brings, typed as it is declared. Rules that declare no events refuse every one.
    ///
    /// # Errors
    /// [`Misfit`]
    fn event_facts(&self, event: &BusinessEvent) -> Result<Facts, Misfit> {
        Err(Misfit::undeclared(&event.name))
    }

    /// The facts of a customer that the company's own server vouches for, typed as `schema customer` declares them, and what did
    /// not fit. Rules that declare nothing leave all of it out.
    fn customer_facts(&self, attributes: &Map<String, Json>) -> (Facts, Vec<Misfit>) {
        let _ = attributes;
        (Facts::default(), Vec::new())
    }
}

/// An event that is not as the live bundle declares it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` {problem}")]
pub struct Misfit {
    /// Its place in the body: `type`, `data.amount`.
    pub field: String,
    /// What it must be.
    pub problem: String,
}

impl Misfit {
    pub(crate) fn undeclared(name: &str) -> Self {
        Self {
            field: "type".to_owned(),
            problem: format!("`{name}` is declared by no `schema event` of the live rules"),
        }
    }
}

/// A compiled bundle as [`Rules`]. A clone shares what was compiled.
#[derive(Clone)]
pub struct ActiveBundle {
    engine: Arc<Engine>,
    hash: String,
    default_queue: Arc<str>,
    reads: Arc<HashSet<Arc<str>>>,
    reads_emotion: bool,
    queue_facts: Arc<[QueueFact]>,
    disabled: Arc<[Arc<str>]>,
    left_out: DisabledRules,
}

impl ActiveBundle {
    /// Takes a compiled bundle.
    pub fn new(engine: Engine) -> Self {
        let bundle = engine.bundle();
        let hash = bundle
            .hash
            .0
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let default_queue = bundle
            .queues
            .get(bundle.default_queue.index())
            .map_or_else(|| "default".into(), |queue| queue.name.clone());
        let fields = engine
            .needs()
            .iter()
            .filter_map(|field| bundle.fields.get(field.index()));
        // Whoever has the word and the language are read by every decision, whatever the rules ask.
        let always = [path::STATE, path::LANGUAGE].map(Arc::from);
        let queue_facts = fields.clone().filter_map(QueueFact::of).collect();
        let reads = fields
            .map(|field| field.path.clone())
            .chain(always)
            .chain(facts_besides_fields(bundle).map(Arc::from))
            .collect();
        let reads_emotion = hearing::reads_emotion(bundle);
        Self {
            engine: Arc::new(engine),
            hash,
            default_queue,
            reads: Arc::new(reads),
            reads_emotion,
            queue_facts,
            disabled: Arc::default(),
            left_out: DisabledRules::default(),
        }
    }

    /// The same bundle with these rules switched off, and no others.
    #[must_use]
    pub fn without(&self, disabled: &[Arc<str>]) -> Self {
        Self {
            left_out: DisabledRules::named(self.engine.bundle(), disabled),
            disabled: disabled.into(),
            ..self.clone()
        }
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
}

impl Rules for ActiveBundle {
    fn bundle(&self) -> &str {
        &self.hash
    }

    fn default_queue(&self) -> Arc<str> {
        self.default_queue.clone()
    }

    fn queues(&self) -> Vec<(Arc<str>, Arc<str>)> {
        let queues = self.engine.bundle().queues.iter();
        queues
            .map(|queue| (queue.name.clone(), queue.title.clone()))
            .collect()
    }

    fn default_language(&self) -> Arc<str> {
        self.engine.bundle().default_language.clone()
    }

    fn decide(&self, inputs: Inputs<'_>) -> Decision {
        self.engine.decide_without(inputs, &self.left_out)
    }

    fn disabled(&self) -> &[Arc<str>] {
        &self.disabled
    }

    fn reads_emotion(&self) -> bool {
        self.reads_emotion
    }

    fn queue_facts(&self) -> &[QueueFact] {
        &self.queue_facts
    }

    fn read_facts(&self, facts: &Facts) -> Facts {
        let mut read = Facts::default();
        for (path, value) in facts.iter().filter(|(path, _)| self.reads.contains(*path)) {
            read.set(path, value.clone());
        }
        read
    }

    fn event_facts(&self, event: &BusinessEvent) -> Result<Facts, Misfit> {
        event_facts::typed(self.engine.bundle(), event)
    }

    fn customer_facts(&self, attributes: &Map<String, Json>) -> (Facts, Vec<Misfit>) {
        customer_facts::typed(self.engine.bundle(), attributes)
    }
}
