//! The suite that every store must pass: what the traits of [`crate::store`] promise, case by case.
//!
//! Each case is a function from a fresh, empty store. [`store_suite!`](crate::store_suite!) makes a test of each that
//! is in its list: a case that is added here must be added there.

pub mod accounts;
pub mod audit;
pub mod connections;
pub mod deliveries;
pub mod deployments;
pub mod events;
pub mod flows;
pub mod grants;
pub mod lists;
pub mod others;
pub mod owners;
pub mod refreshes;
mod samples;
pub mod seals;
pub mod transactions;
pub mod webhooks;

/// Makes a test of every case. The argument is an async function that opens a fresh, empty store and returns it
/// together with whatever must live as long as it.
#[macro_export]
macro_rules! store_suite {
    ($open:path) => {
        $crate::store_suite!(@cases $open;
            connections: every_field_survives, d1_names_are_unique_and_compared_byte_for_byte, the_later_writer_loses,
                a_taken_name_cannot_be_moved_to, of_many_writers_one_wins, deleting_takes_everything_along,
                deleting_leaves_others_alone;
            accounts: every_field_survives, the_later_writer_loses, of_many_writers_one_wins,
                an_account_needs_its_connection, deleting_takes_grant_and_flows_along, last_use_never_moves_back,
                a_change_leaves_last_use_alone;
            owners: an_owner_has_one_account_per_connection, d3_every_part_tells_owners_apart,
                d1_look_alikes_are_different_owners, of_many_creators_one_wins;
            lists: connections_are_filtered_and_paged, accounts_are_filtered, d5_wildcards_are_ordinary_characters,
                pages_visit_every_account_once, d5_odd_search_texts_find_nothing;
            grants: every_field_survives, generations_follow_each_other, a_grant_needs_its_account,
                a_refused_grant_changes_nothing, of_many_writers_one_wins, what_ends_soon_is_told_of_once,
                a_refresh_makes_no_consent_younger;
            refreshes: one_holds_the_lease, a_lapsed_lease_is_taken_over_and_its_first_holder_fenced,
                presentations_are_counted_from_the_first, a_presentation_anew_is_a_first_one, what_did_not_happen_is_taken_back,
                a_refused_token_stays_refused, a_new_grant_ends_what_was_under_way,
                a_refresh_of_a_removed_grant_finds_nothing, due_refreshes_come_in_order, unanswered_refreshes_come_first,
                what_cannot_be_begun_is_not_due, of_many_that_want_the_lease_one_gets_it,
                a_new_process_need_not_wait_for_the_leases_of_the_dead;
            flows: every_stage_survives, b1_of_many_replays_one_wins, the_later_writer_loses,
                a_state_stays_known_when_its_flow_moves_on, links_and_states_belong_to_one_flow,
                old_flows_are_removed, a_request_belongs_to_one_waiting_flow,
                tokens_that_nobody_fetched_are_found, flows_that_have_not_lapsed_are_listed,
                links_that_wait_to_be_used_are_counted;
            events: every_field_survives, an_event_is_added_once, events_are_filtered, old_events_are_removed,
                what_waits_is_not_removed;
            webhooks: every_field_survives, the_later_writer_loses, deleting_takes_deliveries_along;
            deliveries: one_of_each_line_is_due, a_failed_one_holds_its_line_up, an_attempt_that_lapsed_is_fenced,
                of_many_that_want_one_it_goes_to_one, a_disabled_webhook_gets_nothing, what_is_over_can_be_replayed,
                deliveries_are_filtered;
            audit: every_field_survives, f13_entries_of_one_id_are_all_kept, f13_a_nul_costs_no_entry, entries_are_filtered,
                old_entries_are_removed;
            others: api_clients_survive, api_clients_come_oldest_first, keys_survive, a_signing_key_is_added_once,
                of_many_that_find_no_signing_key_one_makes_it;
            seals: every_secret_is_found_and_replaced, what_changed_meanwhile_is_not_replaced;
            deployments: every_field_survives, of_many_that_take_it_up_one_is_first, what_was_seen_is_not_forgotten,
                a_grant_is_noticed;
            transactions: a_dropped_transaction_never_happened, a_read_transaction_cannot_write,
                a_reader_sees_one_state, writers_wait_for_each_other, a_failed_statement_leaves_the_store_usable;
        );
    };
    (@cases $open:path; $($area:ident: $($case:ident),+ $(,)?;)+) => {
        $(
            mod $area {
                $(
                    #[tokio::test]
                    async fn $case() {
                        let (store, _keep) = $open().await;
                        $crate::store_suite::$area::$case(&store).await;
                    }
                )+
            }
        )+
    };
}

/// Starts several contenders at the same time and returns the numbers of those that report success.
async fn winners<F: Future<Output = bool>>(contender: impl Fn(u32) -> F) -> Vec<u32> {
    let contenders = (0..6).map(|number| {
        let attempt = contender(number);
        async move { attempt.await.then_some(number) }
    });
    futures_util::future::join_all(contenders).await.into_iter().flatten().collect()
}
