//! Why a store could not answer, by what the caller does next.

/// A store's failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Nothing was changed. Try again later; tell the channel to.
    #[error("the store cannot take this now: {reason}")]
    Unavailable {
        /// In plain words, with the next step.
        reason: String,
    },
    /// It may or may not have happened. Read before deciding; never repeat blindly.
    #[error("the store did not say whether it kept this: {reason}")]
    Unknown {
        /// In plain words, with the next step.
        reason: String,
    },
    /// What is stored is not what was written. The partition stops; others go on.
    #[error("stored data is damaged: {what}; run `signalbox doctor`")]
    Damaged {
        /// Which record or file.
        what: String,
    },
}
