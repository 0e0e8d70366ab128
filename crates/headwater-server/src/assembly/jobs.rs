//! What happens by itself: refreshing ahead of expiry, delivering events, writing usage marks and the audit log,
//! sealing anew after a change of keys, remembering the database, telling of grants that end, clearing away what is old.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use headwater_domain::bounds;
use headwater_service::Service;
use headwater_service::error::ServiceError;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::deployment;
use super::operator_tools::OperatorTools;
use crate::data_dir::DataDir;
use crate::log;

const REFRESH_EVERY: Duration = Duration::from_secs(5);
const REMEMBER_EVERY: Duration = Duration::from_secs(30);
const COUNT_STRANGERS_EVERY: Duration = bounds::STRANGER_LINES_PER;
const READ_TOOLS_EVERY: Duration = Duration::from_secs(2);
const TELL_EVERY: Duration = Duration::from_secs(3600);
const WRITE_USAGE_EVERY: Duration = Duration::from_secs(5);
const DELIVER_EVERY: Duration = Duration::from_millis(500);
const WRITE_AUDIT_EVERY: Duration = Duration::from_secs(1);
const CLEAR_RECORDS_EVERY: Duration = Duration::from_secs(3600);
const DESTROY_CANDIDATES_EVERY: Duration = Duration::from_secs(30);
/// The key changes only with a restart, but another server may have sealed with an older one meanwhile.
const REWRAP_EVERY: Duration = Duration::from_secs(3600);
const CLEAR_FLOWS_EVERY: Duration = Duration::from_secs(3600);

/// Starts every job. They end when `shutdown` is cancelled; `tasks` waits for them.
pub(super) fn spawn(
    service: &Service,
    data_dir: &Arc<DataDir>,
    tasks: &TaskTracker,
    shutdown: &CancellationToken,
) {
    let data_dir = Arc::clone(data_dir);
    start(tasks, shutdown, "remember the database", REMEMBER_EVERY, service, move |service| {
        let data_dir = Arc::clone(&data_dir);
        async move { deployment::keep_up(&service, &data_dir).await }
    });
    start(tasks, shutdown, "count strangers", COUNT_STRANGERS_EVERY, service, |_| async {
        log::tell_left_out();
        Ok(())
    });
    start(tasks, shutdown, "tell of ending grants", TELL_EVERY, service, |service| async move {
        service.events.tell_of_ending_grants().await.map(drop)
    });
    start(tasks, shutdown, "refresh grants", REFRESH_EVERY, service, |service| async move {
        service.grants.refresh_due().await.map(drop)
    });
    start(tasks, shutdown, "write usage", WRITE_USAGE_EVERY, service, |service| async move {
        service.usage.write().await
    });
    start(tasks, shutdown, "destroy candidates", DESTROY_CANDIDATES_EVERY, service, |service| async move {
        service.connect.destroy_lapsed().await.map(drop)
    });
    start(tasks, shutdown, "clear flows", CLEAR_FLOWS_EVERY, service, |service| async move {
        service.connect.remove_old().await.map(drop)
    });
    start(tasks, shutdown, "deliver events", DELIVER_EVERY, service, |service| async move {
        service.webhooks.deliver_due().await.map(drop)
    });
    start(tasks, shutdown, "write the audit log", WRITE_AUDIT_EVERY, service, |service| async move {
        service.acts.end_overdue();
        service.audit.write().await
    });
    start(tasks, shutdown, "seal anew", REWRAP_EVERY, service, |service| async move {
        service.rewrap.outdated().await
    });
    start(tasks, shutdown, "clear records", CLEAR_RECORDS_EVERY, service, |service| async move {
        service.events.remove_old().await?;
        service.audit.remove_old().await.map(drop)
    });
}

/// Looks whether the operator's tools in `data_dir` have changed.
pub(super) fn watch_tools(
    service: &Service,
    data_dir: &Path,
    tasks: &TaskTracker,
    shutdown: &CancellationToken,
) {
    let tools = Arc::new(OperatorTools::new(data_dir));
    start(tasks, shutdown, "read the operator's tools", READ_TOOLS_EVERY, service, move |service| {
        let tools = Arc::clone(&tools);
        async move {
            let look = tokio::task::spawn_blocking(move || tools.look_again(&service));
            let failed = |error| ServiceError::internal("the tools could not be read again", error);
            match look.await {
                Ok(looked) => looked.map_err(|error| failed(error.into())),
                Err(error) => Err(failed(Box::<dyn std::error::Error + Send + Sync>::from(error))),
            }
        }
    });
}

/// Runs `work` every `period` until shutdown. A failure is logged and tried again next time.
fn start<Work, Working>(
    tasks: &TaskTracker,
    shutdown: &CancellationToken,
    name: &'static str,
    period: Duration,
    service: &Service,
    work: Work,
) where
    Work: Fn(Service) -> Working + Send + 'static,
    Working: Future<Output = Result<(), ServiceError>> + Send,
{
    let (service, shutdown) = (service.clone(), shutdown.clone());
    tasks.spawn(async move {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while shutdown.run_until_cancelled(ticks.tick()).await.is_some() {
            if let Err(error) = work(service.clone()).await {
                tracing::warn!(job = name, %error, "a job failed; it will be tried again");
            }
        }
    });
}
