//! State that all routes share.

use std::sync::Arc;

use crate::clock::Clock;
use crate::control::Control;
use crate::options::Consent;
use crate::random::Random;
use crate::storage::Storage;

/// The state that all routes share; cloning is cheap.
#[derive(Clone)]
pub(crate) struct State {
    pub(crate) storage: Storage,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) control: Arc<Control>,
}

/// The settings that were chosen when the sandbox was opened.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// Without a trailing slash.
    pub(crate) public_url: String,
    pub(crate) consent: Consent,
}
