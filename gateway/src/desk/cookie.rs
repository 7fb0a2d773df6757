//! What a browser keeps for the desk: who is signed in, and in which browsers an agent has signed in before.
//!
//! Both name the agent under a keyed hash of what they say and of the password's hash: nothing is kept for them here, they outlive
//! a restart, and another password ends them. No other site can use them (`SameSite=Strict`), and no script reads them.

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use signalbox_router::{Agent, Environment};

use super::Desk;
use super::source::is_encrypted;
use super::tries::Browser;
use crate::environment::RealEnvironment;

const SESSION: &str = "signalbox_desk";
const BROWSER: &str = "signalbox_desk_browser";
/// Half a year.
const BROWSER_SECONDS: u64 = 180 * 24 * 3_600;

impl Desk {
    /// The cookies of somebody who has just signed in.
    pub(super) fn cookies(
        &self,
        agent: &Agent,
        now: Timestamp,
        headers: &HeaderMap,
    ) -> Vec<HeaderValue> {
        let lasts = self.session_lasts.as_secs();
        let ends = now.as_second().saturating_add_unsigned(lasts);
        let mut browser = Browser::default();
        RealEnvironment.fill_random(&mut browser);
        [
            (SESSION, ends.to_be_bytes().as_slice(), lasts),
            (BROWSER, browser.as_slice(), BROWSER_SECONDS),
        ]
        .into_iter()
        .filter_map(|(name, says, lasts)| {
            let proof = self.proof(name, &agent.id, says)?;
            let value = [agent.id.as_bytes(), says, &proof]
                .map(|part| URL_SAFE_NO_PAD.encode(part))
                .join(".");
            set(name, &value, lasts, headers)
        })
        .collect()
    }

    /// The agent who is signed in, if the sign-in still counts.
    pub(super) fn signed_in(&self, headers: &HeaderMap, now: Timestamp) -> Option<Agent> {
        let (id, ends) = self.proven(SESSION, headers)?;
        let ends = i64::from_be_bytes(ends.try_into().ok()?);
        if ends <= now.as_second() {
            return None;
        }
        self.agents.get(&id).map(|(agent, _)| agent.clone())
    }

    /// The browser, if the agent of this name has signed in there before.
    pub(super) fn browser(&self, name: &str, headers: &HeaderMap) -> Option<Browser> {
        let (id, browser) = self.proven(BROWSER, headers)?;
        (id == name).then_some(browser)?.try_into().ok()
    }

    /// The agent's id in a cookie of ours, and what it says.
    fn proven(&self, name: &str, headers: &HeaderMap) -> Option<(String, Vec<u8>)> {
        let mut parts = sent(name, headers)?
            .splitn(3, '.')
            .map(|part| URL_SAFE_NO_PAD.decode(part));
        let id = String::from_utf8(parts.next()?.ok()?).ok()?;
        let (says, proof) = (parts.next()?.ok()?, parts.next()?.ok()?);
        let expected = self.proof(name, &id, &says)?;
        aws_lc_rs::constant_time::verify_slices_are_equal(&proof, &expected).ok()?;
        Some((id, says))
    }

    fn proof(&self, cookie: &str, id: &str, says: &[u8]) -> Option<[u8; 16]> {
        let (_, hash) = self.agents.get(id)?;
        let parts = [cookie.as_bytes(), id.as_bytes(), says, hash.as_bytes()];
        Some(self.key.hash("desk cookie", &parts))
    }
}

/// What makes the browser forget the sign-in.
pub(super) fn forgotten(headers: &HeaderMap) -> Option<HeaderValue> {
    set(SESSION, "", 0, headers)
}

fn set(name: &str, value: &str, seconds: u64, headers: &HeaderMap) -> Option<HeaderValue> {
    let secure = if is_encrypted(headers) {
        "; Secure"
    } else {
        ""
    };
    let text =
        format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).ok()
}

fn sent<'h>(name: &str, headers: &'h HeaderMap) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}
