//! The suite that every store must pass: what the traits of [`crate::store`] promise, case by case.
//!
//! Each case is a function from a fresh, empty store. [`store_suite!`](crate::store_suite!) makes a test of each.

pub mod accounts;
pub mod connections;
pub mod flows;
pub mod grants;
pub mod others;
mod samples;

/// Makes a test of every case. The argument is an async function that opens a fresh, empty store and returns it
/// together with whatever must live as long as it.
#[macro_export]
macro_rules! store_suite {
    ($open:path) => {
        $crate::store_suite!(@cases $open;
            connections: every_field_survives, names_are_unique_and_compared_byte_for_byte, the_later_writer_loses,
                lists_are_filtered_and_paged, deleting_takes_everything_along;
            accounts: every_field_survives, an_owner_has_one_account_per_connection, the_later_writer_loses,
                lists_are_filtered, wildcards_are_ordinary_characters, last_use_never_moves_back,
                expiring_accounts_come_soonest_first;
            grants: generations_follow_each_other, a_grant_needs_its_account, of_two_writers_one_wins;
            flows: every_stage_survives, of_two_replays_one_wins, a_state_stays_known_when_its_flow_moves_on, old_flows_are_removed;
            others: api_clients_survive, keys_survive, a_dropped_transaction_never_happened, a_read_transaction_cannot_write;
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
