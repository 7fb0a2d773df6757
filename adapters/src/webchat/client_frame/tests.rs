use proptest::prelude::*;

use super::*;

const CID: &str = "0192f0c1-7b6a-7cc2-98c4-dc0c0c07398f";

fn message(text: &str) -> String {
    serde_json::json!({"t": "msg", "cid": CID, "content": {"type": "text", "text": text}, "client_ts": "x"}).to_string()
}

fn normalised(text: &str) -> Result<String, FrameError> {
    match parse(&message(text))? {
        ClientFrame::Message {
            content: Content::Text { text },
            ..
        } => Ok(text),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_sheets_hello_is_understood() {
    let hello = r#"{"t":"hello","v":1,"site":"shop-a","token":null,"visitor":null,"device":"d","resume":{"conversation":"c_1","last_seq":41},"page":{"url":"..","title":"..","referrer":".."},"locale":"zh-CN","tz":"Asia/Shanghai","caps":["typing","ack","history"],"new":{"x":1}}"#;
    let Ok(ClientFrame::Hello(hello)) = parse(hello) else {
        panic!("not understood")
    };
    assert_eq!((hello.v, hello.site.as_str()), (1, "shop-a"));
    assert_eq!(
        hello.resume,
        Some(Resume {
            conversation: "c_1".to_owned(),
            last_seq: 41
        })
    );
    assert_eq!(
        (hello.locale.as_deref(), hello.tz.as_deref()),
        (Some("zh-CN"), Some("Asia/Shanghai"))
    );
}

#[test]
fn every_other_frame_is_understood() {
    let cases = [
        (
            r#"{"t":"auth","token":"x"}"#,
            ClientFrame::Auth {
                token: "x".to_owned(),
            },
        ),
        (r#"{"t":"seen","seq":59}"#, ClientFrame::Seen { seq: 59 }),
        (r#"{"t":"sync","from":0}"#, ClientFrame::Sync { from: 0 }),
        (
            r#" {"t":"history","before_seq":58,"limit":50}"#,
            ClientFrame::History {
                before_seq: Some(58),
                limit: 50,
            },
        ),
        (
            r#"{"t":"history","before_seq":58,"limit":5000}"#,
            ClientFrame::History {
                before_seq: Some(58),
                limit: 100,
            },
        ),
        (
            r#"{"t":"history","limit":0}"#,
            ClientFrame::History {
                before_seq: None,
                limit: 1,
            },
        ),
        (
            r#"{"t":"history","before_seq":null}"#,
            ClientFrame::History {
                before_seq: None,
                limit: 50,
            },
        ),
        (
            r#"{"t":"typing","on":true,"preview":"no"}"#,
            ClientFrame::Typing { on: true },
        ),
        (r#"{"\u0074":"ping"}"#, ClientFrame::Ping),
        (
            r#"{"t":"upload_request","name":"a"}"#,
            ClientFrame::UploadRequest,
        ),
    ];
    for (json, expected) in cases {
        assert_eq!(parse(json), Ok(expected), "{json}");
    }
    assert!(matches!(
        parse(r#"{"t":"page","kind":"dwell","url":"https://a.example/","dwell_ms":60000}"#),
        Ok(ClientFrame::Page(_))
    ));
}

#[test]
fn what_is_no_frame_is_malformed_and_what_is_new_is_unknown() {
    let malformed = [
        "",
        "null",
        "7",
        "\"ping\"",
        "[]",
        r#"["ping"]"#,
        "{}",
        r#"{"t":1}"#,
        r#"{"t":"ping""#,
        r#"{"t":"ping"} x"#,
        r#"{"t":"ping","t":"msg"}"#,
        r#"{"t":"seen"}"#,
        r#"{"t":"seen","seq":-1}"#,
        r#"{"t":"seen","seq":1.5}"#,
        r#"{"t":"sync","from":"3"}"#,
        r#"{"t":"typing","on":1}"#,
        r#"{"t":"page","kind":"steal"}"#,
        r#"{"t":"auth"}"#,
        r#"{"t":"hello","v":1}"#,
        r#"{"t":"msg","content":{"type":"text","text":"x"}}"#,
        r#"{"t":"msg","cid":"x"}"#,
    ];
    for json in malformed {
        assert!(
            matches!(parse(json), Err(FrameError::Malformed { .. })),
            "{json}: {:?}",
            parse(json)
        );
    }
    for json in [r#"{"t":"dance"}"#, r#"{"t":""}"#, r#"{"t":"welcome"}"#] {
        assert_eq!(parse(json), Err(FrameError::UnknownType), "{json}");
    }
    let deep = format!("{}{}", r#"{"t":"#.repeat(10_000), "}".repeat(10_000));
    assert!(matches!(parse(&deep), Err(FrameError::Malformed { .. })));
}

#[test]
fn every_string_of_a_hello_has_a_bound() {
    let long = "x".repeat(17_000);
    for field in ["site", "token", "visitor", "device", "locale", "tz"] {
        let mut hello = serde_json::json!({"t": "hello", "v": 1, "site": "a"});
        hello[field] = long.clone().into();
        assert!(
            matches!(parse(&hello.to_string()), Err(FrameError::Malformed { .. })),
            "{field}"
        );
    }
    for caps in [serde_json::json!([long]), serde_json::json!(vec!["a"; 33])] {
        let hello = serde_json::json!({"t": "hello", "v": 1, "site": "a", "caps": caps});
        assert!(matches!(
            parse(&hello.to_string()),
            Err(FrameError::Malformed { .. })
        ));
    }
}

#[test]
fn text_is_normalised() {
    assert_eq!(
        normalised("a\r\nb\rc\nd\te"),
        Ok("a\nb\nc\nd\te".to_owned())
    );
    assert_eq!(
        normalised("a\0b\u{7}c\u{7f}d\u{85}e"),
        Ok("abcde".to_owned())
    );
    assert_eq!(
        normalised("\u{202e}<b>אב</b>"),
        Ok("\u{202e}<b>אב</b>".to_owned()),
        "bidi controls and markup stay"
    );
}

#[test]
fn refused_messages_keep_their_cid() {
    let refused = |refusal| FrameError::Refused {
        cid: CID.to_owned(),
        refusal,
    };
    assert!(normalised(&"字".repeat(8_000)).is_ok());
    assert_eq!(
        normalised(&"字".repeat(8_001)),
        Err(refused(Refusal::TooLong))
    );
    assert!(
        normalised(&"\r\n".repeat(4_000).replacen('\r', "x\r", 1)).is_ok(),
        "counted after normalisation"
    );
    let invalid = |reason| refused(Refusal::Invalid { reason });
    assert_eq!(
        normalised(" \n\0"),
        Err(invalid("`content.text` has nothing in it"))
    );
    let file = format!(r#"{{"t":"msg","cid":"{CID}","content":{{"type":"file","upload":"u_1"}}}}"#);
    assert_eq!(
        parse(&file),
        Err(invalid("only `content` of type `text` is taken"))
    );
    let no_uuid = r#"{"t":"msg","cid":"1","content":{"type":"text","text":"x"}}"#;
    assert_eq!(
        parse(no_uuid),
        Err(FrameError::Refused {
            cid: "1".to_owned(),
            refusal: Refusal::Invalid {
                reason: "`cid` must be a UUID in its usual form"
            }
        })
    );
}

proptest! {
    #[test]
    fn nothing_panics(json in any::<String>()) {
        let _ = parse(&json);
    }

    #[test]
    fn normalising_again_changes_nothing(text in any::<String>()) {
        if let Ok(once) = normalised(&text) {
            prop_assert_eq!(normalised(&once), Ok(once.clone()));
            prop_assert!(once.chars().all(|character| matches!(character, '\n' | '\t') || !character.is_control()));
        }
    }

    #[test]
    fn reasons_fit_a_close_frame(json in "\\{\"t\":\"(hello|msg|seen|sync|page|auth|history|typing)\".*") {
        if let Err(FrameError::Malformed { reason }) = parse(&json) {
            prop_assert!(reason.len() <= 100);
        }
    }
}
