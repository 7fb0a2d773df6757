//! Who a session's customer is: proven by a user's token, by a visitor's, or new.

use std::sync::Arc;

use jiff::Timestamp;
use signalbox_adapters::webchat::client_frame::Hello;
use signalbox_adapters::webchat::close_code::CloseCode;
use signalbox_adapters::webchat::user_token::{User, UserTokenError};
use signalbox_adapters::webchat::visitor_token::VisitorToken;
use signalbox_adapters::{Address, Channel};

use super::{Client, Ending};
use crate::webchat::Webchat;
use crate::webchat::conversations::{AcceptError, LoggedIn, ReadError};
use crate::webchat::sites::Site;
use crate::webchat::visitors::Visitor;

#[derive(Clone)]
pub(super) struct Identity {
    pub(super) site: Arc<Site>,
    /// For the client to keep.
    pub(super) visitor: Visitor,
    /// `None`: anonymous.
    pub(super) user: Option<User>,
}

impl Identity {
    pub(super) fn address(&self) -> Address {
        let external_id = match &self.user {
            Some(user) => user.external_id(),
            None => self.visitor.token.external_id(),
        };
        address(&self.site, external_id)
    }
}

pub(in crate::webchat) fn address(site: &Site, external_id: String) -> Address {
    Address {
        channel: Channel::Webchat,
        account: site.name.clone(),
        external_id,
    }
}

/// Who says this hello, and as which visitor they were known so far.
pub(super) fn identify(
    webchat: &Webchat,
    client: &Client,
    hello: &Hello,
    now: Timestamp,
) -> Result<Identity, Ending> {
    let site = webchat
        .sites
        .get(&hello.site)
        .ok_or(Ending::Close(CloseCode::UnknownSite, "no such site"))?;
    if !site.admits(client.origin.as_deref(), client.host.as_deref()) {
        return Err(Ending::Close(
            CloseCode::Forbidden,
            "this origin may not use this site",
        ));
    }
    let user = match hello.token.as_ref().or(client.bearer.as_ref()) {
        Some(token) => Some(site.user_tokens.prove(token, now).map_err(refused)?),
        None if client.origin.is_none() => {
            return Err(Ending::Close(
                CloseCode::Unauthenticated,
                "without an Origin a user's token is needed",
            ));
        }
        None if !site.anonymous => {
            return Err(Ending::Close(
                CloseCode::Unauthenticated,
                "this site needs a user's token",
            ));
        }
        None => None,
    };
    let known = hello
        .visitor
        .as_ref()
        .and_then(|token| webchat.visitors.renew(token, &site.name, now));
    // A token that proves nobody makes a new visitor: nothing of the claimed one's is shown.
    let visitor = match known {
        Some(visitor) => visitor,
        None => new_visitor(webchat, site, now)?,
    };
    Ok(Identity {
        site: Arc::clone(site),
        visitor,
        user,
    })
}

/// Why a token was refused, for the client's author.
pub(super) fn refused(error: UserTokenError) -> Ending {
    let reason = match error {
        UserTokenError::Expired => "the token has expired",
        UserTokenError::NotYet => "the token is not valid yet",
        UserTokenError::LivesTooLong => "the token lives longer than 24 hours",
        UserTokenError::BadClaim { .. } => "a claim of the token is missing or wrong",
        UserTokenError::Malformed
        | UserTokenError::CriticalHeader
        | UserTokenError::UnknownKey
        | UserTokenError::WrongAlgorithm
        | UserTokenError::BadSignature => "the token is not valid",
    };
    tracing::info!(%error, "a user's token was refused");
    Ending::Close(CloseCode::Unauthenticated, reason)
}

fn new_visitor(webchat: &Webchat, site: &Site, now: Timestamp) -> Result<Visitor, Ending> {
    webchat
        .visitors
        .begin(&site.name, now)
        .ok_or(Ending::Close(CloseCode::ServerError, "try again later"))
}

/// Why somebody cannot be joined with who they were: try again later.
#[derive(Debug, thiserror::Error)]
pub(super) enum MergeError {
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Accept(#[from] AcceptError),
    #[error("the system has no randomness to give")]
    NoRandomness,
}

impl MergeError {
    /// Once: what could not be kept was logged where it was tried.
    pub(super) fn log(&self, consequence: &'static str) {
        if !matches!(self, Self::Accept(_)) {
            tracing::warn!(problem = %self, "{consequence}");
        }
    }
}

/// Makes what this browser's visitor said the user's own. The visitor then ends: whoever uses this browser next begins as
/// somebody new, and so does whoever brings the token of a visitor who has logged in.
pub(super) async fn merge(webchat: &Webchat, identity: &mut Identity) -> Result<(), MergeError> {
    let conversations = &webchat.conversations;
    let visitor = address(&identity.site, identity.visitor.token.external_id());
    let Some(user) = &identity.user else {
        // A user who was here before has logged out.
        webchat.visitors.is_nobody(&identity.visitor.token);
        if conversations.has_logged_in(&visitor).await? {
            identity.visitor = somebody_new(webchat, identity)?;
        }
        return Ok(());
    };
    let user_id = user.external_id();
    let user = address(&identity.site, user_id.clone());
    let thread = conversations.thread(&visitor);
    if conversations.last_sequence(thread).await?.is_some() {
        match conversations.log_in(&visitor, &user).await? {
            LoggedIn::AsUser => tracing::info!("a visitor has logged in and goes on as a user"),
            LoggedIn::AsAnotherBefore => {
                tracing::warn!(
                    "a visitor who belongs to one user came back as another; not merged"
                );
            }
        }
        identity.visitor = somebody_new(webchat, identity)?;
    } else {
        // There is nothing to take over yet but what they looked at.
        let home = conversations.home(&user).await?;
        webchat.held_page_events.carry_over(thread, home);
    }
    let token: &VisitorToken = &identity.visitor.token;
    webchat.visitors.is_user(token, &user_id, webchat.now());
    Ok(())
}

fn somebody_new(webchat: &Webchat, identity: &Identity) -> Result<Visitor, MergeError> {
    webchat
        .visitors
        .begin(&identity.site.name, webchat.now())
        .ok_or(MergeError::NoRandomness)
}
