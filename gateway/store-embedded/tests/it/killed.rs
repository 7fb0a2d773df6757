//! kill -9 at any moment: what was acknowledged is there.

use std::collections::{BTreeMap, BTreeSet};

use signalbox_store::{Offset, Sequence, Store, TranscriptRange};
use signalbox_store_embedded::EmbeddedStore;
use tempfile::TempDir;

use crate::{child, samples};

const CYCLES: u64 = 10;
/// The kill comes after so many acknowledgements at most; enough for several groups and batches.
const LATEST_KILL: u64 = 400;
const ALL: usize = 1 << 20;

/// What the writers were told.
#[derive(Default)]
struct Told {
    kept: BTreeSet<u64>,
    committed: BTreeMap<u64, u64>,
}

impl Told {
    fn hear(&mut self, line: &str) {
        let words: Vec<_> = line.split(' ').collect();
        let number = |word: &str| word.parse::<u64>().expect("a number");
        match words.as_slice() {
            ["kept", message] => {
                self.kept.insert(number(message));
            }
            ["committed", partition, position] => {
                self.committed.insert(number(partition), number(position));
            }
            // The test harness has words of its own.
            _ => {}
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost() {
    let directory = TempDir::new().expect("a temporary directory");
    let mut told = Told::default();
    let mut chance = 0x2545_f491_4f6c_dd1d_u64;
    for cycle in 0..CYCLES {
        // Any kill is another one: the system's timing is the real chance here.
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let kill_after = 1 + (chance >> 33) % LATEST_KILL;
        let (mut writer, mut lines) = child::start(&["env"], directory.path(), cycle * 1_000_000);
        let mut heard = 0;
        while heard < kill_after {
            let line = lines
                .next()
                .expect("the writer goes on")
                .expect("its words");
            told.hear(&line);
            heard += u64::from(line.starts_with("kept") || line.starts_with("committed"));
        }
        writer.kill().expect("the writer runs");
        // It may have been told more before it died.
        for line in lines.map_while(Result::ok) {
            told.hear(&line);
        }
        writer.wait().expect("the writer is gone");
        verify(&samples::open(directory.path()), &told);
        let report = samples::check(directory.path()).expect("a store");
        assert!(report.is_sound(), "cycle {cycle}: {:?}", report.problems);
    }
    assert!(told.kept.len() as u64 > CYCLES, "the writers wrote");
}

fn verify(store: &EmbeddedStore, told: &Told) {
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    runtime.block_on(async {
        let mut kept = BTreeMap::new();
        for number in 0..3 {
            let partition = samples::partition(number);
            let inbox = store.inbox(partition, Offset(0), ALL).await.expect("inbox");
            for record in inbox {
                kept.insert(record.message_id, record);
            }
            let journal = store.journal(partition, Offset(0), ALL).await;
            let journal = journal.expect("journal");
            let position = told.committed.get(&number).copied().unwrap_or(0);
            assert!(
                journal.len() as u64 >= position,
                "batches up to {position} were acknowledged, decisions: {}",
                journal.len()
            );
        }
        for number in &told.kept {
            let record = kept.get(&samples::message_id(*number));
            let record = record.unwrap_or_else(|| panic!("message {number} was acknowledged"));
            assert_eq!(record.event, samples::message(*number).event);
            let again = store.append(samples::partition(*number), samples::message(*number));
            let again = again.await.expect("append");
            assert!(
                matches!(again, signalbox_store::Appended::Repeated(receipt) if receipt.sequence == record.sequence),
                "message {number}: {again:?}"
            );
        }
        for number in 0..samples::THREADS {
            for partition in (0..3).map(samples::partition) {
                let from_start = TranscriptRange::After(Sequence(0));
                let transcript = store
                    .transcript(partition, samples::thread(number), from_start, ALL)
                    .await
                    .expect("transcript");
                let sequences = transcript.iter().map(|entry| entry.sequence.0);
                assert!(sequences.eq(1..=transcript.len() as u64), "no gaps");
            }
        }
    });
}
