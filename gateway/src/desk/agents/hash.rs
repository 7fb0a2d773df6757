//! The hashes of passwords: argon2, as `signalbox desk password` makes them or another program does.

use argon2::password_hash::SaltString;
use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use signalbox_router::Environment;

use super::PasswordError;
use crate::words::{Words, words};

/// Shortest password.
pub(super) const MIN_CHARACTERS: usize = 8;
/// Checked in place of the hash of somebody who does not exist, so that it takes as long. Nobody knows its password.
const NOBODYS_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2lnbmFsYm94ZGVzaw$WYg2LlTNhQRnBBuvYhgSsJvnU0pMdNVhmVlGqT9vqv0";
/// The most memory that checking a password may take, in KiB: each check at once takes it.
const MOST_MEMORY_KIB: u32 = 256 << 10;
/// The most passes over it, and the most lanes in it.
const MOST_PASSES: u32 = 16;
const MOST_LANES: u32 = 16;
/// The least that argon2 takes as a salt.
const MIN_SALT_BYTES: usize = 8;
/// Room for a salt: the form of hashes allows no longer one.
const SALT_ROOM: usize = 48;

/// Hashes a password with argon2id, for `desk.agents.NAME.password`.
///
/// # Errors
/// [`PasswordError`]
pub fn hash_password(
    password: &str,
    environment: &dyn Environment,
) -> Result<String, PasswordError> {
    if password.chars().count() < MIN_CHARACTERS {
        return Err(PasswordError::Short);
    }
    let mut salt = [0; 16];
    environment.fill_random(&mut salt);
    let wrong = |error: argon2::password_hash::Error| PasswordError::Hashing(error.to_string());
    let salt = SaltString::encode_b64(&salt).map_err(wrong)?;
    let hash = Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map_err(wrong)?;
    Ok(hash.to_string())
}

/// Whether a password is that of a hash. Without one it is not, and that takes as long to find out.
pub(super) fn matches(password: &str, hash: Option<&str>) -> bool {
    let is_right = PasswordHash::new(hash.unwrap_or(NOBODYS_HASH)).is_ok_and(|hash| {
        Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
    });
    is_right && hash.is_some()
}

/// Why no password can ever match a hash, or none should be asked to; `None` of one that is good.
pub(super) fn flaw(text: &str) -> Option<Words> {
    let Ok(hash) = PasswordHash::new(text) else {
        return Some(words!("it is no argon2 hash", "它不是 argon2 哈希"));
    };
    if Algorithm::try_from(hash.algorithm).is_err() {
        let other = hash.algorithm;
        return Some(words!(
            "it is a hash by {other}, and only those by argon2 are understood",
            "它是 {other} 哈希，而这里只认 argon2"
        ));
    }
    if hash
        .version
        .is_some_and(|it| Version::try_from(it).is_err())
    {
        return Some(words!(
            "its version of argon2 is not known",
            "它的 argon2 版本无法识别"
        ));
    }
    let mut room = [0; SALT_ROOM];
    let has_salt = hash.salt.is_some_and(|salt| {
        salt.decode_b64(&mut room)
            .is_ok_and(|salt| salt.len() >= MIN_SALT_BYTES)
    });
    if !has_salt || hash.hash.is_none() {
        return Some(words!(
            "it is cut short: the salt or the hash itself is missing",
            "它不完整：缺少盐或哈希值本身"
        ));
    }
    let Ok(params) = Params::try_from(&hash) else {
        return Some(words!(
            "its parameters fit no argon2 hash",
            "它的参数不是有效的 argon2 参数"
        ));
    };
    if params.m_cost() > MOST_MEMORY_KIB
        || params.t_cost() > MOST_PASSES
        || params.p_cost() > MOST_LANES
    {
        return Some(words!(
            "checking a password against it would take too much: at most m={MOST_MEMORY_KIB}, t={MOST_PASSES}, p={MOST_LANES}",
            "用它核对密码代价过高：最多 m={MOST_MEMORY_KIB}、t={MOST_PASSES}、p={MOST_LANES}"
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::RealEnvironment;

    #[test]
    fn what_we_make_is_good_and_matches_its_password_only() {
        let hash = hash_password("correct horse", &RealEnvironment).unwrap();
        assert_eq!(flaw(&hash), None);
        assert!(matches("correct horse", Some(&hash)));
        assert!(!matches("incorrect horse", Some(&hash)));
        assert!(!matches("correct horse", None));
        assert_eq!(flaw(NOBODYS_HASH), None, "it takes as long as any other");
    }

    #[test]
    fn what_can_never_match_has_a_flaw() {
        let good = "$argon2id$v=19$m=19456,t=2,p=1$c2lnbmFsYm94ZGVzaw$WYg2LlTNhQRnBBuvYhgSsJvnU0pMdNVhmVlGqT9vqv0";
        let hash = "WYg2LlTNhQRnBBuvYhgSsJvnU0pMdNVhmVlGqT9vqv0";
        for (text, expected) in [
            ("secret", "no argon2 hash"),
            ("", "no argon2 hash"),
            (&good.replace("argon2id", "scrypt"), "by scrypt"),
            (
                &format!("$pbkdf2-sha256$i=1000$c2lnbmFsYm94ZGVzaw${hash}"),
                "by pbkdf2-sha256",
            ),
            (&good.replace("v=19", "v=7"), "version"),
            (&good.replace("m=19456", "m=1"), "parameters"),
            (&good.replace("t=2", "t=0"), "parameters"),
            (&good.replace("m=19456", "m=4194304"), "too much"),
            (&good.replace("t=2", "t=1000000"), "too much"),
            (
                good.trim_end_matches(hash).trim_end_matches('$'),
                "cut short",
            ),
            ("$argon2id$v=19$m=19456,t=2,p=1", "cut short"),
            (&good.replace("c2lnbmFsYm94ZGVzaw", "c2ln"), "cut short"),
        ] {
            let flaw = flaw(text).map(|flaw| flaw.en).unwrap_or_default();
            assert!(flaw.contains(expected), "{text}: {flaw:?}");
        }
    }
}
