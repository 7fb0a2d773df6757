//! From rule files to a live bundle: checked, its own tests passed, compiled, and kept in the store.
//!
//! *Invariant:* a bundle that does not check, or whose tests fail, never replaces a good one.

mod disabled;
mod prepare;
mod record;
mod status;
mod watch;

pub use disabled::{DisableError, DisabledRule, Wish};
pub use prepare::{Refusal, prepare};
pub use record::{Activation, BundleRecords, RecordError};
pub(crate) use record::{KEY_RECORD, open_data_key};
pub use status::{BundleOrigin, LiveDisabled, RefusedFiles, RulesStatus, StatusReport};
pub use watch::{Adopter, Watch};
