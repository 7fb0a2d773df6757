//! `desk password`

use std::io::{self, Read};

use serde_json::json;

use super::answer::{Answer, Outcome};
use super::arguments::{DeskCommand, DeskOptions};
use crate::desk::{PasswordError, hash_password};
use crate::environment::RealEnvironment;
use crate::words::Failure;

/// Longest password.
const MOST_BYTES: u64 = 1_024;

pub(super) fn run(options: &DeskOptions) -> Result<Answer, Failure> {
    match options.command {
        DeskCommand::Password => {
            let mut password = String::new();
            io::stdin()
                .take(MOST_BYTES)
                .read_to_string(&mut password)
                .map_err(|_| PasswordError::Unreadable)?;
            let password = password.trim_end_matches(['\r', '\n']);
            let hash = hash_password(password, &RealEnvironment)?;
            Ok(Answer {
                text: format!("{hash}\n"),
                json: json!({"hash": hash}),
                outcome: Outcome::Fine,
            })
        }
    }
}
