//! A deployment to start the gateway on: a copy of an example, so that a test may change what it likes.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The site that `examples/hello` serves.
pub const SITE: &str = "hello";

/// A directory with configuration, rules and data.
#[derive(Debug)]
pub struct Deployment {
    directory: PathBuf,
    data: PathBuf,
    /// Removes the directory at the end; a deployment that is kept has none.
    _temporary: Option<TempDir>,
}

impl Deployment {
    /// A fresh copy of the example in a temporary directory.
    pub fn hello() -> Self {
        let temporary = TempDir::new().expect("a temporary directory");
        let directory = temporary.path().to_owned();
        copy(&example("hello"), &directory);
        Self {
            data: directory.join("data"),
            directory,
            _temporary: Some(temporary),
        }
    }

    /// A fresh copy of `examples/shop`, as deep in a temporary directory as it is in the repository: it names its data from there.
    pub fn shop() -> Self {
        let temporary = TempDir::new().expect("a temporary directory");
        let directory = temporary.path().join("examples/shop");
        copy(&example("shop"), &directory);
        Self {
            data: temporary.path().join("data/shop"),
            directory,
            _temporary: Some(temporary),
        }
    }

    /// The example's configuration for Redis instead, with this server.
    ///
    /// # Panics
    /// When the example leaves the server's address no place any more.
    #[must_use]
    pub fn on_redis(self, url: &str) -> Self {
        const PLACE: &str = "${REDIS_URL}";
        let example = fs::read_to_string(example("hello").join("signalbox-redis.yaml"));
        let text = example.expect("the example's configuration for Redis");
        assert!(text.contains(PLACE), "no `{PLACE}` in it");
        fs::write(self.configuration(), text.replace(PLACE, url))
            .expect("the configuration is written");
        self
    }

    /// The example in a directory that outlives the process; copied there if nothing is there yet.
    pub fn kept_in(directory: &Path) -> Self {
        if !directory.join("signalbox.yaml").exists() {
            copy(&example("hello"), directory);
        }
        Self {
            directory: directory.to_owned(),
            data: directory.join("data"),
            _temporary: None,
        }
    }

    /// The same, with the data elsewhere.
    #[must_use]
    pub fn with_data(mut self, data: &Path) -> Self {
        self.data = data.to_owned();
        self
    }

    /// Writes `new` in the place of `old` in the configuration.
    ///
    /// # Panics
    /// When the example's configuration has no such words any more.
    #[must_use]
    pub fn with_setting(self, old: &str, new: &str) -> Self {
        let file = self.configuration();
        let text = fs::read_to_string(&file).expect("the configuration");
        assert!(
            text.contains(old),
            "no `{old}` in the example's configuration"
        );
        fs::write(&file, text.replace(old, new)).expect("the configuration is written");
        self
    }

    /// The configuration file.
    pub fn configuration(&self) -> PathBuf {
        self.directory.join("signalbox.yaml")
    }

    /// The data directory.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The example's rule file.
    pub fn rule_file(&self) -> PathBuf {
        self.directory.join("rules/hello.rules")
    }
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate stands in the repository")
        .to_owned()
}

fn example(name: &str) -> PathBuf {
    repository().join("examples").join(name)
}

/// Copies a directory, less the data that somebody may have made in it by running the example.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory to copy to");
    for entry in fs::read_dir(from).expect("the directory to copy") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if !entry.file_type().expect("its kind").is_dir() {
            fs::copy(entry.path(), target).expect("a copied file");
        } else if entry.file_name() != "data" {
            copy(&entry.path(), &target);
        }
    }
}
