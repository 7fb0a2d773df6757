use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::layer::SubscriberExt;

use super::*;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn logged(format: LogFormat, events: impl FnOnce()) -> String {
    let lines = Lines::default();
    let writer = lines.clone();
    let layer = layer(format, EnvFilter::new("info"), move || writer.clone());
    tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), events);
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn json_is_one_object_a_line() {
    let text = logged(LogFormat::Json, || {
        tracing::warn!(rule = "shop.vip", "a rule\nwas refused");
        tracing::debug!("below the filter");
    });
    assert_eq!(text.lines().count(), 1, "{text}");
    let line: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["message"], "a rule\nwas refused");
    assert_eq!(line["rule"], "shop.vip");
}

#[test]
fn hidden_text_shows_its_length_only() {
    for format in [LogFormat::Text, LogFormat::Json] {
        let text = logged(format, || {
            let said = Hidden("my card is 6222-0000");
            tracing::info!(%said, also = ?said, "refused");
        });
        assert!(text.contains("[20 characters]"), "{text}");
        assert!(!text.contains("6222"), "{text}");
    }
}

#[test]
fn a_wrong_format_says_what_is_right() {
    assert_eq!(
        "yaml".parse::<LogFormat>(),
        Err("`yaml` is not a log format; write text or json".to_owned())
    );
}
