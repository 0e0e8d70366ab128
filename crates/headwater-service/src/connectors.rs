//! The connectors, and how others take their place while the server runs: the operator's own tools come and go.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use headwater_catalog::connector::Connector;
use headwater_domain::provider::ProviderKey;

use crate::error::ServiceError;

/// The connectors that calls from now on use. Calls under way hold on to those that they began with.
#[derive(Clone)]
pub struct Connectors(Arc<ArcSwap<Edition>>);

/// The connectors of one moment.
pub(crate) struct Edition {
    list: Vec<Arc<dyn Connector>>,
    places: HashMap<ProviderKey, usize>,
}

impl Connectors {
    pub(crate) fn new(list: Vec<Arc<dyn Connector>>) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(Edition::new(list))))
    }

    /// Returns the connectors of this moment.
    pub(crate) fn latest(&self) -> Arc<Edition> {
        self.0.load_full()
    }

    /// Returns the connector of `provider`.
    ///
    /// # Errors
    /// `InvalidArgument` where there is none, with the providers that there are.
    pub(crate) fn of(&self, provider: &ProviderKey) -> Result<Arc<dyn Connector>, ServiceError> {
        let edition = self.0.load();
        edition.of(provider).cloned().ok_or_else(|| {
            let known: Vec<&str> = edition.all().iter().map(|it| it.provider().as_str()).collect();
            let message = format!("there is no provider `{provider}`; known providers: {}", known.join(", "));
            ServiceError::invalid("provider", "known provider", message)
        })
    }

    /// Puts other connectors in the place of those that are there, for calls from now on: the operator's tools have
    /// changed.
    pub fn replace(&self, list: Vec<Arc<dyn Connector>>) {
        self.0.store(Arc::new(Edition::new(list)));
    }
}

impl Edition {
    fn new(list: Vec<Arc<dyn Connector>>) -> Self {
        let places = list.iter().enumerate().map(|(place, it)| (it.provider().clone(), place)).collect();
        Self { list, places }
    }

    /// All connectors, in the order in which they were given.
    pub(crate) fn all(&self) -> &[Arc<dyn Connector>] {
        &self.list
    }

    fn of(&self, provider: &ProviderKey) -> Option<&Arc<dyn Connector>> {
        self.list.get(*self.places.get(provider)?)
    }
}

#[cfg(test)]
mod tests {
    use headwater_confluence::Confluence;

    use super::*;

    #[test]
    fn calls_keep_the_connectors_that_they_began_with_and_what_nobody_uses_is_freed() {
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
        assert_eq!(Arc::strong_count(&first), 1, "only its user still has it");
    }
}
