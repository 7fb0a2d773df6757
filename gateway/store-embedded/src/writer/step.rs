//! A step on its way through the writer, with the one who waits for it.

use signalbox_store::StoreError;
use tokio::sync::oneshot;

use crate::fault::Fault;
use crate::tables::Tables;

/// What a step touches, as far as the writer has to know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope {
    /// Packed; `None` for the deployment's records.
    pub(crate) partition: Option<i64>,
    /// Whether it takes something new in; such steps are refused while the disk is full, the owner's are tried.
    pub(crate) accepts: bool,
}

/// A step whose answer's type is forgotten, so that all kinds wait in one line.
pub(crate) trait Step: Send {
    fn scope(&self) -> Scope;
    /// May run again after a rollback.
    fn run(&mut self, tables: &mut Tables<'_>) -> Result<(), Fault>;
    /// Answers with what the last run came to, or with the error.
    fn answer(self: Box<Self>, outcome: Result<(), StoreError>);
}

/// A step and the one who waits for it.
pub(crate) struct Asked<T, F> {
    scope: Scope,
    step: F,
    outcome: Option<T>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Asked<T, F> {
    pub(crate) fn new(
        scope: Scope,
        step: F,
        answer: oneshot::Sender<Result<T, StoreError>>,
    ) -> Self {
        Self {
            scope,
            step,
            outcome: None,
            answer,
        }
    }
}

impl<T, F> Step for Asked<T, F>
where
    T: Send,
    F: FnMut(&mut Tables<'_>) -> Result<T, Fault> + Send,
{
    fn scope(&self) -> Scope {
        self.scope
    }

    fn run(&mut self, tables: &mut Tables<'_>) -> Result<(), Fault> {
        self.outcome = Some((self.step)(tables)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: Result<(), StoreError>) {
        let answer = match (outcome, self.outcome) {
            (Err(error), _) => Err(error),
            (Ok(()), Some(outcome)) => Ok(outcome),
            (Ok(()), None) => Err(StoreError::Unknown {
                reason: "the step was answered before it ran; please report this".to_owned(),
            }),
        };
        // The asker may have given up; what was done is done.
        let _ = self.answer.send(answer);
    }
}
