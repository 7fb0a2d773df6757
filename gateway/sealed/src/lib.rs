//! What is stored is sealed.
//!
//! One codec for every stored value: version, checksum, authenticated encryption with a data key per customer, each
//! data key wrapped by the deployment's key. External ids reach storage only as keyed hashes. So a stolen
//! directory says nothing, erasing a customer is destroying one key, and rotating the deployment's key re-wraps
//! data keys without touching a message.
//!
//! *Invariant:* a [`Sealed`] comes out of [`DataKey::seal`] or out of a store; the stores' types take nothing else for
//! what customers say and what is known of them, so that it cannot be written in plain text by mistake. Plain are ids,
//! times, counts, the reason of a dead letter (our own words and a platform's code) and the deployment's records (such as
//! which bundle is active).

mod codec;
mod keyed_hash;
mod keys;

pub use codec::{OpenError, Sealed};
pub use keyed_hash::KeyedHash;
pub use keys::{DataKey, DeploymentKey, KeyError, WrappedKey};

/// Random bytes for one sealing. 192 bits, so that random nonces never meet under one key.
pub type Nonce = [u8; 24];
