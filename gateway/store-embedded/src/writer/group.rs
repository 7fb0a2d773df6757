//! One group of steps: one transaction if all goes well, and what happens if not.

use signalbox_store::StoreError;

use super::Setup;
use super::checkpoint::{Checkpoints, checkpoint_now, checkpoint_whole};
use super::step::Step;
use crate::fault::{Consequence, Fault};
use crate::tables::Tables;

pub(super) struct Group<'s> {
    tables: Tables<'s>,
    setup: &'s Setup,
    checkpoints: Checkpoints,
}

type Waiting = Vec<Box<dyn Step>>;

/// How far a transaction came.
enum Failed {
    /// Nothing of it is kept.
    Before(Fault),
    /// It may be kept.
    AtCommit(rusqlite::Error),
}

impl<'s> Group<'s> {
    pub(super) fn new(tables: Tables<'s>, setup: &'s Setup) -> Self {
        Self {
            tables,
            setup,
            checkpoints: Checkpoints::default(),
        }
    }

    /// Runs all of them and answers each.
    pub(super) fn serve(&mut self, waiting: Waiting) {
        if self.setup.condition.is_full() && self.setup.directory.take_ballast() {
            self.setup.condition.set_full(false);
        }
        let mut admitted = Vec::with_capacity(waiting.len());
        for step in waiting {
            match self.admit(step.as_ref()) {
                Ok(()) => admitted.push(step),
                Err(refusal) => step.answer(Err(refusal)),
            }
        }
        if admitted.is_empty() {
            return;
        }
        match self.attempt(&mut admitted) {
            Ok(()) => {
                for step in admitted {
                    step.answer(Ok(()));
                }
            }
            Err(failed) => self.after_failure(admitted, failed),
        }
    }

    fn admit(&self, step: &dyn Step) -> Result<(), StoreError> {
        self.setup.condition.check()?;
        let scope = step.scope();
        if scope.accepts && self.setup.condition.is_full() {
            return Err(self.full());
        }
        scope.partition.map_or(Ok(()), |partition| {
            self.setup.condition.check_partition(partition)
        })
    }

    fn attempt(&mut self, steps: &mut Waiting) -> Result<(), Failed> {
        self.write(steps).map_err(Failed::Before)?;
        self.tables.commit().map_err(Failed::AtCommit)
    }

    fn write(&mut self, steps: &mut Waiting) -> Result<(), Fault> {
        self.tables.begin()?;
        for step in steps {
            step.run(&mut self.tables)?;
        }
        self.tables.write_counters()
    }

    fn after_failure(&mut self, steps: Waiting, failed: Failed) {
        if let Err(error) = self.tables.roll_back() {
            return self.fatal(steps, &error);
        }
        let consequence = match &failed {
            Failed::Before(Fault::Sqlite(error)) | Failed::AtCommit(error) => {
                Consequence::of(error)
            }
            Failed::Before(_) => Consequence::Passing,
        };
        match (consequence, failed) {
            // A commit record that does not fit is not in the log: nothing of the transaction is kept.
            (Consequence::Full, _) => self.after_full(steps),
            (Consequence::DiskFailed, Failed::Before(Fault::Sqlite(error)))
            | (_, Failed::AtCommit(error)) => self.fatal(steps, &error),
            (_, Failed::Before(fault)) => self.after_fault(steps, &fault),
        }
    }

    /// One of them cannot be done: each is tried alone, so that it fails alone. What is damaged is not tried again.
    fn after_fault(&mut self, steps: Waiting, fault: &Fault) {
        if steps.len() > 1 {
            return self.one_by_one(steps);
        }
        for step in steps {
            let answer = fault.answer();
            if let StoreError::Damaged { what } = &answer
                && let Some(partition) = fault.partition().or(step.scope().partition)
            {
                self.setup.condition.stop(partition, what.clone());
            }
            step.answer(Err(answer));
        }
    }

    /// Gives the ballast up and tries again what is not new: that is what frees space.
    fn after_full(&mut self, steps: Waiting) {
        if !self.setup.condition.is_full() {
            tracing::error!("{}", self.setup.directory.full());
            self.setup.condition.set_full(true);
            self.setup.directory.drop_ballast();
            return self.one_by_one(steps);
        }
        if steps.len() > 1 {
            return self.one_by_one(steps);
        }
        for step in steps {
            step.answer(Err(self.full()));
        }
    }

    fn one_by_one(&mut self, steps: Waiting) {
        for step in steps {
            let mut alone = vec![step];
            let admitted = alone.iter().try_for_each(|step| self.admit(step.as_ref()));
            if let Err(refusal) = admitted {
                alone
                    .drain(..)
                    .for_each(|step| step.answer(Err(refusal.clone())));
                continue;
            }
            match self.attempt(&mut alone) {
                Ok(()) => alone.drain(..).for_each(|step| step.answer(Ok(()))),
                Err(failed) => self.after_failure(alone, failed),
            }
        }
    }

    /// The disk failed while it was asked to keep something. What the system has in memory and what is on the disk may
    /// differ from here on, so this process writes nothing any more.
    fn fatal(&mut self, steps: Waiting, error: &rusqlite::Error) {
        self.fail(error);
        for step in steps {
            step.answer(Err(StoreError::Unknown {
                reason: format!("the disk failed while keeping this: {error}"),
            }));
        }
    }

    fn fail(&self, error: &rusqlite::Error) {
        super::fail(
            self.setup,
            format!("the disk failed while keeping data: {error}"),
        );
    }

    fn full(&self) -> StoreError {
        StoreError::Unavailable {
            reason: self.setup.directory.full(),
        }
    }

    /// After the answers.
    pub(super) fn checkpoint(&mut self) {
        if self.setup.condition.check().is_err() {
            return;
        }
        let connection = self.tables.connection;
        let moved = if self.setup.condition.is_full() {
            checkpoint_now(connection)
        } else {
            self.checkpoints.run_if_due(connection)
        };
        if let Err(error) = moved {
            self.after_checkpoint(&error);
        }
    }

    /// Before the file is closed: leaves one whole file behind.
    pub(super) fn close(&mut self) {
        if self.setup.condition.check().is_ok()
            && let Err(error) = checkpoint_whole(self.tables.connection)
        {
            self.after_checkpoint(&error);
        }
    }

    fn after_checkpoint(&self, error: &rusqlite::Error) {
        match Consequence::of(error) {
            // The log keeps everything; the next checkpoint tries again.
            Consequence::Full | Consequence::Passing => {}
            Consequence::DiskFailed | Consequence::Damaged => self.fail(error),
        }
    }
}
