//! The rules that request fields keep. The checks themselves are generated from the protos.

use headwater_service::error::{ServiceError, Violation};

/// What a text must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Anything.
    Any,
    /// ASCII letters, digits, `_`, `:`, `-` and spaces.
    ConnectionName,
    /// Beginning with `http://` or `https://`.
    HttpUrl,
}

/// Rules of one field. Zero and empty mean "no rule".
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) min_len: usize,
    pub(crate) max_len: usize,
    pub(crate) form: Form,
    pub(crate) prefix: &'static str,
    pub(crate) lt: u32,
    pub(crate) lte: u32,
    pub(crate) max_items: usize,
    pub(crate) required: bool,
}

impl Rules {
    /// No rules.
    pub(crate) const NONE: Self = Self {
        min_len: 0,
        max_len: 0,
        form: Form::Any,
        prefix: "",
        lt: 0,
        lte: 0,
        max_items: 0,
        required: false,
    };
}

/// A message whose fields have rules.
pub(crate) trait Checked {
    /// Adds to `found` what breaks a rule.
    fn check(&self, found: &mut Findings);
}

/// What broke a rule so far.
#[derive(Default)]
pub(crate) struct Findings {
    path: Vec<&'static str>,
    violations: Vec<Violation>,
}

/// Checks a request.
pub(crate) fn check(request: &impl Checked) -> Result<(), ServiceError> {
    let mut found = Findings::default();
    request.check(&mut found);
    if found.violations.is_empty() { Ok(()) } else { Err(ServiceError::invalid_fields(found.violations)) }
}

impl Findings {
    /// A text. SDKs send empty ones for "not given", so only `required` looks at those.
    pub(crate) fn text(&mut self, name: &'static str, text: Option<&str>, rules: Rules) {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            if rules.required {
                self.add(name, "required", "must be given".to_owned());
            }
            return;
        };
        let length = text.chars().count();
        if rules.max_len > 0 && length > rules.max_len {
            self.add(
                name,
                &format!("max_len={}", rules.max_len),
                format!("must not be longer than {} characters, but has {length}", rules.max_len),
            );
        }
        if length < rules.min_len {
            self.add(
                name,
                &format!("min_len={}", rules.min_len),
                format!("must have at least {} characters", rules.min_len),
            );
        }
        if !text.starts_with(rules.prefix) {
            self.add(
                name,
                &format!("prefix={}", rules.prefix),
                format!("must begin with `{}`", rules.prefix),
            );
        }
        match rules.form {
            Form::ConnectionName
                if !text.bytes().all(|it| it.is_ascii_alphanumeric() || b"_: -".contains(&it)) =>
            {
                let problem = "may only hold ASCII letters, digits, `_`, `:`, `-` and spaces";
                self.add(name, "pattern=^[a-zA-Z0-9_: -]*$", problem.to_owned());
            }
            Form::HttpUrl if !(text.starts_with("http://") || text.starts_with("https://")) => {
                self.add(name, "pattern=^https?://", "must begin with http:// or https://".to_owned());
            }
            Form::Any | Form::ConnectionName | Form::HttpUrl => {}
        }
    }

    /// A number.
    pub(crate) fn number(&mut self, name: &'static str, number: u32, rules: Rules) {
        let highest = if rules.lt > 0 { rules.lt - 1 } else { rules.lte };
        if highest > 0 && number > highest {
            self.add(
                name,
                &format!("lte={highest}"),
                format!("must not be more than {highest}, but is {number}"),
            );
        }
    }

    /// A list.
    pub(crate) fn list(&mut self, name: &'static str, length: usize, rules: Rules) {
        if rules.max_items > 0 && length > rules.max_items {
            self.add(
                name,
                &format!("max_items={}", rules.max_items),
                format!("must not have more than {} entries, but has {length}", rules.max_items),
            );
        }
    }

    /// A message inside the message.
    pub(crate) fn message(&mut self, name: &'static str, message: Option<&impl Checked>, rules: Rules) {
        match message {
            None if rules.required => self.add(name, "required", "must be given".to_owned()),
            None => {}
            Some(message) => {
                self.path.push(name);
                message.check(self);
                self.path.pop();
            }
        }
    }

    fn add(&mut self, name: &str, constraint: &str, description: String) {
        let field = self.path.iter().copied().chain([name]).collect::<Vec<_>>().join(".");
        self.violations.push(Violation { field, description, constraint: constraint.to_owned() });
    }
}

include!(concat!(env!("OUT_DIR"), "/checks.rs"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::connected_accounts::{
        GetMagicLinkForConnectedAccountRequest, ListConnectedAccountsRequest,
    };
    use crate::proto::tools::{Filter, ListToolsRequest};

    fn fields(request: &impl Checked) -> Vec<(String, String)> {
        let error = check(request).err();
        error
            .iter()
            .flat_map(ServiceError::violations)
            .map(|it| (it.field.clone(), it.constraint.clone()))
            .collect()
    }

    #[test]
    fn the_rules_of_the_protos_are_kept() {
        let link = |connector: &str, id: &str, url: &str| GetMagicLinkForConnectedAccountRequest {
            connector: Some(connector.to_owned()),
            id: Some(id.to_owned()),
            user_verify_url: Some(url.to_owned()),
            ..Default::default()
        };
        assert_eq!(fields(&link("confluence", "", "")), []);
        assert_eq!(
            fields(&link("a/b", "ca_1", "https://x")),
            [("connector".to_owned(), "pattern=^[a-zA-Z0-9_: -]*$".to_owned())]
        );
        assert_eq!(fields(&link("x", "conn_1", "ftp://x")).len(), 2);
        let list = ListConnectedAccountsRequest { page_size: 100, ..Default::default() };
        assert_eq!(fields(&list), [("page_size".to_owned(), "lte=99".to_owned())]);
        let filter = Filter { query: Some("ab".to_owned()), ..Default::default() };
        let tools = ListToolsRequest { filter: Some(filter), ..Default::default() };
        assert_eq!(fields(&tools), [("filter.query".to_owned(), "min_len=3".to_owned())]);
    }
}
