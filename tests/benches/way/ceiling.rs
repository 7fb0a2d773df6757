//! The ceiling: a bare loop that only frames, appends, commits and answers. No identities, no limits, no rules, no sealing, no
//! state: the same store with the same rows, sizes and durability, and the same frames. What the gateway does
//! beyond it is what signalbox costs.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use jiff::Timestamp;
use signalbox_sealed::Sealed;
use signalbox_store::{
    Append, Appended, BatchId, Commit, Committed, DedupeKey, Durability, Fence, Fingerprint,
    JournalEntry, LeaseRequest, Leased, MessageId, NodeId, Nonce, Offset, PartitionId, StateWrite,
    Store, ThreadId, TranscriptAppend,
};
use signalbox_store_embedded::EmbeddedStore;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use uuid::Uuid;

/// Makes this binary the ceiling.
pub(crate) const ARGUMENT: &str = "--serve-ceiling";

const PARTITIONS: u16 = 256;
/// What the gateway stores for a message of the load, sealed (measured in its tables, rounded).
const EVENT_BYTES: usize = 480;
const STATE_BYTES: usize = 420;
const REPLY_BYTES: usize = 480;
const DECISION_BYTES: usize = 900;
/// As many as the gateway commits at once.
const BATCH: usize = 256;

/// A message that is kept and waits for its commit.
struct Kept {
    offset: Offset,
    thread: ThreadId,
    cid: String,
    answers: mpsc::Sender<String>,
}

/// Serves until it is killed; prints its address.
pub(crate) fn serve(directory: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let store = EmbeddedStore::open(directory, Durability::Fsync).unwrap();
    let store: Arc<dyn Store> = Arc::new(store);
    runtime.block_on(async move {
        let mut owners = Vec::new();
        for number in 0..PARTITIONS {
            let (kept, waiting) = mpsc::channel(4 * BATCH);
            tokio::spawn(own(store.clone(), PartitionId::customer(number), waiting));
            owners.push(kept);
        }
        let owners = Arc::new(owners);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}/", listener.local_addr().unwrap());
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            tokio::spawn(talk(socket, store.clone(), owners.clone()));
        }
    });
}

#[expect(
    clippy::result_large_err,
    reason = "the shape that the handshake's callback has"
)]
async fn talk(socket: TcpStream, store: Arc<dyn Store>, owners: Arc<Vec<mpsc::Sender<Kept>>>) {
    socket.set_nodelay(true).unwrap();
    let subprotocol = |_: &Request, mut response: Response| -> Result<Response, ErrorResponse> {
        response.headers_mut().insert(
            "Sec-WebSocket-Protocol",
            "signalbox.chat.v1".parse().unwrap(),
        );
        Ok(response)
    };
    let socket = tokio_tungstenite::accept_hdr_async(socket, subprotocol)
        .await
        .unwrap();
    let (mut sink, mut stream) = socket.split();
    let (answers, mut waiting) = mpsc::channel::<String>(BATCH);
    tokio::spawn(async move {
        while let Some(frame) = waiting.recv().await {
            if sink.feed(Message::text(frame)).await.is_err() {
                return;
            }
            while let Ok(frame) = waiting.try_recv() {
                if sink.feed(Message::text(frame)).await.is_err() {
                    return;
                }
            }
            if sink.flush().await.is_err() {
                return;
            }
        }
    });
    let thread = ThreadId(*Uuid::new_v4().as_bytes());
    let number = u16::from_be_bytes([thread.0[0], thread.0[1]]) % PARTITIONS;
    while let Some(Ok(Message::Text(text))) = stream.next().await {
        let frame: serde_json::Value = serde_json::from_str(&text).unwrap();
        if frame["t"] == "hello" {
            for frame in [WELCOME, r#"{"t":"synced","seq":0}"#] {
                answers.send(frame.to_owned()).await.unwrap();
            }
            continue;
        }
        let cid = frame["cid"].as_str().unwrap().to_owned();
        let append = Append {
            thread,
            dedupe: DedupeKey(*cid.parse::<Uuid>().unwrap().as_bytes()),
            fingerprint: Fingerprint([1; 16]),
            message_id: MessageId(Uuid::new_v4()),
            accepted_at: Timestamp::now(),
            sequenced: true,
            event: sealed(EVENT_BYTES),
        };
        let (id, at) = (append.message_id.0.simple(), append.accepted_at);
        let Ok(Appended::Accepted { offset, receipt }) =
            store.append(PartitionId::customer(number), append).await
        else {
            panic!("kept")
        };
        let sequence = receipt.sequence.unwrap();
        let ack =
            format!(r#"{{"t":"ack","cid":"{cid}","id":"m_{id}","seq":{sequence},"ts":"{at}"}}"#);
        if answers.send(ack).await.is_err() {
            return;
        }
        let kept = Kept {
            offset,
            thread,
            cid,
            answers: answers.clone(),
        };
        owners[usize::from(number)].send(kept).await.unwrap();
    }
}

const WELCOME: &str = r#"{"t":"welcome","session":"s_0","visitor":"v","conversation":null,"resumed":false,"limits":{"max_bytes":65536,"rate":"5/s","dwell_marks_ms":[]},"ping_interval_ms":25000,"server_time":"2026-11-20T08:00:00Z"}"#;

/// Commits what is kept, in the order of offsets, and answers it.
async fn own(store: Arc<dyn Store>, partition: PartitionId, mut waiting: mpsc::Receiver<Kept>) {
    let fence = lease(&*store, partition).await;
    let mut position = Offset(0);
    let mut kept = BTreeMap::new();
    while let Some(first) = waiting.recv().await {
        kept.insert(first.offset, first);
        while let Ok(next) = waiting.try_recv() {
            kept.insert(next.offset, next);
        }
        let mut batch = Vec::new();
        let mut next = position.next();
        while batch.len() < BATCH
            && let Some(message) = kept.remove(&next)
        {
            next = next.next();
            batch.push(message);
        }
        if let Some(last) = batch.last().map(|message| message.offset) {
            commit(&*store, partition, fence, position, last, &batch).await;
            position = last;
        }
    }
}

async fn lease(store: &dyn Store, partition: PartitionId) -> Fence {
    let now = Timestamp::now();
    let request = LeaseRequest {
        node: NodeId([1; 16]),
        nonce: Nonce([2; 16]),
        now,
        until: now + Duration::from_secs(3_600),
    };
    match store.lease(partition, request).await.unwrap() {
        Leased::Granted(head) => head.fence,
        Leased::Held { .. } => panic!("the directory is fresh"),
    }
}

async fn commit(
    store: &dyn Store,
    partition: PartitionId,
    fence: Fence,
    from: Offset,
    to: Offset,
    batch: &[Kept],
) {
    let at = Timestamp::now();
    let message_id = || MessageId(Uuid::new_v4());
    let threads: std::collections::BTreeSet<ThreadId> =
        batch.iter().map(|message| message.thread).collect();
    let commit = Commit {
        partition,
        fence,
        from,
        to,
        batch: BatchId(*Uuid::new_v4().as_bytes()),
        states: threads
            .into_iter()
            .map(|thread| StateWrite {
                thread,
                state: Some(sealed(STATE_BYTES)),
            })
            .collect(),
        transcript: batch
            .iter()
            .map(|message| TranscriptAppend {
                thread: message.thread,
                message_id: message_id(),
                at,
                event: sealed(REPLY_BYTES),
            })
            .collect(),
        outbox: Vec::new(),
        withdrawn: Vec::new(),
        timers: Vec::new(),
        journal: batch
            .iter()
            .map(|message| JournalEntry {
                offset: message.offset,
                thread: message.thread,
                message_id: message_id(),
                record: sealed(DECISION_BYTES),
            })
            .collect(),
    };
    let Ok(Committed::Committed { sequences }) = store.commit(commit).await else {
        panic!("committed")
    };
    for (message, sequence) in batch.iter().zip(sequences) {
        let id = message_id().0.simple();
        let cid = &message.cid;
        let event = format!(
            r#"{{"t":"event","seq":{sequence},"kind":"message","data":{{"id":"m_{id}","from":"bot","in_reply_to":"{cid}","content":{{"type":"text","text":"You said: where is my order A-10023? it should have come yesterday"}},"ts":"{at}"}}}}"#
        );
        // The customer may be gone.
        let _gone = message.answers.send(event).await;
    }
}

fn sealed(bytes: usize) -> Sealed {
    Sealed::from_stored(vec![7; bytes])
}
