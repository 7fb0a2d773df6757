//! The store on one Redis server, 7.0 or newer, through deadpool-redis.
//!
//! Start at [`RedisStore`]. Every write is one Lua script (`scripts/`), which the server runs alone and appends to its log as one
//! transaction: it compares the fence and changes everything or nothing. All keys of a partition begin with one hash tag,
//! `{namespace:c17}:…`, so that they lie in one slot. No consumer groups, and no script without a bound.
//!
//! *Invariant:* nothing is repeated blindly. A write whose answer was lost is [`StoreError::Unknown`]; what never left, or was refused
//! whole, is [`StoreError::Unavailable`]. A late copy of a write changes nothing: appends by their dedupe key, batches by
//! their name and position, everything else by what it compares.
//! *Invariant:* each connection looks at the server's settings before it is used, so a server that came back with other
//! settings, or as a replica, gets no write.
//! *Not here:* Sentinel, Cluster, replication. One server keeps no promise for two machines.
//!
//! [`StoreError::Unknown`]: signalbox_store::StoreError::Unknown
//! [`StoreError::Unavailable`]: signalbox_store::StoreError::Unavailable

mod answer;
mod arguments;
mod calls;
mod connections;
mod failure;
mod moment;
mod observer;
mod partition_key;
mod records;
mod requirements;
mod scripts;
mod settings;
mod steps;
mod store;

pub use observer::{CallAnswer, Deaf, RedisObserver};
pub use requirements::Refusal;
pub use settings::{OpenError, RedisSettings, ServerSettings};
pub use store::RedisStore;
