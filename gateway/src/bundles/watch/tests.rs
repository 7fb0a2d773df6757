use std::fs;

use parking_lot::Mutex;

use super::*;

const RULES: &str = include_str!("../../../../examples/hello/rules/hello.rules");

/// Refuses so many bundles, then takes them.
struct Busy {
    refusals: Mutex<usize>,
    taken: mpsc::UnboundedSender<String>,
}

#[async_trait]
impl Adopter for Busy {
    async fn adopt(&self, bundle: LiveBundle) -> bool {
        let mut refusals = self.refusals.lock();
        if *refusals > 0 {
            *refusals -= 1;
            return false;
        }
        self.taken.send(bundle.hash().to_owned()).is_ok()
    }

    fn refuse(&self, refusal: Refusal) {
        panic!("these rules are good: {}", refusal.summary);
    }

    fn unreadable(&self, reason: Words) {
        panic!("the file is there: {reason}");
    }
}

#[test]
fn reading_is_no_change_and_writing_is() {
    let access = |kind| may_change_files(EventKind::Access(kind));
    assert!(!access(AccessKind::Open(AccessMode::Any)));
    assert!(!access(AccessKind::Close(AccessMode::Read)));
    assert!(access(AccessKind::Close(AccessMode::Write)));
    assert!(may_change_files(EventKind::Any));
}

#[tokio::test]
async fn rules_that_could_not_be_kept_are_handed_over_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("hello.rules"), RULES).unwrap();
    let (taken, mut told) = mpsc::unbounded_channel();
    let adopter = Arc::new(Busy {
        refusals: Mutex::new(2),
        taken,
    });
    let stop = CancellationToken::new();
    let watch = Watch::new(folder.path().to_owned(), Duration::from_millis(10), None);
    let watching = tokio::spawn(watch.run(adopter, stop.clone()));
    assert_eq!(told.recv().await.unwrap().len(), 64, "the hash");
    stop.cancel();
    watching.await.unwrap();
}
