use super::*;

#[tokio::test]
async fn the_words_of_a_panic_are_not_in_the_answer() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let archive = EmbeddedArchive::open(directory.path()).expect("open");
    let cut: Result<(), StoreError> = archive
        .with(|_, _| panic!("a row holds `my address is 12 Elm Street`"))
        .await;
    let Err(StoreError::Unknown { reason }) = &cut else {
        panic!("work that panicked was answered with {cut:?}");
    };
    assert!(!reason.contains("Elm Street"), "{reason}");
    assert!(reason.contains("cut off"), "{reason}");
    // The lock is free, and nothing is half done.
    assert_eq!(
        archive.cursor(PartitionId::customer(0)).await,
        Ok(Offset(0))
    );
}
