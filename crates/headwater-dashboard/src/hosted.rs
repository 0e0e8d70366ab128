//! The connect flow as an end user sees it: start, consent at the provider, choice of the site, result.

mod cookie;
mod fault;
mod finish;
mod start;

use axum::Router;
use axum::routing::get;
use headwater_service::Service;

pub(crate) fn router() -> Router<Service> {
    Router::new()
        .route("/oauth/connect", get(start::show).post(start::begin))
        .route("/sso/v1/oauth/{connection}/callback", get(finish::callback))
        .route("/connect/success", get(finish::success))
        .route("/oauth/connect/site", axum::routing::post(finish::choose))
}
