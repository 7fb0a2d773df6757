//! The command line: one file a command below `cli/`.
//!
//! A command answers with text and JSON ([`Answer`]); printing, exit codes and broken pipes are handled here, once.

mod admin_client;
mod answer;
mod arguments;
mod bench;
mod check;
mod doctor;
mod explain;
mod fmt;
mod live_rules;
mod places;
mod rules;
mod serve;
mod test;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use answer::{Answer, Outcome};
use arguments::{Arguments, Command, Format};

/// Runs one command and answers its exit code: 0 fine, 1 findings, 2 wrong use or broken environment.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A reader that went away is nobody to tell.
            let _ = error.print();
            return if error.use_stderr() {
                Outcome::Broken
            } else {
                Outcome::Fine
            }
            .into();
        }
    };
    let format = arguments.format;
    match answer(arguments) {
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
            let _ = writeln!(io::stderr(), "signalbox: {error:#}");
            Outcome::Broken.into()
        }
    }
}

fn answer(arguments: Arguments) -> anyhow::Result<Answer> {
    let locale = arguments.locale();
    match arguments.command {
        Command::Serve(options) => serve::run(&options),
        Command::Check(options) => check::run(&options, locale),
        Command::Fmt(options) => fmt::run(&options, locale),
        Command::Test(options) => test::run(&options, locale),
        Command::Explain(options) => explain::run(&options, locale),
        Command::Bench(options) => bench::run(&options, locale),
        Command::Rules(options) => live_rules::run(&options),
        Command::Doctor(options) => doctor::run(&options),
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
