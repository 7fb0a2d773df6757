//! `serve [--config FILE] [--data DIR] [--listen HOST:PORT]`

use super::answer::Answer;
use super::arguments::ServeOptions;
use crate::config::{Config, Overrides};
use crate::serve;

pub(super) fn run(options: &ServeOptions) -> anyhow::Result<Answer> {
    let overrides = Overrides {
        data: options.data.clone(),
        listen: options.listen,
    };
    let config = Config::load(options.config.as_deref(), &overrides)?;
    serve::run(config, options.log_format)?;
    Ok(Answer::silent())
}
