//! Who calls, and what the caller may do. Both travel with the task.

use std::future::Future;

use headwater_domain::audit::Actor;
use headwater_domain::error::ErrorKind;
use headwater_domain::error_code::ErrorCode;
use headwater_domain::role::{Role, Roles};

use crate::error::ServiceError;

tokio::task_local! {
    static CALLER: Caller;
}

/// A caller of use cases.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) actor: Actor,
    roles: Roles,
}

/// Runs `work` as something that `actor` does. An API client that comes this way has no role; see [`calling`].
pub async fn acting<F: Future>(actor: Actor, work: F) -> F::Output {
    let roles = if matches!(actor, Actor::Client(_)) { Roles::NONE } else { Roles::ALL };
    calling(actor, roles, work).await
}

/// Runs `work` as something that `actor` does, who has `roles`.
pub async fn calling<F: Future>(actor: Actor, roles: Roles, work: F) -> F::Output {
    as_caller(Caller { actor, roles }, work).await
}

pub(crate) async fn as_caller<F: Future>(caller: Caller, work: F) -> F::Output {
    CALLER.scope(caller, work).await
}

/// Who calls: without word to the contrary, headwater by itself.
pub(crate) fn caller() -> Caller {
    CALLER.try_with(Clone::clone).unwrap_or(Caller { actor: Actor::System, roles: Roles::ALL })
}

/// Whether the caller has `role`.
pub(crate) fn may(role: Role) -> bool {
    caller().roles.has(role)
}

/// Refuses a caller that has none of `roles`.
///
/// # Errors
/// `PermissionDenied`, with how the operator gives the role.
pub fn ensure_any(roles: &[Role]) -> Result<(), ServiceError> {
    let caller = caller();
    if roles.iter().any(|role| caller.roles.has(*role)) {
        return Ok(());
    }
    let needed: Vec<_> = roles.iter().map(|role| format!("`{}`", role.as_str())).collect();
    let least = roles.first().map_or("use", |role| role.as_str());
    let kept = Role::EVERY.into_iter().filter(|it| caller.roles.has(*it));
    let kept: String = kept.flat_map(|it| ["--role ", it.as_str(), " "]).collect();
    let message = format!(
        "this API client may not do that: it needs the role {}. The operator gives it with \
         `headwater client update {} {kept}--role {least}`",
        needed.join(" or "),
        caller.actor.as_str(),
    );
    Err(ServiceError::new(ErrorKind::PermissionDenied, ErrorCode::RoleMissing, message))
}
