//! Pages of lists.

use headwater_domain::page::Page;
use headwater_service::error::ServiceError;

/// Reads size and token of a page. `default` is taken for size 0; larger ones are cut to `max`.
pub(crate) fn page(size: u32, token: &str, default: u32, max: u32) -> Result<Page, ServiceError> {
    let limit = if size == 0 { default } else { size.min(max) };
    Page::from_token(token, limit)
        .map_err(|error| ServiceError::invalid("page_token", "token of a list", error.to_string()))
}
