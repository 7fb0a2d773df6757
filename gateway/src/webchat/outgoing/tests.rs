use super::*;

fn text(bytes: usize) -> Utf8Bytes {
    "x".repeat(bytes).into()
}

#[test]
fn passing_frames_go_first() {
    let mut outgoing = Outgoing::default();
    for _ in 0..MAX_FRAMES - 2 {
        assert_eq!(outgoing.put(text(1)), Ok(0));
    }
    assert_eq!(outgoing.put_passing(text(1)), 0);
    assert_eq!(outgoing.put_passing(text(1)), 0);
    assert_eq!(
        outgoing.put_passing(text(1)),
        1,
        "a passing frame presses nobody"
    );
    assert_eq!(outgoing.put(text(1)), Ok(2));
    assert_eq!(outgoing.put(text(1)), Ok(0));
    assert_eq!(outgoing.put(text(1)), Err(Overflow));
    assert_eq!(std::iter::from_fn(|| outgoing.take()).count(), MAX_FRAMES);
    assert!(outgoing.is_empty() && outgoing.has_room());
}

#[test]
fn bytes_count_too() {
    let mut outgoing = Outgoing::default();
    assert_eq!(outgoing.put(text(MAX_BYTES - 1)), Ok(0));
    assert_eq!(
        outgoing.put(text(10)),
        Ok(0),
        "a frame may pass the bound, once"
    );
    assert_eq!(outgoing.put(text(1)), Err(Overflow));
    outgoing.take();
    assert_eq!(outgoing.put(text(1)), Ok(0));
}
