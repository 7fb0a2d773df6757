//! One batch of an owner: all of it, in one script.

use signalbox_store::{Commit, Committed, Offset, Sequence, StoreError};

use crate::arguments::Arguments;
use crate::calls::Calls;
use crate::scripts;

pub(crate) async fn commit(calls: &Calls, commit: Commit) -> Result<Committed, StoreError> {
    check_journal(&commit)?;
    let arguments = Arguments::default().commit(&commit);
    let mut answer = calls
        .write(commit.partition, &scripts::COMMIT, arguments)
        .await?;
    match answer.bytes()?.as_slice() {
        b"committed" => {
            let mut sequences = Vec::with_capacity(commit.transcript.len());
            for _ in &commit.transcript {
                sequences.push(Sequence(answer.number()?));
            }
            Ok(Committed::Committed { sequences })
        }
        b"already" => Ok(Committed::AlreadyCommitted),
        b"fenced" => Ok(Committed::Fenced),
        b"conflict" => Ok(Committed::Conflict {
            position: Offset(answer.number()?),
        }),
        _ => Err(answer.damaged("is not understood")),
    }
}

/// Decision records are of the batch's own events, in their order: otherwise the script would stop in the middle.
fn check_journal(commit: &Commit) -> Result<(), StoreError> {
    let mut last = commit.from;
    for entry in &commit.journal {
        if entry.offset <= last || entry.offset > commit.to {
            return Err(StoreError::Unavailable {
                reason: format!(
                    "a batch from {} to {} holds a decision on {} behind one on {last}; this is a bug of the gateway, report it",
                    commit.from, commit.to, entry.offset
                ),
            });
        }
        last = entry.offset;
    }
    Ok(())
}
