use super::*;

fn time() -> Timestamp {
    "2026-11-20T08:00:00.123456789Z".parse().unwrap()
}

#[test]
fn frames_are_as_the_sheet_has_them() {
    let welcome = ServerFrame::Welcome {
        session: "s_1",
        visitor: "v",
        conversation: Some(Conversation {
            id: "c_1",
            seq: 57,
            status: "open",
            unread: 3,
        }),
        resumed: true,
        limits: Limits {
            max_bytes: 65536,
            rate: "5/s",
            dwell_marks_ms: &[60000, 300000],
        },
        ping_interval_ms: 25000,
        server_time: time(),
    };
    let ack = |conversation| ServerFrame::Ack {
        cid: "x",
        id: "m_1",
        seq: 58,
        ts: time(),
        conversation,
    };
    let cases = [
        (
            welcome,
            r#"{"t":"welcome","session":"s_1","visitor":"v","conversation":{"id":"c_1","seq":57,"status":"open","unread":3},"resumed":true,"limits":{"max_bytes":65536,"rate":"5/s","dwell_marks_ms":[60000,300000]},"ping_interval_ms":25000,"server_time":"2026-11-20T08:00:00.123Z"}"#,
        ),
        (
            ack(None),
            r#"{"t":"ack","cid":"x","id":"m_1","seq":58,"ts":"2026-11-20T08:00:00.123Z"}"#,
        ),
        (
            ack(Some("c_1")),
            r#"{"t":"ack","cid":"x","id":"m_1","seq":58,"ts":"2026-11-20T08:00:00.123Z","conversation":"c_1"}"#,
        ),
        (
            ServerFrame::Nack {
                cid: "x",
                code: NackCode::RateLimited,
                message: "wait",
                retry_after_ms: Some(200),
            },
            r#"{"t":"nack","cid":"x","code":"rate_limited","message":"wait","retry_after_ms":200}"#,
        ),
        (
            ServerFrame::Nack {
                cid: "x",
                code: NackCode::TooLong,
                message: "shorter",
                retry_after_ms: None,
            },
            r#"{"t":"nack","cid":"x","code":"too_long","message":"shorter"}"#,
        ),
        (
            ServerFrame::Synced { seq: 57 },
            r#"{"t":"synced","seq":57}"#,
        ),
        (
            ServerFrame::Gap { from: 1, to: 9 },
            r#"{"t":"gap","from":1,"to":9}"#,
        ),
        (
            ServerFrame::Typing {
                from: "customer",
                on: true,
            },
            r#"{"t":"typing","from":"customer","on":true}"#,
        ),
        (ServerFrame::Pong, r#"{"t":"pong"}"#),
        (
            ServerFrame::TokenExpiring { in_s: 300 },
            r#"{"t":"token_expiring","in_s":300}"#,
        ),
        (
            ServerFrame::Error {
                code: ErrorCode::UnknownType,
                message: "unknown",
                retry_after_ms: None,
            },
            r#"{"t":"error","code":"unknown_type","message":"unknown"}"#,
        ),
    ];
    for (frame, expected) in cases {
        assert_eq!(frame.to_json(), expected);
    }
}

#[test]
fn events_are_as_the_sheet_has_them() {
    let content = Content::Text {
        text: "\"hi\"\n".to_owned(),
    };
    let frame = EventFrame {
        seq: 59,
        kind: EventKind::Message {
            id: "m_2",
            from: "bot",
            name: Some("Bo"),
            cid: None,
            in_reply_to: Some("x"),
            content: &content,
            ts: time(),
        },
    };
    let json = r#"{"t":"event","seq":59,"kind":"message","data":{"id":"m_2","from":"bot","name":"Bo","in_reply_to":"x","content":{"type":"text","text":"\"hi\"\n"},"ts":"2026-11-20T08:00:00.123Z"}}"#;
    assert_eq!(frame.to_json(), json);
    assert_eq!(
        history([json, json].into_iter(), true),
        format!(r#"{{"t":"history","events":[{json},{json}],"has_more":true}}"#)
    );
    assert_eq!(
        history([].into_iter(), false),
        r#"{"t":"history","events":[],"has_more":false}"#
    );
    let status = EventFrame {
        seq: 1,
        kind: EventKind::Status {
            id: "m_3",
            status: "assigned",
            queue: None,
            agent: Some("小林"),
            ts: time(),
        },
    };
    assert_eq!(
        status.to_json(),
        r#"{"t":"event","seq":1,"kind":"status","data":{"id":"m_3","status":"assigned","agent":"小林","ts":"2026-11-20T08:00:00.123Z"}}"#
    );
}
