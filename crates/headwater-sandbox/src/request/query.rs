//! Query strings, read as the vendor does: lists are repeated keys, values with commas, or both.

/// The parameters after `?`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    pub(crate) fn parse(raw: &str) -> Self {
        Self { pairs: url::form_urlencoded::parse(raw.as_bytes()).into_owned().collect() }
    }

    /// Returns all names and values in their order.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the first value of this name.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns all values of this name, with lists split at commas and empty entries left out.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        let values = self.pairs.iter().filter(|(known, _)| known == name);
        values
            .flat_map(|(_, value)| value.split(','))
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .collect()
    }

    /// Returns the query without the parameters of these names, encoded again.
    pub(crate) fn without(&self, names: &[&str]) -> String {
        let kept = self.pairs.iter().filter(|(name, _)| !names.contains(&name.as_str()));
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_repeated_and_with_commas() {
        let query = Query::parse("id=1&id=2,3&id=&x=a%20b+c");
        assert_eq!(query.list("id"), ["1", "2", "3"]);
        assert_eq!(query.first("x"), Some("a b c"));
        assert_eq!(query.first("y"), None);
        assert_eq!(query.without(&["id"]), "x=a+b+c");
    }
}
