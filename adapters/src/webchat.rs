//! The chat of web sites: its frames, its identities, its limits. No sockets here; the gateway holds those.
//!
//! * A frame is one JSON object in one WebSocket text message, told apart by `t`. Unknown fields are ignored.
//! * Who somebody is, is proven: by a token that the customer's backend signed ([`user_token`]) or by one that we
//!   signed ([`visitor_token`]). A bare id that a client made up is never an identity.
//! * Nothing that a client sends is kept without a bound; all bounds stand in [`limits`].

pub mod beacon;
pub mod client_frame;
pub mod close_code;
pub mod limits;
pub mod origin;
pub mod page_frame;
pub mod page_url;
pub mod server_frame;
pub mod subprotocol;
pub mod text;
pub mod user_token;
pub mod visitor_token;

#[cfg(test)]
mod tests;
