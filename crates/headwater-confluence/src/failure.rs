//! Confluence's refusals in words: what went wrong, and what a model should do next.

mod names;

use headwater_catalog::catalogue::Catalogue;
use headwater_catalog::definition::Tool;
use headwater_catalog::failure::{FailureKind, ToolFailure};
use headwater_domain::bounds::REFUSAL;
use headwater_domain::document;
use serde_json::Value;

use crate::stale::scope_missing;
use crate::vendor_error::{self, VendorError};

/// Reads an answer other than success. Other tools of the catalogue are named where they are the way out.
pub(crate) fn read(
    catalogue: &Catalogue,
    tool: &Tool,
    status: u16,
    header: &dyn Fn(&str) -> Option<String>,
    body: &[u8],
) -> ToolFailure {
    let vendor_body: Option<Value> = document::read(body, &REFUSAL).ok();
    let error = vendor_body.as_ref().map(vendor_error::read).unwrap_or_default();
    let refusal = Refusal {
        catalogue,
        tool,
        status,
        text: error.text.as_deref().unwrap_or_default(),
        scope_check: header("x-failure-category").is_some_and(|it| it.contains("SCOPE")),
        retry_after: header("retry-after").and_then(|it| it.trim().parse().ok()),
    };
    ToolFailure {
        status,
        kind: FailureKind::of_status(status),
        message: refusal.message(),
        scope_missing: status == 401 && refusal.speaks_of_scopes(),
        retry_after: refusal.retry_after,
        code: code(&error, status),
        vendor_body,
    }
}

fn code(error: &VendorError, status: u16) -> String {
    error.code.clone().unwrap_or_else(|| status.to_string())
}

/// What is known about a refusal.
struct Refusal<'a> {
    catalogue: &'a Catalogue,
    tool: &'a Tool,
    status: u16,
    text: &'a str,
    scope_check: bool,
    retry_after: Option<u64>,
}

impl Refusal<'_> {
    fn message(&self) -> String {
        let said = if self.text.is_empty() {
            String::new()
        } else {
            format!(": {}", self.text.trim_end_matches('.'))
        };
        format!("{}: Confluence answered {}{said}. {}", self.tool.name, self.status, self.advice())
    }

    /// What to do next: first what this tool's own data say about such a refusal.
    fn advice(&self) -> String {
        match self.tool.advice_on_refusal(self.status, self.text) {
            // Whether the thing is missing at all stays the first question.
            Some(own) if matches!(self.status, 404 | 410) => format!("{}. {own}", self.usual_advice()),
            Some(own) if !matches!(self.status, 401 | 429 | 500..=599) => own.to_owned(),
            _ => self.usual_advice(),
        }
    }

    fn usual_advice(&self) -> String {
        match self.status {
            400 => self.about_invalid(),
            401 if self.speaks_of_scopes() => self.about_scopes(),
            401 => "The connected account's authorization is not accepted; the end user must authorize it again".to_owned(),
            403 => "The connected user lacks the permission for this, or has no access to Confluence on this site. \
                    Do not repeat the call; ask someone with the permission"
                .to_owned(),
            404 | 410 => self.about_missing(),
            409 => self.about_conflict(),
            413 => "The request is too large: Confluence takes at most 5 MB at once. Send a shorter body or split it".to_owned(),
            429 => self.about_rate(),
            402..=499 => "The request was not accepted; correct its arguments before calling again".to_owned(),
            500..=599 => self.about_outage(),
            _ => "The answer is not one that this call can have; nothing more is known about its effect".to_owned(),
        }
    }

    fn about_invalid(&self) -> String {
        let text = self.text.to_ascii_lowercase();
        let says = |words: &str| text.contains(words);
        if says("title already exists") {
            return self.about_title();
        }
        if says("version") && says("increment") {
            return self.about_version();
        }
        let advice = if says("same file name") {
            "The file is there already: confluence_attachment_put makes this its new version; or choose another \
             file_name"
        } else if says("version number must be 1") {
            "A draft that is published for the first time must have version_number 1"
        } else if says("cursor") {
            "Cursors do not last and belong to one query: start again without `cursor`"
        } else if says("cql") || says("no field exists") {
            "Correct the CQL: known fields only, texts in double quotes, dates as yyyy-MM-dd"
        } else if says("xhtml") {
            "The storage format is XHTML: close every tag, quote every attribute, and write `&amp;` for `&`"
        } else {
            let names = names::translated(self.tool, self.text);
            return format!("Correct the arguments before calling again{names}");
        };
        advice.to_owned()
    }

    /// A title is in use.
    fn about_title(&self) -> String {
        let (thing, scope) = if self.text.to_ascii_lowercase().contains("blog") {
            ("blogpost", "among the blog posts of a space on one day")
        } else {
            ("page", "within a space, archived pages included")
        };
        format!(
            "Titles are unique {scope}: choose another title, or find the existing one with confluence_{thing}_list \
             and its `title`, and change it with confluence_{thing}_update"
        )
    }

    /// The version number is not the next one.
    fn about_version(&self) -> String {
        let again = self.sibling("_update", "_get").map_or_else(String::new, |tool| format!(" with {tool}"));
        format!(
            "Somebody changed it meanwhile, or an earlier try of this call succeeded: read it again{again}, look at \
             what changed, and use its version number + 1"
        )
    }

    /// The tool that is named like this one but for its ending, when there is one.
    fn sibling(&self, ending: &str, other: &str) -> Option<&str> {
        let name = format!("{}{other}", self.tool.name.strip_suffix(ending)?);
        self.catalogue.get(&name).map(|tool| tool.name.as_str())
    }

    /// Whether the token was refused for what it may do, not for what it is.
    fn speaks_of_scopes(&self) -> bool {
        self.scope_check || scope_missing(self.text)
    }

    fn about_scopes(&self) -> String {
        let scopes = &self.tool.scopes;
        let sets = [&scopes.classic, &scopes.granular].into_iter().filter(|set| !set.is_empty());
        let sets: Vec<String> = sets.map(|set| format!("`{}`", set.join(" "))).collect();
        format!("The token lacks a scope that this tool needs ({})", sets.join(" or "))
    }

    fn about_missing(&self) -> String {
        let what = if self.tool.request.method.has_body() {
            "Check the ids of the space, the parent and the page"
        } else {
            "Check the id"
        };
        format!(
            "{what}: Confluence answers the same when a thing does not exist and when the connected user may not see \
             or change it. Find the right id with confluence_search or a list tool"
        )
    }

    fn about_conflict(&self) -> String {
        let text = self.text.to_ascii_lowercase();
        if text.contains("title") {
            return self.about_title();
        }
        if text.contains("already exists") {
            let instead = self.sibling("_create", "_update").map(|tool| format!(": change it with {tool}"));
            return format!("It is there already{}", instead.unwrap_or_default());
        }
        if self.tool.parameter("version_number").is_some() {
            return self.about_version();
        }
        "Someone changed it at the same time: read it again, then repeat the change".to_owned()
    }

    fn about_rate(&self) -> String {
        self.retry_after.map_or_else(
            || "Too many requests: wait a minute before calling again, then call less often".to_owned(),
            |seconds| format!("Too many requests: wait {seconds} seconds before calling again"),
        )
    }

    fn about_outage(&self) -> String {
        let effect = if self.tool.hints.read_only {
            "It can be repeated safely"
        } else {
            "Look whether it had its effect before you repeat it"
        };
        let wait = self.retry_after.map(|seconds| format!(" after {seconds} seconds")).unwrap_or_default();
        format!("Confluence failed to carry the call out. {effect}{wait}")
    }
}

#[cfg(test)]
mod tests;
