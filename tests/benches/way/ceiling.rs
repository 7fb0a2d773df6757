//! The ceiling: a bare loop that only frames, appends, commits and answers, on raw SQLite. No identities, no limits, no rules, no
//! sealing, no checksums, no fences: rows of the same sizes, as durable, and the same frames. What the gateway does
//! beyond it, its store included, is what signalbox costs.

mod raw;

use std::path::Path;

use futures_util::{SinkExt, StreamExt};
use jiff::Timestamp;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use uuid::Uuid;

/// Makes this binary the ceiling.
pub(crate) const ARGUMENT: &str = "--serve-ceiling";

/// More than are under way on one connection, so that nobody waits for a customer.
const ANSWERS: usize = 256;

/// One message on its way through the tables.
struct Said {
    thread: Uuid,
    cid: Uuid,
    id: Uuid,
    at: Timestamp,
    answers: mpsc::Sender<Answer>,
}

/// What its customer hears.
enum Answer {
    Opened,
    Kept {
        cid: Uuid,
        id: Uuid,
        sequence: i64,
        at: Timestamp,
    },
    Replied {
        cid: Uuid,
        id: Uuid,
        sequence: i64,
        at: Timestamp,
    },
}

/// Serves until it is killed; prints its address.
pub(crate) fn serve(directory: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let writer = raw::start(directory);
    runtime.block_on(async move {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("http://{}/", listener.local_addr().unwrap());
        loop {
            let (socket, _) = listener.accept().await.unwrap();
            tokio::spawn(talk(socket, writer.clone()));
        }
    });
}

#[expect(
    clippy::result_large_err,
    reason = "the shape that the handshake's callback has"
)]
async fn talk(socket: TcpStream, writer: mpsc::Sender<Said>) {
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
    let (answers, mut waiting) = mpsc::channel::<Answer>(ANSWERS);
    tokio::spawn(async move {
        while let Some(answer) = waiting.recv().await {
            let mut next = Some(answer);
            while let Some(answer) = next {
                for frame in frames(&answer) {
                    if sink.feed(Message::text(frame)).await.is_err() {
                        return;
                    }
                }
                next = waiting.try_recv().ok();
            }
            if sink.flush().await.is_err() {
                return;
            }
        }
    });
    let thread = Uuid::new_v4();
    while let Some(Ok(Message::Text(text))) = stream.next().await {
        let frame: serde_json::Value = serde_json::from_str(&text).unwrap();
        if frame["t"] == "hello" {
            answers.send(Answer::Opened).await.unwrap();
            continue;
        }
        let said = Said {
            thread,
            cid: frame["cid"].as_str().unwrap().parse().unwrap(),
            id: Uuid::new_v4(),
            at: Timestamp::now(),
            answers: answers.clone(),
        };
        writer.send(said).await.expect("the writer runs");
    }
}

const WELCOME: &str = r#"{"t":"welcome","session":"s_0","visitor":"v","conversation":null,"resumed":false,"limits":{"max_bytes":65536,"rate":"5/s","dwell_marks_ms":[]},"ping_interval_ms":25000,"server_time":"2026-11-20T08:00:00Z"}"#;

fn frames(answer: &Answer) -> Vec<String> {
    match answer {
        Answer::Opened => vec![WELCOME.to_owned(), r#"{"t":"synced","seq":0}"#.to_owned()],
        Answer::Kept {
            cid,
            id,
            sequence,
            at,
        } => {
            let id = id.simple();
            vec![format!(
                r#"{{"t":"ack","cid":"{cid}","id":"m_{id}","seq":{sequence},"ts":"{at}"}}"#
            )]
        }
        Answer::Replied {
            cid,
            id,
            sequence,
            at,
        } => {
            let id = id.simple();
            vec![format!(
                r#"{{"t":"event","seq":{sequence},"kind":"message","data":{{"id":"m_{id}","from":"bot","in_reply_to":"{cid}","content":{{"type":"text","text":"You said: where is my order A-10023? it should have come yesterday"}},"ts":"{at}"}}}}"#
            )]
        }
    }
}
