//! Links, pictures and emoticons in a view.

use super::View;
use super::attributes::harmless_link;
use super::headings::anchor;
use crate::formats::html::escape;
use crate::formats::storage_format::references::{FileReference, PageReference};
use crate::formats::storage_format::tree::Element;

impl View<'_> {
    pub(super) fn link(&mut self, element: &Element) {
        if let Some(user) = element.child("ri:user") {
            return self.mention(user.attribute("ri:account-id"));
        }
        let place = element.attribute("ac:anchor");
        if let Some(page) = element.child("ri:page").or_else(|| element.child("ri:blog-post")) {
            let (key, title) = (page.attribute("ri:space-key"), page.attribute("ri:content-title"));
            let known = self.references.page(key, title).cloned();
            match &known {
                Some(known) => self.open_page_link(known, place),
                None => self.put("<a class=\"confluence-link unresolved\" href=\"#\">"),
            }
            return self.close_link(element, title);
        }
        if let Some(file) = element.child("ri:attachment") {
            let name = file.attribute("ri:filename");
            self.open_file_link(name);
            return self.close_link(element, name);
        }
        let (address, words) = match (element.child("ri:url"), element.child("ri:space")) {
            (Some(url), _) => {
                let address = harmless_link(url.attribute("ri:value")).unwrap_or("#").to_owned();
                (address, url.attribute("ri:value"))
            }
            (None, Some(space)) => {
                let key = space.attribute("ri:space-key");
                (format!("{}/spaces/{key}", self.references.base), key)
            }
            (None, None) => (format!("#{}", anchor(&self.references.title, place)), place),
        };
        self.put("<a");
        self.attribute("href", &address);
        self.html.push('>');
        self.close_link(element, words);
    }

    pub(super) fn image(&mut self, element: &Element) {
        let alt = element.attribute("ac:alt");
        let width = element.attribute("ac:width");
        let sized = if width.is_empty() { "" } else { " confluence-embedded-manual-size" };
        self.put(&format!("<span class=\"confluence-embedded-file-wrapper{sized}\"><img"));
        match (element.child("ri:attachment"), element.child("ri:url")) {
            (Some(file), _) => {
                let name = file.attribute("ri:filename");
                let known = self.references.files.get(name).cloned();
                self.attribute("class", "confluence-embedded-image");
                self.attribute("alt", if alt.is_empty() { name } else { alt });
                if let Some(known) = known {
                    self.attribute("src", &known.address);
                    self.attribute("data-image-src", &known.address);
                    self.linked_file(name, &known);
                }
            }
            (None, Some(url)) => {
                let address = url.attribute("ri:value");
                self.attribute("class", "confluence-embedded-image confluence-external-resource");
                self.attribute("alt", if alt.is_empty() { address } else { alt });
                if let Some(address) = harmless_link(address) {
                    self.attribute("src", address);
                    self.attribute("data-image-src", address);
                }
            }
            (None, None) => self.attribute("alt", alt),
        }
        for (name, value) in [("width", width), ("height", element.attribute("ac:height"))] {
            if value.chars().all(|letter| letter.is_ascii_digit()) {
                self.attribute(name, value);
            }
        }
        self.put("/></span>");
        if let Some(caption) = element.child("ac:caption") {
            let begin = "<div class=\"confluence-embedded-image-caption\">";
            self.around(begin, "</div>", |view| view.nodes(&caption.children));
        }
    }

    pub(super) fn emoticon(&mut self, element: &Element) {
        let name = element.attribute("ac:name");
        let (short, fallback) =
            (element.attribute("ac:emoji-shortname"), element.attribute("ac:emoji-fallback"));
        let named = format!(":{name}:");
        let spoken = if short.is_empty() { named.as_str() } else { short };
        if self.references.for_people {
            let shown = if fallback.is_empty() { spoken } else { fallback };
            let (spoken, shown) = (escape(spoken), escape(shown));
            self.put(&format!("<span role=\"img\" aria-label=\"{spoken}\">{shown}</span>"));
            return;
        }
        self.put("<img");
        self.attribute("class", format!("emoticon emoticon-{name}").trim_end_matches('-'));
        self.attribute("data-emoji-id", element.attribute("ac:emoji-id"));
        self.attribute("data-emoji-shortname", spoken);
        self.attribute("data-emoji-fallback", fallback);
        self.attribute("alt", spoken);
        self.put("/>");
    }

    /// Writes a link to a page in a list.
    pub(super) fn page_link(&mut self, page: &PageReference) {
        self.open_page_link(page, "");
        self.put(&escape(&page.title));
        self.put("</a>");
    }

    fn mention(&mut self, account_id: &str) {
        let name = self.references.people.get(account_id).map_or("Former user", String::as_str);
        let (name, id, base) = (escape(name), escape(account_id), escape(&self.references.base));
        self.put(&format!(
            "<a class=\"confluence-userlink user-mention\" data-account-id=\"{id}\" href=\"{base}/people/{id}\" \
             data-linked-resource-type=\"userinfo\">@{name}</a>"
        ));
    }

    fn open_page_link(&mut self, page: &PageReference, place: &str) {
        let behind =
            if place.is_empty() { String::new() } else { format!("#{}", anchor(&page.title, place)) };
        self.put("<a");
        self.attribute("href", &format!("{}{}{behind}", self.references.base, page.path));
        self.attribute("data-linked-resource-id", &page.id.to_string());
        self.attribute("data-linked-resource-version", &page.version.to_string());
        self.attribute("data-linked-resource-type", "page");
        self.html.push('>');
    }

    fn open_file_link(&mut self, name: &str) {
        let Some(known) = self.references.files.get(name).cloned() else {
            self.put("<a class=\"confluence-embedded-file unresolved\" href=\"#\">");
            return;
        };
        self.put("<a class=\"confluence-embedded-file\"");
        self.attribute("href", &known.address);
        self.linked_file(name, &known);
        self.html.push('>');
    }

    /// Writes the data attributes that the vendor puts where a file is shown or linked.
    fn linked_file(&mut self, name: &str, file: &FileReference) {
        self.attribute("data-linked-resource-id", &file.id.to_string());
        self.attribute("data-linked-resource-version", &file.version.to_string());
        self.attribute("data-linked-resource-type", "attachment");
        self.attribute("data-linked-resource-default-alias", name);
        self.attribute("data-linked-resource-content-type", &file.media_type);
        self.attribute("data-linked-resource-container-id", &file.container_id.to_string());
    }

    /// Writes the words of a link, its own or else these, and its end.
    fn close_link(&mut self, element: &Element, otherwise: &str) {
        let words = ["ac:link-body", "ac:plain-text-link-body"].iter().find_map(|name| element.child(name));
        match words.filter(|words| !words.children.is_empty()) {
            Some(words) => self.nodes(&words.children),
            None => self.put(&escape(otherwise)),
        }
        self.put("</a>");
    }
}
