//! SIGTERM and SIGINT: the first asks to stop, the second to stop at once.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::words::{Failure, Told, Words, words};

/// Listens from its making on, so that no signal of a slow start is lost.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    pub(super) fn listen() -> Result<Self, Failure> {
        let listen = || -> io::Result<Self> {
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            })
        };
        listen().map_err(|error| {
            let Words { en, zh } = error.words();
            words!(
                "signals cannot be listened for: {en}",
                "无法接收系统信号：{zh}"
            )
            .into()
        })
    }

    pub(super) async fn first(&mut self) {
        self.next().await;
    }

    pub(super) async fn second(&mut self) {
        self.next().await;
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
