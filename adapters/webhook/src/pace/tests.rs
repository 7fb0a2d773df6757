use super::*;

fn busy(wait: Option<Duration>) -> Result<(), SendError> {
    Err(SendError::Busy { reason: "", wait })
}

fn wait(turn: Result<(), SendError>) -> Option<Duration> {
    match turn {
        Ok(()) => None,
        Err(SendError::HeldBack { wait, .. }) => Some(wait),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn so_many_at_once_then_one_after_each_interval() {
    let start = Instant::now();
    let pace = Pace::new(2.0, 3, start);
    let half = Duration::from_millis(500);
    let turns: Vec<_> = (0..4).map(|_| wait(pace.take(start))).collect();
    assert_eq!(turns, [None, None, None, Some(half)]);
    assert_eq!(wait(pace.take(start + half)), None);
    assert_eq!(wait(pace.take(start + half)), Some(half));
}

#[test]
fn an_endpoint_that_asks_for_rest_gets_it_from_all() {
    let start = Instant::now();
    let pace = Pace::new(1_000.0, 100, start);
    pace.take(start).unwrap();
    pace.note(&busy(Some(Duration::from_secs(20))), start);
    assert_eq!(wait(pace.take(start)), Some(Duration::from_secs(20)));
    assert_eq!(wait(pace.take(start + Duration::from_secs(20))), None);
    pace.note(&busy(Some(Duration::from_secs(86_400))), start);
    assert_eq!(
        wait(pace.take(start)),
        Some(LONGEST_REST),
        "one answer of a day's wait stops one message for a day, not all"
    );
}

#[test]
fn after_ten_failures_one_request_a_minute_sees_whether_it_is_over() {
    let mut now = Instant::now();
    let pace = Pace::new(1_000.0, 100, now);
    for failure in 1..=FAILURES_TO_REST {
        assert_eq!(wait(pace.take(now)), None, "failure {failure}");
        pace.note(&busy(None), now);
    }
    assert_eq!(wait(pace.take(now)), Some(PROBE_EVERY));
    now += PROBE_EVERY;
    assert_eq!(wait(pace.take(now)), None, "the probe");
    assert_eq!(wait(pace.take(now)), Some(PROBE_EVERY), "only one");
    pace.note(&busy(None), now);
    assert_eq!(wait(pace.take(now)), Some(PROBE_EVERY));
    now += PROBE_EVERY;
    assert_eq!(wait(pace.take(now)), None);
    pace.note(&Ok(()), now);
    assert_eq!(wait(pace.take(now)), None, "it is over");
}

#[test]
fn an_endpoint_that_is_gone_is_not_asked_for_an_hour() {
    let start = Instant::now();
    let pace = Pace::new(1_000.0, 100, start);
    pace.take(start).unwrap();
    let gone = SendError::Unauthorized {
        code: Some(GONE),
        reason: "",
    };
    pace.note(&Err(gone), start);
    let almost = start + GONE_PROBE_EVERY - Duration::from_secs(1);
    let held = pace.take(almost);
    assert!(
        matches!(
            held,
            Err(SendError::Unauthorized {
                code: Some(GONE),
                ..
            })
        ),
        "{held:?}"
    );
    assert_eq!(wait(pace.take(start + GONE_PROBE_EVERY)), None);
}
