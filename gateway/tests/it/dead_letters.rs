//! `signalbox dead-letters` and `signalbox outbox` on a running gateway.

use std::process::Output;

use jiff::Timestamp;
use serde_json::Value;
use signalbox_sealed::DataKey;
use signalbox_store::{
    BatchId, Commit, Committed, DeadLetter, Destination, Durability, EntryId, LeaseRequest, Leased,
    NodeId, Nonce, OutboxEntry, PartitionId, Store, ThreadId,
};
use signalbox_store_embedded::EmbeddedStore;

use crate::binary::{command, run, shown};
use crate::serve::{Deployment, Gateway};

const REASON: &str = "the platform refused the message (code 45015)";

impl Deployment {
    fn operate(&self, arguments: &[&str]) -> Output {
        let config = self.path("signalbox.yaml");
        run(&[arguments, &["--config", config.to_str().unwrap()]].concat())
    }

    fn operate_json(&self, arguments: &[&str]) -> Value {
        let output = self.operate(&[arguments, &["--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// Dead letters whose customer is not known any more: no channel of today's pushes, so none comes about by itself.
fn keep_dead_letters(deployment: &Deployment, at: Timestamp) {
    let directory = deployment.path("data");
    let store = EmbeddedStore::open(&directory, Durability::Fsync).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let partition = PartitionId::customer(3);
        let request = LeaseRequest {
            node: NodeId(*b"embedded gateway"),
            nonce: Nonce([1; 16]),
            now: at,
            until: at,
        };
        let Leased::Granted(head) = store.lease(partition, request).await.unwrap() else {
            panic!("the gateway has given its partitions up");
        };
        let letter = |number: u8| DeadLetter {
            entry: OutboxEntry {
                id: EntryId([number; 16]),
                thread: ThreadId([number; 16]),
                destination: Destination::Channel,
                due: at,
                not_after: None,
                attempts: 1,
                speaker: 0,
                payload: DataKey::from_bytes([1; 32]).seal(b"test", b"secret words", [2; 24]),
            },
            reason: REASON.to_owned(),
            at,
        };
        let commit = Commit {
            partition,
            fence: head.fence,
            from: head.position,
            to: head.position,
            batch: BatchId([9; 16]),
            states: Vec::new(),
            transcript: Vec::new(),
            outbox: Vec::new(),
            withdrawn: Vec::new(),
            timers: Vec::new(),
            journal: Vec::new(),
            set_aside: vec![letter(0xaa), letter(0xab)],
        };
        let committed = store.commit(commit).await.unwrap();
        assert!(matches!(committed, Committed::Committed { .. }));
        store.release(partition, head.fence).await.unwrap().unwrap();
    });
}

#[test]
fn people_see_what_did_not_leave_and_let_it_go() {
    let deployment = Deployment::new("");
    let at = Timestamp::now();
    let since = at.strftime("%Y-%m-%d %H:%M:%S UTC");
    Gateway::start(&deployment).stop();
    keep_dead_letters(&deployment, at);
    let gateway = Gateway::start(&deployment);

    let list = deployment.operate(&["dead-letters"]);
    assert_eq!(
        shown(&list),
        format!(
            "exit code 0\n--- stdout\n\
             aaaaaaaaaaaa  {since}  erased  1 attempt  {REASON}\n\
             abababababab  {since}  erased  1 attempt  {REASON}\n\
             2 in all: erased 2\n"
        )
    );
    let listed = deployment.operate_json(&["dead-letters", "list"]);
    assert_eq!(listed["entries"][0]["given_up"]["reason"], REASON);
    assert_eq!(listed["entries"][0]["partition"], "customer-3");
    let shown_one = deployment.operate(&["dead-letters", "show", "aa"]);
    assert!(shown(&shown_one).contains(REASON), "{}", shown(&shown_one));

    for (arguments, words) in [
        (
            ["dead-letters", "retry", "a"],
            "several entries begin with `a`",
        ),
        (["dead-letters", "discard", "77"], "there is no entry `77`"),
        (["dead-letters", "show", "../x"], "`../x` is no ID"),
        (["outbox", "show", "aa"], "there is no entry `aa`"),
    ] {
        let refused = deployment.operate(&arguments);
        assert_eq!(refused.status.code(), Some(2), "{}", shown(&refused));
        assert!(shown(&refused).contains(words), "{}", shown(&refused));
    }
    assert_eq!(
        deployment.operate_json(&["outbox"])["entries"],
        Value::Array(Vec::new())
    );

    let gone = deployment.operate(&["dead-letters", "discard", "aa"]);
    assert_eq!(
        shown(&gone),
        "exit code 0\n--- stdout\naaaaaaaaaaaa is gone for good\n"
    );
    let config = deployment.path("signalbox.yaml");
    let config = config.to_str().unwrap();
    let chinese = command(&["dead-letters", "--lang", "zh", "--config", config]);
    let chinese = { chinese }.output().unwrap();
    assert!(
        shown(&chinese).contains("共 1 条：erased 1"),
        "{}",
        shown(&chinese)
    );
    gateway.stop();
}
