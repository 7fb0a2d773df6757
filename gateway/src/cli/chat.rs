//! `chat RULES [--at TIME] [--fact path=value]…`: whoever types is the customer, and a movable clock is the time.
//!
//! Decisions come from the same story as inline tests tell ([`signalbox_rules::story`]), so what is seen here is what a test of it
//! says. Nothing is sent and nothing kept. Lines that come from a pipe are repeated in front of their answers.

mod line;
mod moving;
mod saved;
mod session;
mod told;

use std::io::{self, BufRead, IsTerminal, Write};

use jiff::Timestamp;
use serde_json::Value as Json;
use signalbox_dsl::Locale;
use signalbox_rules::Reference;

use super::answer::{Answer, Outcome};
use super::arguments::{ChatOptions, Format};
use super::places;
use super::rules::checked;
use super::typed_fact;
use super::typed_moment::moment;
use crate::words::{Failure, Told, Words, words};
use line::Line;
use session::{Session, Step};

/// A line is a message, so there is no sense in a longer one.
const MOST_LINE_BYTES: usize = 64 << 10;

pub(super) fn run(
    options: &ChatOptions,
    format: Format,
    locale: Locale,
) -> Result<Answer, Failure> {
    let rules = match checked(&options.rules, locale)? {
        Ok(rules) => rules,
        Err(findings) => return Ok(findings),
    };
    let bundle = rules.bundle.clone();
    let start = match &options.at {
        Some(written) => moment("--at", written, &bundle.timezone)?,
        None => Timestamp::now(),
    };
    let given = options
        .facts
        .iter()
        .map(|fact| typed_fact::fact(fact, &bundle))
        .map(|given| given.map(|(field, value)| (field.path.clone(), value)))
        .collect::<Result<Vec<_>, _>>()?;
    let reference = Reference::new(bundle.clone())?;
    let mut session = Session::new(&reference, &rules.sources, start, given, locale)?;
    let input = io::stdin();
    let mut screen = Screen {
        out: io::stdout().lock(),
        format,
        repeats: !input.is_terminal(),
        locale,
    };
    match talk(&mut session, &mut input.lock(), &mut screen) {
        Ok(outcome) => Ok(Answer {
            outcome,
            ..Answer::silent()
        }),
        Err(Ended::ReaderGone) => Ok(Answer::silent()),
        Err(Ended::Unreadable(wrong)) => Err(Failure(wrong)),
    }
}

/// Why a chat ends before its last line.
enum Ended {
    /// `signalbox chat … | head`
    ReaderGone,
    /// The lines cannot be read.
    Unreadable(Words),
}

/// A line that nobody understands is a finding: a script of lines must not pass it over.
fn talk(
    session: &mut Session<'_>,
    input: &mut impl BufRead,
    screen: &mut Screen<'_>,
) -> Result<Outcome, Ended> {
    screen.show(&session.greeting())?;
    let mut any_refused = false;
    loop {
        screen.prompt(&session.prompt())?;
        let Some(written) = next_line(input)? else {
            screen.prompt("\n")?;
            return Ok(Outcome::of_findings(any_refused));
        };
        screen.repeat(&written)?;
        let line = Line::read(&written);
        if line == Line::Quit {
            return Ok(Outcome::of_findings(any_refused));
        }
        match session.perform(line) {
            Ok(step) => screen.show(&step)?,
            Err(wrong) => {
                any_refused = true;
                screen.refuse(&wrong)?;
            }
        }
    }
}

fn next_line(input: &mut impl BufRead) -> Result<Option<String>, Ended> {
    let mut bytes = Vec::new();
    let limit = MOST_LINE_BYTES as u64 + 1;
    let unreadable = |error: io::Error| {
        let Words { en, zh } = error.words();
        Ended::Unreadable(words!(
            "the next line cannot be read: {en}",
            "读不到下一行：{zh}"
        ))
    };
    io::Read::take(&mut *input, limit)
        .read_until(b'\n', &mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > MOST_LINE_BYTES {
        return Err(Ended::Unreadable(words!(
            "a line has more than {MOST_LINE_BYTES} bytes; write less in one message",
            "有一行超过 {MOST_LINE_BYTES} 字节；一条消息请写短些"
        )));
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    match String::from_utf8(bytes) {
        Ok(line) => Ok(Some(line.trim_end_matches(['\r', '\n']).to_owned())),
        Err(_) => Err(Ended::Unreadable(words!(
            "a line is not UTF-8; save the file as UTF-8, or set the terminal to it",
            "有一行不是 UTF-8 编码；请把文件存成 UTF-8，或把终端设为 UTF-8"
        ))),
    }
}

/// Where answers go.
struct Screen<'a> {
    out: io::StdoutLock<'a>,
    format: Format,
    /// A terminal shows what is typed by itself.
    repeats: bool,
    locale: Locale,
}

impl Screen<'_> {
    fn show(&mut self, step: &Step) -> Result<(), Ended> {
        match self.format {
            Format::Text => self.write(&step.text),
            Format::Json if step.json.is_null() => Ok(()),
            Format::Json => self.write(&format!("{}\n", step.json)),
        }
    }

    fn refuse(&mut self, wrong: &Words) -> Result<(), Ended> {
        let wrong = wrong.told(self.locale);
        match self.format {
            Format::Text => self.write(&format!("  {wrong}\n")),
            Format::Json => {
                let json = serde_json::json!({ "error": wrong });
                self.write(&format!("{json}\n"))
            }
        }
    }

    fn prompt(&mut self, prompt: &str) -> Result<(), Ended> {
        match self.format {
            Format::Text => self.write(prompt),
            Format::Json => Ok(()),
        }
    }

    fn repeat(&mut self, line: &str) -> Result<(), Ended> {
        match self.format {
            Format::Text if self.repeats => self.write(&format!("{line}\n")),
            _ => Ok(()),
        }
    }

    fn write(&mut self, text: &str) -> Result<(), Ended> {
        self.out
            .write_all(text.as_bytes())
            .and_then(|()| self.out.flush())
            .map_err(|_| Ended::ReaderGone)
    }
}

/// With places that programs can open.
fn resolved(mut json: Json, sources: &signalbox_dsl::SourceSet) -> Json {
    places::resolve(&mut json, sources);
    json
}
