//! `bench RULES --corpus FILE [--matches OUT]`
//!
//! Both evaluators run on the same messages in the same run, and means are taken of this thread's processor time, so that the
//! figures mean something on a busy machine.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;
use signalbox_dsl::Locale;
use signalbox_dsl::bundle::{Bundle, RuleId, Trigger};
use signalbox_rules::corpus::{CorpusMessage, CorpusReader};
use signalbox_rules::{Decision, Engine, Inputs, Ledger, Reference};

use super::answer::{Answer, Outcome};
use super::arguments::BenchOptions;
use super::rules::checked;
use crate::words::{Failure, Told, Words, words};

/// Passes over the corpus; the median of an odd number is one of them.
const PASSES: usize = 5;
/// Enough calls that a pass over a small corpus is longer than the clock's grain.
const MIN_CALLS_A_PASS: usize = 2_000;
/// The reference evaluator is slow: it gets so many messages, spread evenly over the corpus.
const MAX_REFERENCE_MESSAGES: usize = 200;
/// It may also take long over one message: a pass of it ends with the message in which this time is over.
const LONGEST_REFERENCE_PASS: Duration = Duration::from_secs(2);
const MAX_CORPUS_BYTES: u64 = 1 << 30;

pub(super) fn run(options: &BenchOptions, locale: Locale) -> Result<Answer, Failure> {
    let rules = match checked(&options.rules, locale)? {
        Ok(rules) => rules,
        Err(findings) => return Ok(findings),
    };
    let messages = corpus(options, &rules.bundle)?;
    let started = Instant::now();
    let engine = Engine::compile(rules.bundle.clone())?;
    let compile = started.elapsed();
    if let Some(out) = &options.matches {
        write_matches(out, &engine, &messages)?;
    }
    let reference = Reference::new(rules.bundle.clone())?;
    let figures = measure(&engine, &reference, &messages);
    Ok(Answer {
        text: figures.text(rules.bundle.rules.len(), messages.len(), compile),
        json: json!({
            "rules": rules.bundle.rules.len(),
            "messages": messages.len(),
            "compile_ms": milliseconds(compile),
            "per_message_ns": figures.per_message.round(),
            "p99_ns": figures.p99.round(),
            "reference_per_message_ns": figures.reference.round(),
            "reference_messages": figures.reference_messages,
            "speedup": (figures.speedup() * 10.0).round() / 10.0,
        }),
        outcome: Outcome::Fine,
    })
}

fn corpus(options: &BenchOptions, bundle: &Bundle) -> Result<Vec<CorpusMessage>, Failure> {
    let path = &options.corpus;
    let shown = path.display();
    let unreadable = |reason: &dyn Told| {
        let Words { en, zh } = reason.words();
        words!(
            "the corpus `{shown}` cannot be read: {en}",
            "无法读取语料 `{shown}`：{zh}"
        )
    };
    let size = fs::metadata(path)
        .map_err(|error| unreadable(&error))?
        .len();
    if size > MAX_CORPUS_BYTES {
        return Err(words!(
            "the corpus `{shown}` has {size} bytes, at most {MAX_CORPUS_BYTES} are allowed; take a part of it",
            "语料 `{shown}` 有 {size} 字节，最多 {MAX_CORPUS_BYTES} 字节；请只取一部分"
        )
        .into());
    }
    let text = fs::read_to_string(path).map_err(|error| unreadable(&error))?;
    let messages = CorpusReader::new(bundle, Timestamp::now())
        .read(&text)
        .map_err(|error| unreadable(&error))?;
    if messages.is_empty() {
        return Err(words!(
            "the corpus `{shown}` holds no messages; write one a line: {{\"id\": 1, \"text\": \"hello\"}}",
            "语料 `{shown}` 里没有消息；每行写一条：{{\"id\": 1, \"text\": \"你好\"}}"
        )
        .into());
    }
    Ok(messages)
}

fn write_matches(out: &Path, engine: &Engine, messages: &[CorpusMessage]) -> Result<(), Failure> {
    let breaks_lines = |message: &&CorpusMessage| message.id.contains(char::is_control);
    if let Some(message) = messages.iter().find(breaks_lines) {
        let id = message.id.escape_debug();
        return Err(words!(
            "the id `{id}` of the corpus cannot stand in a line of --matches; take out tabs, line ends and other control characters",
            "语料里的 id `{id}` 不能写进 --matches 的一行；请去掉制表符、换行等控制字符"
        )
        .into());
    }
    fs::write(out, matches(engine, messages)).map_err(|error| {
        let (out, Words { en, zh }) = (out.display(), error.words());
        words!("`{out}` cannot be written: {en}", "无法写入 `{out}`：{zh}").into()
    })
}

struct Figures {
    /// Nanoseconds: median over passes of the mean within a pass.
    per_message: f64,
    /// Nanoseconds by the wall clock: median over passes.
    p99: f64,
    /// Nanoseconds, likewise.
    reference: f64,
    reference_messages: usize,
}

fn measure(engine: &Engine, reference: &Reference, messages: &[CorpusMessage]) -> Figures {
    let sample: Vec<_> = messages
        .iter()
        .step_by(messages.len().div_ceil(MAX_REFERENCE_MESSAGES))
        .collect();
    let all: Vec<_> = messages.iter().collect();
    // Not counted: warms caches and scratch memory up.
    pass(&all, &|inputs| engine.decide(inputs));
    let (mut fast, mut tail, mut slow) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..PASSES {
        fast.push(pass(&all, &|inputs| engine.decide(inputs)));
        tail.push(p99(engine, messages));
        slow.push(reference_pass(&sample, reference));
    }
    Figures {
        per_message: median(fast),
        p99: median(tail),
        reference: median(slow),
        reference_messages: sample.len(),
    }
}

/// Nanoseconds a message.
fn pass(messages: &[&CorpusMessage], decide: &dyn Fn(Inputs<'_>) -> Decision) -> f64 {
    let rounds = MIN_CALLS_A_PASS.div_ceil(messages.len());
    let ledger = Ledger::default();
    let started = processor_time();
    for _ in 0..rounds {
        for message in messages {
            std::hint::black_box(decide(inputs(message, &ledger)));
        }
    }
    (processor_time() - started).as_nanos() as f64 / (rounds * messages.len()) as f64
}

/// Nanoseconds a message, of one round that is broken off when it takes too long.
fn reference_pass(messages: &[&CorpusMessage], reference: &Reference) -> f64 {
    let ledger = Ledger::default();
    let started = processor_time();
    let mut decided = 0_u32;
    for message in messages {
        std::hint::black_box(reference.decide(inputs(message, &ledger)));
        decided += 1;
        if processor_time() - started > LONGEST_REFERENCE_PASS {
            break;
        }
    }
    (processor_time() - started).as_nanos() as f64 / f64::from(decided.max(1))
}

/// What this thread has computed so far: time in which others had the processor is not in it.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

fn p99(engine: &Engine, messages: &[CorpusMessage]) -> f64 {
    let ledger = Ledger::default();
    let mut times: Vec<_> = messages
        .iter()
        .map(|message| {
            let started = Instant::now();
            std::hint::black_box(engine.decide(inputs(message, &ledger)));
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    let place = (times.len() * 99).div_ceil(100).saturating_sub(1);
    times.get(place).copied().unwrap_or_default().as_nanos() as f64
}

fn inputs<'a>(message: &'a CorpusMessage, ledger: &'a Ledger) -> Inputs<'a> {
    Inputs {
        trigger: &Trigger::Message,
        facts: &message.facts,
        ledger,
        now: message.now,
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

impl Figures {
    fn speedup(&self) -> f64 {
        self.reference / self.per_message.max(1.0)
    }

    fn text(&self, rules: usize, messages: usize, compile: Duration) -> String {
        format!(
            "rules                     {rules}\n\
             messages                  {messages}\n\
             compile_ms                {}\n\
             per_message_ns            {:.0}\n\
             p99_ns                    {:.0}\n\
             reference_per_message_ns  {:.0}   (on {} messages)\n\
             speedup                   {:.1}\n",
            milliseconds(compile),
            self.per_message,
            self.p99,
            self.reference,
            self.reference_messages,
            self.speedup()
        )
    }
}

fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 100_000.0).round() / 100.0
}

/// One line a message: id, tab, names of matching rules.
fn matches(engine: &Engine, messages: &[CorpusMessage]) -> String {
    let names = names(engine.bundle());
    let mut text = String::new();
    for message in messages {
        let matching = engine.matching_rules(&Trigger::Message, &message.facts, message.now);
        let mut found: Vec<&str> = matching
            .into_iter()
            .filter_map(|rule: RuleId| names.get(rule.index()).map(|name| &**name))
            .collect();
        found.sort_unstable();
        let _ = writeln!(text, "{}\t{}", message.id, found.join(","));
    }
    text
}

/// By rule: the name behind `rule`, or the full one where two modules share it.
fn names(bundle: &Bundle) -> Vec<Arc<str>> {
    let short = |full: &str| {
        full.rsplit_once('.')
            .map_or(full, |(_, name)| name)
            .to_owned()
    };
    let mut uses: HashMap<String, usize> = HashMap::new();
    for rule in &bundle.rules {
        *uses.entry(short(&rule.name)).or_default() += 1;
    }
    bundle
        .rules
        .iter()
        .map(|rule| {
            let short = short(&rule.name);
            match uses.get(&short) {
                Some(1) => short.into(),
                _ => rule.name.clone(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_a_pass_of_its_own() {
        assert_eq!(median(vec![5.0, 1.0, 9.0]), 5.0);
        assert_eq!(median(Vec::new()), 0.0);
    }
}
