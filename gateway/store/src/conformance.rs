//! What makes a store a store.
//!
//! Every implementation runs all of [`CASES`] in its tests, the in-memory one included: a fake that has not passed them
//! proves nothing about the router. A case fails by panicking, as a test does, and gets a store of its own.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a suite that runs inside tests: a broken promise is a panic"
)]

mod append;
mod archive;
mod commit;
mod dead_letters;
mod deployment;
mod outbox;
mod ownership;
mod reopen;
mod samples;
mod timers;
mod trim;

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;

pub use self::archive::archive;
use crate::store::Store;

/// Where the suite gets its stores from.
#[async_trait]
pub trait Workbench: Send + Sync {
    /// An empty store that shares nothing with those made before.
    async fn fresh(&self) -> Arc<dyn Store>;

    /// Closes a store of this bench and opens what it has kept. A store that keeps nothing answers itself.
    async fn reopen(&self, store: Arc<dyn Store>) -> Arc<dyn Store>;
}

/// One promise.
pub struct Case {
    /// The promise, in words.
    pub name: &'static str,
    /// Panics if the store breaks it.
    pub run: for<'bench> fn(&'bench dyn Workbench) -> Running<'bench>,
}

type Running<'bench> = Pin<Box<dyn Future<Output = ()> + Send + 'bench>>;

macro_rules! cases {
    ($($file:ident :: $case:ident,)*) => {
        &[$(Case {
            name: concat!(stringify!($file), "::", stringify!($case)),
            run: |bench| Box::pin($file::$case(bench)),
        }),*]
    };
}

/// All of it.
pub const CASES: &[Case] = cases![
    append::a_repeat_gets_the_first_answer,
    append::one_key_with_two_contents_conflicts,
    append::one_key_at_the_same_time_is_kept_once,
    append::offsets_are_dense,
    append::sequences_are_dense_in_each_thread,
    append::what_takes_no_sequence_is_not_in_the_transcript,
    append::the_inbox_is_read_in_parts,
    append::the_transcript_is_read_from_both_sides,
    append::partitions_do_not_know_each_other,
    ownership::a_lease_excludes_others_until_it_runs_out,
    ownership::a_lease_asked_for_again_gets_a_new_epoch,
    ownership::a_renewed_lease_runs_longer,
    ownership::a_released_partition_is_free_at_once,
    ownership::a_stale_fence_changes_nothing,
    ownership::the_nonce_is_part_of_the_fence,
    ownership::the_head_tells_position_and_tail,
    ownership::ends_without_order_are_counted_where_they_happen,
    ownership::tries_of_a_record_are_counted,
    commit::all_of_a_batch_is_kept,
    commit::sequences_go_on_from_the_appended_ones,
    commit::the_same_batch_again_is_recognised,
    commit::a_batch_from_elsewhere_conflicts_and_changes_nothing,
    commit::a_position_behind_the_tail_conflicts,
    commit::a_batch_may_leave_the_position,
    commit::states_come_in_the_order_asked,
    commit::the_journal_is_read_in_parts,
    commit::the_journal_names_every_message_of_a_turn,
    timers::a_timer_fires_once_and_never_early,
    timers::a_timer_that_is_set_again_moves,
    timers::a_cancelled_timer_does_not_fire,
    timers::the_soonest_fire_first,
    timers::a_timer_set_again_after_firing_fires_again,
    outbox::a_line_leaves_in_order,
    outbox::a_blocked_head_holds_only_its_own_thread,
    outbox::a_retry_is_counted_and_waits,
    outbox::a_dead_letter_frees_its_line,
    outbox::a_receipt_is_an_event_once,
    outbox::a_withdrawn_entry_does_not_leave,
    outbox::the_limit_holds,
    dead_letters::a_retried_one_goes_to_the_end_of_its_line,
    dead_letters::a_discarded_one_is_gone,
    dead_letters::the_oldest_go_first,
    dead_letters::what_is_set_aside_comes_with_its_batch,
    deployment::two_askers_get_the_same_data_key,
    deployment::two_askers_get_the_same_home,
    deployment::a_record_is_replaced_only_at_its_version,
    trim::what_is_not_archived_stays,
    trim::the_last_of_each_thread_stay,
    trim::sequences_go_on_after_everything_was_trimmed,
    trim::what_stays_of_a_transcript_has_no_gap,
    trim::uncommitted_records_stay,
    trim::old_dedupe_rows_go,
    reopen::everything_answered_is_there,
    reopen::the_work_goes_on,
];

/// Runs all cases, one after the other.
///
/// # Panics
/// If the store breaks a promise.
pub async fn run_all(bench: &dyn Workbench) {
    for case in CASES {
        let _named = NamedInPanics(case.name);
        (case.run)(bench).await;
    }
}

struct NamedInPanics(&'static str);

impl Drop for NamedInPanics {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the store broke this promise: {}", self.0);
        }
    }
}
