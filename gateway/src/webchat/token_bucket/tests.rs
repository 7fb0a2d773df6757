use super::*;

#[test]
fn it_gives_a_burst_and_then_the_rate() {
    let rate = Rate {
        per_second: 5.0,
        burst: 10.0,
    };
    let start = Instant::now();
    let mut bucket = TokenBucket::new(rate, start);
    for _ in 0..10 {
        assert_eq!(bucket.take(rate, start), Ok(()));
    }
    let wait = bucket.take(rate, start).unwrap_err();
    assert_eq!(wait, Duration::from_millis(200));
    assert!(bucket.take(rate, start + wait / 2).is_err());
    assert_eq!(bucket.take(rate, start + wait), Ok(()));
    let later = start + Duration::from_secs(3_600);
    assert_eq!(
        (0..20).filter(|_| bucket.take(rate, later).is_ok()).count(),
        10,
        "it holds no more than its burst"
    );
}

#[test]
fn each_key_has_its_own() {
    let buckets = KeyedBuckets::new(Rate::per_minute(1));
    let now = Instant::now();
    assert!(buckets.take("a", now).is_ok());
    assert!(buckets.take("a", now).is_err());
    assert!(buckets.take("b", now).is_ok());
}
