//! The data directory, its key, and what is in it.

use std::fs;
use std::path::Path;

use signalbox_sealed::DeploymentKey;
use signalbox_store_embedded::{CheckError, check, deployment_record};

use super::Finding;
use crate::bundles::{KEY_RECORD, RecordError, open_data_key};
use crate::config::Config;
use crate::deployment_key::{self, KeyOrigin};
use crate::pages::free_bytes;
use crate::serve::storage::{of_setting, what_can_be_lost};

/// Below this the store refuses messages soon.
const LITTLE_SPACE: u64 = 256 << 20;
/// Below this somebody should look.
const SOME_SPACE: u64 = 2 << 30;

pub(super) fn data_directory(data: &Path) -> Vec<Finding> {
    const SUBJECT: &str = "data directory";
    let shown = data.display();
    let metadata = match fs::metadata(data) {
        Ok(metadata) if metadata.is_dir() => metadata,
        Ok(_) => {
            return vec![Finding::wrong(
                SUBJECT,
                format!("`{shown}` is not a directory"),
                "name another with --data or `data` in the configuration",
            )];
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return vec![Finding::look(
                SUBJECT,
                format!("`{shown}` is not there yet"),
                "the first start makes it; if there was one, name it with --data",
            )];
        }
        Err(error) => {
            return vec![Finding::wrong(
                SUBJECT,
                format!("`{shown}` cannot be looked at: {error}"),
                "run doctor as the user that runs the gateway",
            )];
        }
    };
    vec![permissions(data, &metadata), space(data)]
}

fn permissions(data: &Path, metadata: &fs::Metadata) -> Finding {
    use std::os::unix::fs::PermissionsExt;
    const SUBJECT: &str = "permissions";
    let shown = data.display();
    let mode = metadata.permissions().mode() & 0o777;
    if metadata.permissions().readonly() {
        return Finding::wrong(
            SUBJECT,
            format!("`{shown}` cannot be written"),
            format!("run `chmod u+w {shown}`"),
        );
    }
    if mode & 0o077 != 0 {
        return Finding::look(
            SUBJECT,
            format!("others can look into `{shown}` (mode {mode:o})"),
            format!("run `chmod 700 {shown}`"),
        );
    }
    Finding::well(SUBJECT, format!("`{shown}` is private"))
}

fn space(data: &Path) -> Finding {
    const SUBJECT: &str = "free space";
    let advice = "make room, or move the data directory to a larger disk; when none is left, new messages are refused";
    match free_bytes(data) {
        None => Finding::look(SUBJECT, "cannot be measured", "look with `df`"),
        Some(free) if free < LITTLE_SPACE => Finding::wrong(SUBJECT, mebibytes(free), advice),
        Some(free) if free < SOME_SPACE => Finding::look(SUBJECT, mebibytes(free), advice),
        Some(free) => Finding::well(SUBJECT, mebibytes(free)),
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

pub(super) fn key(config: &Config) -> Finding {
    const SUBJECT: &str = "deployment key";
    let loaded = deployment_key::load(config);
    if let Ok(Some((key, _))) = &loaded
        && let Some(error) = refusal(key, &config.data)
    {
        return Finding::wrong(
            SUBJECT,
            error.to_string(),
            "put the key back that the data was made with",
        );
    }
    match loaded {
        Ok(Some((_, KeyOrigin::Configured))) => Finding::well(SUBJECT, "from the configuration"),
        Ok(Some((_, KeyOrigin::Beside(path) | KeyOrigin::Generated(path)))) => Finding::look(
            SUBJECT,
            format!("was made by the gateway: `{}`", path.display()),
            "keep a copy elsewhere, apart from copies of the data: without it the data cannot be read",
        ),
        Ok(None) if crate::data_directory::has_data(&config.data) => Finding::wrong(
            SUBJECT,
            format!(
                "`{}` is missing, but there is data",
                config.data.join(deployment_key::FILE_NAME).display()
            ),
            "put the key back from your copy",
        ),
        Ok(None) => Finding::look(
            SUBJECT,
            "there is none yet",
            "the first start makes one; then keep a copy elsewhere",
        ),
        Err(error) => Finding::wrong(
            SUBJECT,
            error.to_string(),
            "do what it says before starting the gateway",
        ),
    }
}

/// Why the store's records cannot be opened with this key. A store that is not there, or cannot be read, refuses no key: what
/// there is to say about it is said where it is looked at.
fn refusal(key: &DeploymentKey, data: &Path) -> Option<RecordError> {
    let wrapped = deployment_record(data, KEY_RECORD).ok()??;
    open_data_key(key, wrapped).err()
}

pub(super) fn store(config: &Config) -> Finding {
    const SUBJECT: &str = "store";
    let advice = "stop the gateway, keep a copy of the directory, and restore the last backup";
    match check(&config.data, of_setting(config.file.store.durability)) {
        Ok(report) if report.is_sound() && report.log_is_cut => Finding::look(
            SUBJECT,
            "the machine stopped before all of the log was on the disk",
            "start the gateway: it goes on with what is there, and store.durability says what can be lost",
        ),
        Ok(report) if report.is_sound() => {
            let rows: u64 = report.tables.iter().map(|table| table.rows).sum();
            Finding::well(
                SUBJECT,
                format!(
                    "{rows} rows, {}, all as they were written",
                    mebibytes(report.bytes)
                ),
            )
        }
        Ok(report) => Finding::wrong(SUBJECT, report.problems.join("; "), advice),
        Err(CheckError::Missing { .. }) => {
            Finding::look(SUBJECT, "there is none yet", "the first start makes it")
        }
        Err(error) => Finding::wrong(SUBJECT, error.to_string(), advice),
    }
}

pub(super) fn durability(config: &Config) -> Finding {
    const SUBJECT: &str = "durability";
    match what_can_be_lost(of_setting(config.file.store.durability)) {
        None => Finding::well(
            SUBJECT,
            "fsync: what is acknowledged is kept through a power failure",
        ),
        Some(loss) => Finding::look(
            SUBJECT,
            loss,
            "set store.durability to fsync, unless this loss is accepted",
        ),
    }
}
