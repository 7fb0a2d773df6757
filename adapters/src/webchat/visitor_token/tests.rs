use super::*;

fn key() -> VisitorTokenKey {
    VisitorTokenKey::new(&[7; 32])
}

fn token() -> VisitorToken {
    VisitorToken {
        visitor: [9; ID_BYTES],
        site: "shop-a".to_owned(),
        issued_at: Timestamp::from_millisecond(1_767_323_045_123).unwrap(),
    }
}

fn later(days: i64) -> Timestamp {
    Timestamp::from_millisecond(token().issued_at.as_millisecond() + days * 86_400_000).unwrap()
}

#[test]
fn what_we_signed_is_proven() {
    assert_eq!(key().prove(&key().sign(&token()), later(179)), Ok(token()));
    assert_eq!(
        key().sign(&token()),
        key().sign(&token()),
        "a token is a function of what it says"
    );
}

#[test]
fn it_ends_after_180_days() {
    assert_eq!(
        key().prove(&key().sign(&token()), later(180)),
        Err(VisitorTokenError::Expired)
    );
}

#[test]
fn no_changed_bit_goes_unnoticed() {
    let signed = key().sign(&token());
    let (payload, mac) = parts(&signed).unwrap();
    for at in 0..payload.len() * 8 {
        let mut changed = payload.clone();
        changed[at / 8] ^= 1 << (at % 8);
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let forged = format!("v1.{}.{}", encode(&changed), encode(&mac));
        assert_eq!(
            key().prove(&forged, later(0)),
            Err(VisitorTokenError::Forged),
            "bit {at}"
        );
    }
}

#[test]
fn another_key_or_another_shape_is_none() {
    let foreign = VisitorTokenKey::new(&[8; 32]).sign(&token());
    assert_eq!(
        key().prove(&foreign, later(0)),
        Err(VisitorTokenError::Forged)
    );
    let signed = key().sign(&token());
    let shapes = [
        "",
        "v1",
        "v1..",
        "visitor-1",
        "v2.a.b",
        &format!("{signed}.x"),
        &signed[..signed.len() - 2],
        &signed.replace("v1.", "v1.="),
    ];
    for shape in shapes {
        assert!(key().prove(shape, later(0)).is_err(), "{shape}");
    }
    assert_eq!(
        key().prove(&"x".repeat(10_000), later(0)),
        Err(VisitorTokenError::Malformed)
    );
}
