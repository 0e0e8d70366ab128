//! What a failed call means for its effect.

use std::error::Error;

use headwater_ports::upstream::UpstreamError;
use hyper_util::client::legacy;

use crate::connect::ForbiddenAddress;

/// Sorts a failure: what failed while connecting provably had no effect; anything later may have had one.
pub(crate) fn sort(error: &legacy::Error) -> UpstreamError {
    if let Some(forbidden) = find::<ForbiddenAddress>(error) {
        return UpstreamError::Forbidden(forbidden.host.clone());
    }
    let reason = innermost(error);
    if error.is_connect() { UpstreamError::NotSent { reason } } else { UpstreamError::Broken { reason } }
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        // An I/O error hides what it carries behind its own `source`.
        let carried = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(found) = carried.and_then(|carried| carried.downcast_ref::<T>()) {
            return Some(found);
        }
        next = error.source();
    }
    None
}

fn innermost(error: &dyn Error) -> String {
    let mut last: &dyn Error = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}
