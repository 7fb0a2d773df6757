//! What the process under test prints, kept so that a test can look into it and a failure can show it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::sync::watch;

/// Lines kept; older ones go, so that a gateway gone mad does not fill the test's memory.
const MAX_LINES: usize = 20_000;

/// The lines of one process. Clones share them.
#[derive(Debug, Clone)]
pub struct Log {
    lines: Arc<Mutex<VecDeque<String>>>,
    /// How many streams are still being read.
    open: watch::Sender<usize>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            lines: Arc::default(),
            open: watch::Sender::new(0),
        }
    }
}

impl Log {
    /// Adds a line.
    pub(super) fn add(&self, line: &str) {
        let mut lines = self.lines.lock().unwrap();
        if lines.len() == MAX_LINES {
            lines.pop_front();
        }
        lines.push_back(line.to_owned());
    }

    /// Reads a stream in the background until it ends.
    pub(super) fn follow(&self, stream: impl AsyncRead + Unpin + Send + 'static) {
        self.open.send_modify(|open| *open += 1);
        let log = self.clone();
        tokio::spawn(async move {
            let mut lines = BufReader::new(stream).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                log.add(&line);
            }
            log.open.send_modify(|open| *open -= 1);
        });
    }

    /// Waits until all streams have ended, which they do with the process.
    pub(super) async fn until_read(&self) {
        let mut open = self.open.subscribe();
        open.wait_for(|open| *open == 0)
            .await
            .expect("the sender is held here");
    }

    /// All lines.
    pub fn text(&self) -> String {
        let lines = self.lines.lock().unwrap();
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Whether a line holds this.
    pub fn has(&self, words: &str) -> bool {
        self.lines
            .lock()
            .unwrap()
            .iter()
            .any(|line| line.contains(words))
    }
}
