//! The command line: one file a command below `cli/`.
//!
//! A command answers with text and JSON ([`Answer`]); printing, exit codes and broken pipes are handled here, once.

mod admin_client;
mod answer;
mod arguments;
mod bench;
mod chat;
mod check;
mod desk;
mod doctor;
mod explain;
mod fmt;
mod live_rules;
mod outbox;
mod places;
mod rules;
mod serve;
mod test;
mod typed_fact;
mod typed_moment;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use signalbox_dsl::Locale;

use crate::words::Failure;
use answer::{Answer, Outcome};
use arguments::{Arguments, Command, Format, locale_of};

/// Runs one command and answers its exit code: 0 fine, 1 findings, 2 wrong use or broken environment.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let locale = locale_of(&arguments);
    let arguments = match Arguments::read(arguments, locale) {
        Ok(arguments) => arguments,
        Err(misuse) => {
            let written = if misuse.is_asked_for {
                io::stdout().write_all(misuse.text.as_bytes())
            } else {
                io::stderr().write_all(misuse.text.as_bytes())
            };
            // A reader that went away is nobody to tell.
            let _ = written;
            return if misuse.is_asked_for {
                Outcome::Fine
            } else {
                Outcome::Broken
            }
            .into();
        }
    };
    let format = arguments.format;
    match answer(arguments, locale) {
        Ok(answer) => {
            let outcome = answer.outcome;
            match print(answer, format) {
                Ok(()) => outcome.into(),
                // `signalbox check | head` is no failure.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => outcome.into(),
                Err(_) => Outcome::Broken.into(),
            }
        }
        Err(error) => {
            // As above.
            let _ = writeln!(io::stderr(), "signalbox: {}", error.0.told(locale));
            Outcome::Broken.into()
        }
    }
}

fn answer(arguments: Arguments, locale: Locale) -> Result<Answer, Failure> {
    match arguments.command {
        Command::Serve(options) => serve::run(&options, locale),
        Command::Check(options) => check::run(&options, locale),
        Command::Fmt(options) => fmt::run(&options, locale),
        Command::Test(options) => test::run(&options, locale),
        Command::Explain(options) => explain::run(&options, locale),
        Command::Chat(options) => chat::run(&options, arguments.format, locale),
        Command::Bench(options) => bench::run(&options, locale),
        Command::Rules(options) => live_rules::run(&options, locale),
        Command::Outbox(options) => outbox::waiting(&options, locale),
        Command::DeadLetters(options) => outbox::dead(&options, locale),
        Command::Desk(options) => desk::run(&options),
        Command::Doctor(options) => doctor::run(&options, locale),
    }
}

fn print(answer: Answer, format: Format) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match format {
        Format::Text => out.write_all(answer.text.as_bytes())?,
        // Something that ran and said all itself.
        Format::Json if answer.json.is_null() => {}
        Format::Json => {
            serde_json::to_writer_pretty(&mut out, &answer.json)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()
}
