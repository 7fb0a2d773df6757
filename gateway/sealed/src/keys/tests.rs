use proptest::prelude::*;

use crate::{DataKey, DeploymentKey, OpenError, Sealed};

fn deployment() -> DeploymentKey {
    DeploymentKey::from_bytes(&[7; 32])
}

#[test]
fn a_data_key_unwraps_for_its_owner_only() {
    let deployment = deployment();
    let key = DataKey::from_bytes([3; 32]);
    let wrapped = deployment.wrap(&key, b"customer-a", [1; 24]);
    let again = deployment
        .unwrap(&wrapped, b"customer-a")
        .expect("the owner's");
    let sealed = key.seal(b"state", b"hello", [9; 24]);
    assert_eq!(again.open(b"state", &sealed).expect("same key"), b"hello");
    assert_eq!(
        deployment.unwrap(&wrapped, b"customer-b").err(),
        Some(OpenError::WrongKey)
    );
    let other = DeploymentKey::from_bytes(&[8; 32]);
    assert_eq!(
        other.unwrap(&wrapped, b"customer-a").err(),
        Some(OpenError::WrongKey)
    );
}

#[test]
fn a_key_in_hex_is_the_key_in_bytes() {
    let text = format!(" {}\n", "07".repeat(32));
    let read = DeploymentKey::from_hex(&text).expect("64 digits");
    assert_eq!(
        read.hash("thread", &[b"x"]),
        deployment().hash("thread", &[b"x"])
    );
    for wrong in ["", "07", &"0".repeat(63), &"+7".repeat(32), &"é".repeat(32)] {
        assert!(
            DeploymentKey::from_hex(wrong).is_err(),
            "{wrong:?} is no key"
        );
    }
}

#[test]
fn hashes_differ_by_domain_part_border_and_deployment() {
    let key = deployment();
    let hash = key.hash("thread", &[b"ab", b"c"]);
    assert_eq!(hash, key.hash("thread", &[b"ab", b"c"]));
    assert_ne!(hash, key.hash("thread", &[b"a", b"bc"]));
    assert_ne!(hash, key.hash("dedupe", &[b"ab", b"c"]));
    assert_ne!(
        hash,
        DeploymentKey::from_bytes(&[8; 32]).hash("thread", &[b"ab", b"c"])
    );
}

proptest! {
    #[test]
    fn sealed_text_opens_in_its_context_and_nowhere_else(plain: Vec<u8>, context: Vec<u8>, nonce: [u8; 24]) {
        let key = DataKey::from_bytes([3; 32]);
        let sealed = key.seal(&context, &plain, nonce);
        prop_assert_eq!(key.open(&context, &sealed), Ok(plain));
        let mut elsewhere = context.clone();
        elsewhere.push(0);
        prop_assert_eq!(key.open(&elsewhere, &sealed), Err(OpenError::WrongKey));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_found(plain: Vec<u8>, place: prop::sample::Index, bit in 0..8_u8) {
        let sealed = DataKey::from_bytes([3; 32]).seal(b"", &plain, [5; 24]);
        let mut flipped = sealed.as_bytes().to_vec();
        let at = place.index(flipped.len());
        flipped[at] ^= 1 << bit;
        prop_assert!(Sealed::from_stored(flipped).verify().is_err());
        prop_assert!(Sealed::from_stored(&sealed.as_bytes()[..at]).verify().is_err());
    }
}
