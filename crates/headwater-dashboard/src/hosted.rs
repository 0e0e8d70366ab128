//! The connect flow as an end user sees it: start, consent at the provider, choice of the site, result.

mod cookie;
mod fault;
mod finish;
mod onward;
mod origin;
mod permissions;
mod shown;
mod start;

use axum::Router;
use axum::routing::get;
use headwater_service::Service;

pub(crate) fn router() -> Router<Service> {
    Router::new()
        .route("/oauth/connect", get(start::show).post(start::begin))
        .route("/sso/v1/oauth/{connection}/callback", get(finish::callback))
        .route("/connect/result", get(shown::result))
        .route("/connect/success", get(shown::success))
        .route("/oauth/connect/site", axum::routing::post(finish::choose))
}
