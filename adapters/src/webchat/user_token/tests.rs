use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::json;

use super::*;

const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";
const PUBLIC_KEY: &str = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8";
const ISSUED: i64 = 1_767_323_045;

/// The vectors of the protocol sheet, made by PyJWT 2.15.
const HS256_VECTOR: &str = "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0.eyJpc3MiOiJzaG9wLmV4YW1wbGUiLCJhdWQiOiJnYXRld2F5Iiwic3ViIjoidS0xMDAxIiwiaWF0IjoxNzY3MzIzMDQ1LCJleHAiOjE3NjczMjY2NDUsIm5hbWUiOiJcdTVmMjBcdTRlMDkifQ.DiDfyQyP8ilDMl77kIRr5O0KaIo9KQ2nmKT4T_0I13Y";
const EDDSA_VECTOR: &str = "eyJhbGciOiJFZERTQSIsImtpZCI6ImVkMSIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJzaG9wLmV4YW1wbGUiLCJhdWQiOiJnYXRld2F5Iiwic3ViIjoidS0xMDAxIiwiaWF0IjoxNzY3MzIzMDQ1LCJleHAiOjE3NjczMjY2NDV9.80lRv8qrD8hx6fyrOKRFz3_5oW32_AUP8ipY_XdCkNifattNsAFxthGYBNgQ0SEy67rkdbIGYIiX1UEJp7IqDg";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn public_key() -> Vec<u8> {
    (0..PUBLIC_KEY.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&PUBLIC_KEY[at..at + 2], 16).unwrap())
        .collect()
}

fn rules() -> UserTokenRules {
    UserTokenRules {
        keys: vec![
            UserTokenKey::hs256("k1", SECRET).unwrap(),
            UserTokenKey::ed25519("ed1", &public_key()).unwrap(),
        ],
        issuers: vec!["shop.example".to_owned()],
        audiences: vec!["gateway".to_owned(), "shop-a".to_owned()],
    }
}

fn claims() -> Value {
    json!({"iss": "shop.example", "aud": "gateway", "sub": "u-1001", "iat": ISSUED, "exp": ISSUED + 3600})
}

fn with(claim: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[claim] = value;
    claims
}

fn signed(kid: Option<&str>, claims: &Value, secret: &[u8]) -> String {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = kid.map(str::to_owned);
    encode(&header, claims, &EncodingKey::from_secret(secret)).unwrap()
}

fn raw(header: &Value, claims: &Value, signature: &str) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", part(header), part(claims))
}

#[test]
fn the_sheets_vectors_are_proven() {
    let user = rules().prove(HS256_VECTOR, at(ISSUED)).unwrap();
    assert_eq!(
        (user.subject.as_str(), user.name.as_deref()),
        ("u-1001", Some("张三"))
    );
    assert_eq!(user.expires_at, at(ISSUED + 3600));
    assert_eq!(user.external_id(), "user:u-1001");
    let user = rules().prove(EDDSA_VECTOR, at(ISSUED)).unwrap();
    assert_eq!((user.subject.as_str(), user.name), ("u-1001", None));
}

#[test]
fn a_changed_signature_proves_nothing() {
    for vector in [HS256_VECTOR, EDDSA_VECTOR] {
        let (message, signature) = vector.rsplit_once('.').unwrap();
        let first = if signature.starts_with('A') { 'B' } else { 'A' };
        let forged = format!("{message}.{first}{}", &signature[1..]);
        assert_eq!(
            rules().prove(&forged, at(ISSUED)),
            Err(UserTokenError::BadSignature)
        );
    }
}

#[test]
fn the_key_decides_the_algorithm() {
    // Signed with the public key's bytes as if they were a shared secret.
    let confused = signed(Some("ed1"), &claims(), &public_key());
    assert_eq!(
        rules().prove(&confused, at(ISSUED)),
        Err(UserTokenError::WrongAlgorithm)
    );
    let eddsa_header = json!({"alg": "EdDSA", "kid": "k1"});
    assert_eq!(
        rules().prove(&raw(&eddsa_header, &claims(), "AAAA"), at(ISSUED)),
        Err(UserTokenError::WrongAlgorithm)
    );
    for none in ["none", "None", "NONE", ""] {
        let header = json!({"alg": none, "kid": "k1"});
        assert_eq!(
            rules().prove(&raw(&header, &claims(), ""), at(ISSUED)),
            Err(UserTokenError::Malformed),
            "{none}"
        );
    }
    let mut header = Header::new(Algorithm::HS512);
    header.kid = Some("k1".to_owned());
    let hs512 = encode(&header, &claims(), &EncodingKey::from_secret(SECRET)).unwrap();
    assert_eq!(
        rules().prove(&hs512, at(ISSUED)),
        Err(UserTokenError::WrongAlgorithm)
    );
}

#[test]
fn the_kid_must_name_a_key_unless_there_is_only_one() {
    let token = signed(None, &claims(), SECRET);
    assert_eq!(
        rules().prove(&token, at(ISSUED)),
        Err(UserTokenError::UnknownKey)
    );
    let mut single = rules();
    single.keys.truncate(1);
    assert!(single.prove(&token, at(ISSUED)).is_ok());
    let unknown = signed(Some("k2"), &claims(), SECRET);
    assert_eq!(
        single.prove(&unknown, at(ISSUED)),
        Err(UserTokenError::UnknownKey)
    );
    single.keys.clear();
    assert_eq!(
        single.prove(&token, at(ISSUED)),
        Err(UserTokenError::UnknownKey)
    );
}

#[test]
fn a_critical_header_is_not_understood() {
    let header = json!({"alg": "HS256", "kid": "k1", "crit": ["exp"]});
    assert_eq!(
        rules().prove(&raw(&header, &claims(), "AAAA"), at(ISSUED)),
        Err(UserTokenError::CriticalHeader)
    );
}

#[test]
fn times_and_claims_are_checked() {
    use UserTokenError::{BadClaim, Expired, LivesTooLong, Malformed, NotYet};
    let day = MAX_LIFETIME_SECONDS;
    let long = |chars: usize| Value::from("x".repeat(chars));
    let cases = [
        ("expired", with("exp", json!(ISSUED)), Err(Expired)),
        (
            "expires in a second",
            with("exp", json!(ISSUED + 1)),
            Ok(()),
        ),
        (
            "no exp",
            with("exp", Value::Null),
            Err(BadClaim { claim: "exp" }),
        ),
        (
            "exp is negative",
            with("exp", json!(-5)),
            Err(BadClaim { claim: "exp" }),
        ),
        (
            "exp is endless",
            with("exp", json!(1e300)),
            Err(BadClaim { claim: "exp" }),
        ),
        (
            "exp has a fraction",
            with("exp", json!(ISSUED as f64 + 3600.5)),
            Ok(()),
        ),
        (
            "exp is text",
            with("exp", json!("tomorrow")),
            Err(BadClaim { claim: "claims" }),
        ),
        ("a day", with("exp", json!(ISSUED + day)), Ok(())),
        (
            "more than a day",
            with("exp", json!(ISSUED + day + 1)),
            Err(LivesTooLong),
        ),
        (
            "more than a day without iat",
            json!({"iss": "shop.example", "aud": "gateway", "sub": "u", "exp": ISSUED + day + 1}),
            Err(LivesTooLong),
        ),
        ("nbf ahead", with("nbf", json!(ISSUED + 3600)), Err(NotYet)),
        (
            "nbf within the leeway",
            with("nbf", json!(ISSUED + 60)),
            Ok(()),
        ),
        ("iat ahead", with("iat", json!(ISSUED + 61)), Err(NotYet)),
        (
            "iat within the leeway",
            with("iat", json!(ISSUED + 60)),
            Ok(()),
        ),
        (
            "another issuer",
            with("iss", json!("evil.example")),
            Err(BadClaim { claim: "iss" }),
        ),
        (
            "no issuer",
            with("iss", Value::Null),
            Err(BadClaim { claim: "iss" }),
        ),
        (
            "another audience",
            with("aud", json!("bank")),
            Err(BadClaim { claim: "aud" }),
        ),
        (
            "the site as audience",
            with("aud", json!(["x", "shop-a"])),
            Ok(()),
        ),
        (
            "no audience",
            with("aud", json!([])),
            Err(BadClaim { claim: "aud" }),
        ),
        (
            "no subject",
            with("sub", Value::Null),
            Err(BadClaim { claim: "sub" }),
        ),
        (
            "an empty subject",
            with("sub", json!("")),
            Err(BadClaim { claim: "sub" }),
        ),
        ("a long subject", with("sub", long(255)), Ok(())),
        (
            "too long a subject",
            with("sub", long(256)),
            Err(BadClaim { claim: "sub" }),
        ),
        (
            "too long a name",
            with("name", long(256)),
            Err(BadClaim { claim: "name" }),
        ),
        (
            "attributes",
            with("attributes", json!({"tier": "vip"})),
            Ok(()),
        ),
        (
            "too many attributes",
            with("attributes", json!({"x": "y".repeat(4096)})),
            Err(BadClaim {
                claim: "attributes",
            }),
        ),
        ("claims that are no object", json!([1]), Err(Malformed)),
    ];
    for (name, claims, expected) in cases {
        let found = rules().prove(&signed(Some("k1"), &claims, SECRET), at(ISSUED));
        assert_eq!(found.map(|_| ()), expected, "{name}");
    }
}

#[test]
fn weak_keys_are_refused() {
    assert_eq!(
        UserTokenKey::hs256("k", &SECRET[..31]).err(),
        Some(UserTokenKeyError::SecretTooShort { got: 31 })
    );
    assert_eq!(
        UserTokenKey::ed25519("k", &[0; 33]).err(),
        Some(UserTokenKeyError::NotAPublicKey { got: 33 })
    );
}
