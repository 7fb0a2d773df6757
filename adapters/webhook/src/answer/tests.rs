use reqwest::header::HeaderValue;

use super::*;

const NOW: &str = "2026-11-21T12:00:00Z";

fn end(status: u16, retry_after: Option<&'static str>) -> Result<(), SendError> {
    let mut headers = HeaderMap::new();
    if let Some(value) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
    }
    let status = StatusCode::from_u16(status).unwrap();
    of_status(status, &headers, NOW.parse().unwrap())
}

#[test]
fn every_status_has_its_consequence() {
    for status in [200, 201, 202, 204, 299] {
        assert_eq!(end(status, None), Ok(()), "{status}");
    }
    for status in [
        300, 301, 302, 304, 307, 308, 400, 404, 405, 408, 409, 413, 415, 422, 429, 500, 501, 502,
        503, 504, 599,
    ] {
        let end = end(status, None);
        assert!(
            matches!(end, Err(SendError::Busy { wait: None, .. })),
            "{status}: {end:?}"
        );
    }
    for status in [401, 403, 410] {
        let end = end(status, None);
        assert!(
            matches!(end, Err(SendError::Unauthorized { code: Some(code), .. }) if code == i64::from(status)),
            "{status}: {end:?}"
        );
    }
}

#[test]
fn a_receivers_wish_is_kept_within_a_day() {
    for (wish, seconds) in [
        ("7", Some(7)),
        ("0", Some(0)),
        ("86401", Some(86_400)),
        ("18446744073709551615", Some(86_400)),
        ("Sat, 21 Nov 2026 12:00:30 GMT", Some(30)),
        ("Sat, 21 Nov 2026 11:00:00 GMT", None),
        ("-1", None),
        ("soon", None),
        ("", None),
    ] {
        let end = end(503, Some(wish));
        let wanted = seconds.map(Duration::from_secs);
        assert!(
            matches!(&end, Err(SendError::Busy { wait, .. }) if *wait == wanted),
            "{wish}: {end:?}"
        );
    }
}
