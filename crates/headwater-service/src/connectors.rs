//! The connectors, and how others take their place while the server runs: the operator's own tools come and go.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use headwater_catalog::connector::Connector;
use headwater_domain::provider::ProviderKey;

/// One edition after the other. Calls under way hold on to theirs, so each stays until the end; there are as many as
/// the operator's files were changed.
pub(crate) struct Connectors(Edition);

/// What was there at one time.
pub(crate) struct Edition {
    list: Vec<Arc<dyn Connector>>,
    places: HashMap<ProviderKey, usize>,
    next: OnceLock<Box<Self>>,
}

impl Connectors {
    pub(crate) fn new(list: Vec<Arc<dyn Connector>>) -> Self {
        Self(Edition::new(list))
    }

    /// What is there now.
    pub(crate) fn latest(&self) -> &Edition {
        let mut edition = &self.0;
        while let Some(next) = edition.next.get() {
            edition = next;
        }
        edition
    }

    /// Puts others in the place of what is there.
    pub(crate) fn replace(&self, list: Vec<Arc<dyn Connector>>) {
        let mut edition = Box::new(Edition::new(list));
        // Somebody else may be doing the same; then this one comes after theirs.
        while let Err(refused) = self.latest().next.set(edition) {
            edition = refused;
        }
    }
}

impl Edition {
    fn new(list: Vec<Arc<dyn Connector>>) -> Self {
        let places = list.iter().enumerate().map(|(place, it)| (it.provider().clone(), place)).collect();
        Self { list, places, next: OnceLock::new() }
    }

    /// All, in the order in which they were given.
    pub(crate) fn all(&self) -> &[Arc<dyn Connector>] {
        &self.list
    }

    /// The one of a provider.
    pub(crate) fn of(&self, provider: &ProviderKey) -> Option<&Arc<dyn Connector>> {
        self.list.get(*self.places.get(provider)?)
    }
}

#[cfg(test)]
mod tests {
    use headwater_confluence::Confluence;

    use super::*;

    #[test]
    fn the_latest_edition_counts_and_earlier_ones_stay_as_they_were() {
        let confluence = || -> Arc<dyn Connector> { Arc::new(Confluence::new().unwrap()) };
        let provider = ProviderKey::new("CONFLUENCE");
        let connectors = Connectors::new(vec![confluence()]);
        let first = connectors.latest();
        assert!(first.of(&provider).is_some() && first.of(&ProviderKey::new("JIRA")).is_none());
        for count in [2, 0, 1] {
            connectors.replace((0..count).map(|_| confluence()).collect());
            assert_eq!(connectors.latest().all().len(), count);
        }
        assert_eq!(first.all().len(), 1);
    }
}
