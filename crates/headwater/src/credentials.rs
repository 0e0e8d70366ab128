//! The credentials that the SDKs are given.

/// Credentials of an API client.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}
