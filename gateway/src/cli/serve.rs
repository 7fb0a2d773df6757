//! `serve [--config FILE] [--data DIR] [--listen HOST:PORT]`

use signalbox_dsl::Locale;

use super::answer::Answer;
use super::arguments::ServeOptions;
use crate::config::{Config, Overrides};
use crate::serve;
use crate::words::Failure;

pub(super) fn run(options: &ServeOptions, locale: Locale) -> Result<Answer, Failure> {
    let overrides = Overrides {
        data: options.data.clone(),
        listen: options.listen,
    };
    let config = Config::load(options.config.as_deref(), &overrides)?;
    serve::run(config, options.log_format, locale)?;
    Ok(Answer::silent())
}
