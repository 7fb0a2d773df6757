//! One connection of a [`ChatClient`]: hello, welcome, replay, and then whatever happens until it ends.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    Acknowledged, ChatClient, Entry, Incoming, SITE, Script, Step, Upgrade, UpgradeFailed, Wire,
};

/// The most that the sheet allows.
const HISTORY_PAGE: u64 = 100;

/// `seen` goes out at most so often.
const SEEN_EVERY: Duration = Duration::from_secs(1);

/// `typing` goes out at most so often.
const TYPING_EVERY: Duration = Duration::from_secs(3);

/// What to wait before a message is sent again, when a nack does not say.
const RETRY_AFTER: Duration = Duration::from_millis(200);

/// How many `sync`s in a row may bring nothing before that is a violation.
const MAX_FRUITLESS_SYNCS: u32 = 5;

/// Codes after which a client must not come back.
const FINAL_CLOSES: [u16; 7] = [1002, 1003, 1007, 1008, 4400, 4403, 4404];

/// Runs one connection to its end; answers whether the script left.
pub(super) async fn run(
    client: &mut ChatClient,
    address: SocketAddr,
    script: &mut dyn Script,
) -> bool {
    let upgrade = Upgrade::of_page(address);
    let opened = tokio::time::timeout(client.silence, Wire::open(address, &upgrade)).await;
    let wire = match opened {
        Ok(Ok(wire)) => wire,
        Ok(Err(UpgradeFailed::Status(status))) => {
            // 503 is a gateway on its way down or up; anything else no well-behaved page should ever see.
            if status != 503 {
                client.violated(format!("the upgrade was answered with {status}"));
            }
            return false;
        }
        Ok(Err(UpgradeFailed::Connection(_))) | Err(_) => return false,
    };
    let mut connection = Connection {
        client,
        wire,
        stage: Stage::Greeting,
        repair: Repair::None,
        fruitless_syncs: 0,
        resend_at: None,
        is_probed: false,
        is_put_off: false,
        seen: None,
        typed: None,
    };
    connection.greet().await;
    let left = connection.converse(script).await;
    if left {
        connection.wire.close(connection.client.silence).await;
    }
    left
}

struct Connection<'c> {
    client: &'c mut ChatClient,
    wire: Wire,
    stage: Stage,
    repair: Repair,
    fruitless_syncs: u32,
    /// After a nack that may pass: when everything unacknowledged goes out again.
    resend_at: Option<Instant>,
    /// Nothing came for a while, and a ping is out.
    is_probed: bool,
    /// The server cannot answer now, and may be asked over another connection.
    is_put_off: bool,
    seen: Option<(u64, Instant)>,
    typed: Option<Instant>,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// `hello` is out.
    Greeting,
    /// `welcome` came; the replay is coming, up to `synced`.
    Replaying,
    /// `synced` came.
    Live,
}

#[derive(Debug, PartialEq, Eq)]
enum Repair {
    /// Nothing is missing as far as we know.
    None,
    /// `sync` is out; we had everything up to here.
    Syncing(u64),
    /// The server said that too much is missing: `synced` comes, then we page back.
    Told,
    /// `history` is out.
    Paging,
}

impl Connection<'_> {
    async fn greet(&mut self) {
        // An unacknowledged message may be in the store already, so even without an entry there may be a thread.
        let resume = self.client.conversation.as_ref().map(|conversation| {
            json!({"conversation": conversation, "last_seq": self.client.transcript.last_sequence()})
        });
        let hello = json!({
            "t": "hello", "v": 1, "site": SITE, "token": null,
            "visitor": self.client.visitor, "device": self.client.device.to_string(),
            "resume": resume,
            "page": {"url": "http://shop.example/", "title": "Shop", "referrer": ""},
            "locale": "en", "tz": "Europe/Berlin", "caps": ["typing", "ack", "history"],
        });
        self.wire.send(&hello).await;
    }

    /// Handles what comes and does what the script wants, until the script leaves (true) or the connection ends (false).
    async fn converse(&mut self, script: &mut dyn Script) -> bool {
        loop {
            if self.stage != Stage::Greeting && !self.act(script).await {
                return true;
            }
            let patience = match self.resend_at {
                Some(at) => self
                    .client
                    .silence
                    .min(at.saturating_duration_since(Instant::now())),
                None => self.client.silence,
            };
            match tokio::time::timeout(patience, self.wire.receive()).await {
                Ok(Incoming::Frame(frame)) => {
                    self.is_probed = false;
                    self.handle(&frame).await;
                    if self.is_put_off {
                        return false;
                    }
                }
                Ok(Incoming::Closed(code)) => {
                    self.client.closes.push(code);
                    if FINAL_CLOSES.contains(&code) {
                        self.client
                            .violated(format!("the server closed with {code}"));
                    }
                    return false;
                }
                Ok(Incoming::Lost) => return false,
                Err(_) if self.resend_is_due() => self.unsend(),
                Err(_) if self.is_probed => return false,
                Err(_) => {
                    self.is_probed = true;
                    self.wire.send(&json!({"t": "ping"})).await;
                }
            }
        }
    }

    /// Lets the script act; answers whether it stays. What it says goes out at once, in order.
    async fn act(&mut self, script: &mut dyn Script) -> bool {
        loop {
            match script.next(self.client) {
                Step::Say(text) => {
                    self.type_a_little().await;
                    self.client.say(text);
                }
                Step::Wait => break,
                Step::Leave => return false,
            }
        }
        if self.resend_at.is_none() {
            self.send_unsent().await;
        }
        self.confirm_display().await;
        true
    }

    async fn handle(&mut self, frame: &Value) {
        match frame["t"].as_str() {
            Some("welcome") => self.welcome(frame),
            Some("synced") => self.synced(frame).await,
            Some("event") => self.event(frame).await,
            Some("ack") => self.ack(frame).await,
            Some("nack") => self.nack(frame),
            Some("gap") => {
                self.client.repairs.gaps += 1;
                self.repair = Repair::Told;
            }
            Some("history") => self.history(frame).await,
            Some("token_expiring") => {
                self.client
                    .violated("an anonymous visitor has no token that expires");
            }
            Some("error") if self.client.is_forgiving && frame["code"] == "unavailable" => {
                self.is_put_off = true;
            }
            Some("error") => self.client.violated(format!("the server answered {frame}")),
            Some(_) => {} // Unknown types are ignored.
            None => self
                .client
                .violated(format!("a frame without `t`: {frame}")),
        }
    }

    fn welcome(&mut self, frame: &Value) {
        if self.stage != Stage::Greeting {
            self.client.violated("a second welcome on one connection");
        }
        self.stage = Stage::Replaying;
        match frame["visitor"].as_str() {
            Some(visitor) => self.client.visitor = Some(visitor.to_owned()),
            None => self
                .client
                .violated(format!("a welcome without visitor: {frame}")),
        }
        if frame["resumed"] == true {
            self.client.repairs.resumed += 1;
        }
        match frame["conversation"]["id"].as_str() {
            Some(id) => self.conversation_is(id),
            None if self.client.conversation.is_some() => {
                self.client.violated(format!("our thread is gone: {frame}"));
            }
            None => {}
        }
        // "In order, with the same cid, after welcome": every one goes out again.
        self.unsend();
    }

    fn conversation_is(&mut self, id: &str) {
        match &self.client.conversation {
            Some(known) if known != id => {
                let what = format!("our thread was {known} and is now {id}");
                self.client.violated(what);
            }
            _ => self.client.conversation = Some(id.to_owned()),
        }
    }

    async fn synced(&mut self, frame: &Value) {
        let Some(sequence) = frame["seq"].as_u64() else {
            self.client
                .violated(format!("a synced without seq: {frame}"));
            return;
        };
        self.stage = Stage::Live;
        let last = self.client.transcript.last_sequence();
        match self.repair {
            Repair::Told => return self.page(sequence + 1).await,
            Repair::Paging => return,
            Repair::Syncing(from) if last == from && sequence > last => {
                self.fruitless_syncs += 1;
                if self.fruitless_syncs > MAX_FRUITLESS_SYNCS {
                    self.client.violated(format!(
                        "sync from {from} does not bring what is up to {sequence}"
                    ));
                    return;
                }
            }
            Repair::Syncing(_) | Repair::None => self.fruitless_syncs = 0,
        }
        self.repair = Repair::None;
        if sequence.max(self.client.transcript.highest()) > last {
            self.sync().await;
        }
    }

    async fn sync(&mut self) {
        let last = self.client.transcript.last_sequence();
        self.client.repairs.syncs += 1;
        self.repair = Repair::Syncing(last);
        self.wire.send(&json!({"t": "sync", "from": last})).await;
    }

    async fn event(&mut self, frame: &Value) {
        let Some(sequence) = frame["seq"].as_u64() else {
            self.client
                .violated(format!("an event without seq: {frame}"));
            return;
        };
        match Entry::of_event(frame) {
            Ok(entry) => self.client.enter(sequence, entry),
            Err(what) => self.client.violated(what),
        }
        self.look_for_gap(sequence).await;
    }

    /// Asks for what is missing before `sequence`, once the replay is through and if nobody has asked yet.
    async fn look_for_gap(&mut self, sequence: u64) {
        let is_missing = sequence > self.client.transcript.last_sequence();
        if is_missing && self.stage == Stage::Live && self.repair == Repair::None {
            self.sync().await;
        }
    }

    async fn ack(&mut self, frame: &Value) {
        let (Some(cid), Some(id), Some(sequence)) = (
            frame["cid"].as_str(),
            frame["id"].as_str(),
            frame["seq"].as_u64(),
        ) else {
            self.client
                .violated(format!("an ack without cid, id or seq: {frame}"));
            return;
        };
        // "Its ack carries the new id" of the thread: the sheet does not say under which name.
        if let Some(conversation) = frame["conversation"].as_str() {
            self.conversation_is(conversation);
        } else if let Some(conversation) = frame["conversation"]["id"].as_str() {
            self.conversation_is(conversation);
        }
        let acknowledged = Acknowledged {
            id: id.to_owned(),
            sequence,
        };
        if let Some(text) = self.client.acknowledge(cid, acknowledged) {
            // The sending session gets no event for its own message: the ack is its entry.
            let entry = Entry {
                id: id.to_owned(),
                from: "customer".to_owned(),
                cid: Some(cid.to_owned()),
                in_reply_to: None,
                text,
            };
            self.client.enter(sequence, entry);
            self.look_for_gap(sequence).await;
        }
    }

    fn nack(&mut self, frame: &Value) {
        let code = frame["code"].as_str().unwrap_or("without code").to_owned();
        self.client.nacks.push(code.clone());
        match code.as_str() {
            "unavailable" | "rate_limited" => {
                let wait = frame["retry_after_ms"].as_u64().map(Duration::from_millis);
                self.resend_at = Some(Instant::now() + wait.unwrap_or(RETRY_AFTER));
            }
            _ => {
                let cid = frame["cid"].as_str().unwrap_or_default();
                self.client.outbox.retain(|message| message.cid != cid);
                self.client
                    .violated(format!("a good message was refused: {frame}"));
            }
        }
    }

    async fn history(&mut self, frame: &Value) {
        self.client.repairs.pages += 1;
        let events = frame["events"].as_array().cloned().unwrap_or_default();
        let mut lowest = None;
        for event in &events {
            let Some(sequence) = event["seq"].as_u64() else {
                self.client
                    .violated(format!("history without seq: {event}"));
                continue;
            };
            lowest = Some(lowest.map_or(sequence, |before: u64| before.min(sequence)));
            match Entry::of_event(event) {
                Ok(entry) => self.client.enter(sequence, entry),
                Err(what) => self.client.violated(what),
            }
        }
        self.repair = Repair::None;
        if self.client.transcript.highest() == self.client.transcript.last_sequence() {
            return;
        }
        match (frame["has_more"] == true, lowest) {
            (true, Some(lowest)) => self.page(lowest).await,
            _ => self
                .client
                .violated("history ended and something is still missing"),
        }
    }

    async fn page(&mut self, before: u64) {
        self.repair = Repair::Paging;
        let frame = json!({"t": "history", "before_seq": before, "limit": HISTORY_PAGE});
        self.wire.send(&frame).await;
    }

    fn resend_is_due(&self) -> bool {
        self.resend_at.is_some_and(|at| at <= Instant::now())
    }

    /// Everything unacknowledged counts as not sent: it goes out (again) with the next step.
    fn unsend(&mut self) {
        self.resend_at = None;
        for message in &mut self.client.outbox {
            message.is_sent = false;
        }
    }

    async fn send_unsent(&mut self) {
        for message in &mut self.client.outbox {
            if message.is_sent {
                continue;
            }
            message.is_sent = true;
            let frame = json!({
                "t": "msg", "cid": message.cid,
                "content": {"type": "text", "text": message.text},
                "client_ts": "2026-11-20T08:00:00Z",
            });
            self.wire.send(&frame).await;
        }
    }

    async fn confirm_display(&mut self) {
        let last = self.client.transcript.last_sequence();
        let is_time = match self.seen {
            Some((sequence, at)) => sequence < last && at.elapsed() >= SEEN_EVERY,
            None => last > 0,
        };
        if is_time {
            self.seen = Some((last, Instant::now()));
            self.wire.send(&json!({"t": "seen", "seq": last})).await;
        }
    }

    async fn type_a_little(&mut self) {
        if self.typed.is_none_or(|at| at.elapsed() >= TYPING_EVERY) {
            self.typed = Some(Instant::now());
            self.wire.send(&json!({"t": "typing", "on": true})).await;
            self.wire.send(&json!({"t": "typing", "on": false})).await;
        }
    }
}
