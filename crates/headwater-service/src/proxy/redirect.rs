//! Addresses in a provider's answer: where a redirect leads, where a new thing is, which page of a list comes next.
//!
//! Nothing is followed here, so that no bearer can leak. What lies below the account's API base is rewritten to lead back
//! through the proxy, by the same checks that a request's own path has to pass; redirects to hosts that keep the
//! provider's files stay as they are. Everything else is left out: clients follow addresses with their credentials, so an
//! address that passes no check must not reach them.

use headwater_domain::target::AccountBase;
use http::header::{CONTENT_LOCATION, HeaderMap, HeaderName, HeaderValue, LINK, LOCATION};
use url::Url;

use crate::file_hosts::known_host;
use crate::settings::Settings;

/// How links of a list are related to it. Other relations are for browsers.
const RELATIONS: [&str; 6] = ["first", "last", "next", "prev", "previous", "self"];
/// How many links of an answer are looked at.
const MOST_LINKS: usize = 20;

/// What is needed to judge an address.
pub(super) struct Addresses<'a> {
    /// The part of the API that the account may reach.
    pub(super) base: &'a AccountBase,
    /// The domains that keep the provider's files.
    pub(super) file_domains: &'a [&'a str],
    pub(super) settings: &'a Settings,
}

impl Addresses<'_> {
    /// Rewrites or removes the addresses in the headers of an answer.
    pub(super) fn check(&self, headers: &mut HeaderMap) {
        replace(headers, LOCATION, |text| self.inside(text).or_else(|| self.files(text)));
        replace(headers, CONTENT_LOCATION, |text| self.inside(text));
        let links: Vec<String> = headers
            .get_all(LINK)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(split_links)
            .take(MOST_LINKS)
            .filter_map(|link| self.link(link))
            .collect();
        headers.remove(LINK);
        if let Ok(value) = HeaderValue::try_from(links.join(", "))
            && !links.is_empty()
        {
            headers.insert(LINK, value);
        }
    }

    /// The address behind the proxy of what lies below the account's base.
    fn inside(&self, text: &str) -> Option<String> {
        let prefix = self.base.url().path().trim_end_matches('/');
        let text = text.split_once('#').map_or(text, |(text, _)| text);
        let (text, query) = text.split_once('?').map_or((text, None), |(text, query)| (text, Some(query)));
        // Compared as text: an address that a parser would have to repair is not taken.
        let below = if text.starts_with('/') {
            // A bare path that is not below the base is one of the site, as the provider's documents have it.
            text.strip_prefix(prefix).filter(|it| it.starts_with('/')).unwrap_or(text)
        } else {
            text.strip_prefix(self.base.url().as_str().trim_end_matches('/'))?
        };
        let url = self.base.resolve(below, query).ok()?;
        let below = url.path().strip_prefix(prefix)?;
        let query = url.query().map(|it| format!("?{it}")).unwrap_or_default();
        Some(self.settings.url(&format!("/proxy{below}{query}")))
    }

    /// An address of a file, as it is: on the provider's own origin or on a host that keeps its files, encrypted.
    fn files(&self, text: &str) -> Option<String> {
        let url = Url::parse(text).ok()?;
        let plain = text.bytes().all(|it| it.is_ascii_graphic() && !b"\\\"<>".contains(&it));
        (plain && known_host(&url, self.base, self.file_domains)).then(|| text.to_owned())
    }

    /// One link, with its relation only.
    fn link(&self, link: &str) -> Option<String> {
        let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let relation = parameters
            .split(';')
            .filter_map(|it| it.trim().split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("rel"))
            .map(|(_, value)| value.trim().trim_matches('"').to_ascii_lowercase())?;
        let known = RELATIONS.contains(&relation.as_str());
        let target = self.inside(target).filter(|_| known)?;
        Some(format!("<{target}>; rel=\"{relation}\""))
    }
}

/// Replaces the one value of a header by what `judge` makes of it. Of several values nobody knows which one counts.
fn replace(headers: &mut HeaderMap, name: HeaderName, judge: impl Fn(&str) -> Option<String>) {
    let mut values = headers.get_all(&name).iter();
    let judged = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().and_then(judge),
        _ => None,
    };
    match judged.and_then(|it| HeaderValue::try_from(it).ok()) {
        Some(value) => drop(headers.insert(name, value)),
        None => drop(headers.remove(name)),
    }
}

/// The links of a `Link` header. A comma inside of `<…>` is part of an address.
fn split_links(value: &str) -> Vec<&str> {
    let (mut links, mut begin, mut inside) = (Vec::new(), 0, false);
    for (place, byte) in value.bytes().enumerate() {
        match byte {
            b'<' => inside = true,
            b'>' => inside = false,
            b',' if !inside => {
                links.push(&value[begin..place]);
                begin = place + 1;
            }
            _ => {}
        }
    }
    links.push(&value[begin..]);
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOUD: &str = "a1b2c3d4-e5f6-7890-abcd-ef1234567890";
    const BASE: &str = "https://api.atlassian.com/ex/confluence/a1b2c3d4-e5f6-7890-abcd-ef1234567890";

    fn checked(name: HeaderName, values: &[&str]) -> Option<String> {
        let base = AccountBase::new(Url::parse(BASE).unwrap(), "/ex/confluence/", CLOUD);
        let settings = Settings::new(Url::parse("https://headwater.example").unwrap());
        let addresses = Addresses { base: &base, file_domains: &["atlassian.com"], settings: &settings };
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(&name, HeaderValue::from_str(value).unwrap());
        }
        addresses.check(&mut headers);
        headers.get(name).map(|it| it.to_str().unwrap().to_owned())
    }

    #[test]
    fn what_lies_below_the_base_leads_back_through_the_proxy() {
        for (location, path) in [
            (format!("{BASE}/wiki/x?a=1"), "/wiki/x?a=1"),
            (format!("/ex/confluence/{CLOUD}/wiki/x"), "/wiki/x"),
            ("/wiki/api/v2/footer-comments/7".to_owned(), "/wiki/api/v2/footer-comments/7"),
            ("/wiki/x?next=/../y#part".to_owned(), "/wiki/x?next=/../y"),
        ] {
            let expected = Some(format!("https://headwater.example/proxy{path}"));
            assert_eq!(checked(LOCATION, &[&location]), expected, "{location}");
            assert_eq!(checked(CONTENT_LOCATION, &[&location]), expected, "{location}");
        }
        for location in ["https://api.media.atlassian.com/file?token=t", "https://api.atlassian.com/me"] {
            assert_eq!(checked(LOCATION, &[location]).as_deref(), Some(location), "a file is fetched there");
            assert_eq!(checked(CONTENT_LOCATION, &[location]), None, "{location}");
        }
    }

    #[test]
    fn c2_no_address_in_an_answer_leads_out_of_the_proxy() {
        let climbing = [
            "/../api/v1/connections",
            "/wiki/../../api/v1/connections",
            "/wiki/%2e%2e/%2e%2e/api/v1",
            "/wiki/..;/x",
            "/wiki/..%2f..%2fapi",
            "/wiki/..\\..\\api",
            "/\\evil.example/x",
            "//evil.example/x",
            "///evil.example/x",
            "/wiki/a b",
            "..",
            "../api/v1",
            "api/v1",
            "?x=1",
            "",
            "#",
            "/ex/confluence/another/wiki/x",
            "https://evil.example/x",
            "http://api.media.atlassian.com/file",
            "https://api.media.atlassian.com.evil.example/file",
            "https://user@api.media.atlassian.com/file",
            "https://headwater.example/api/v1/connections",
            "https:/\\evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
        ];
        for location in climbing {
            assert_eq!(checked(LOCATION, &[location]), None, "{location:?}");
            assert_eq!(checked(CONTENT_LOCATION, &[location]), None, "{location:?}");
            assert_eq!(checked(LINK, &[&format!("<{location}>; rel=\"next\"")]), None, "{location:?}");
        }
        let absolute = format!("{BASE}/wiki/../../api/v1");
        assert_eq!(checked(CONTENT_LOCATION, &[&absolute]), None);
        assert_eq!(checked(LOCATION, &["/wiki/a", "/wiki/b"]), None, "of two, nobody knows which one counts");
    }

    #[test]
    fn links_of_a_list_lead_back_through_the_proxy_and_others_are_left_out() {
        let next = "</wiki/api/v2/pages?limit=1&cursor=a,b>; rel=\"next\"";
        let base = "<https://notes.atlassian.net/wiki>; rel=\"base\"";
        let preload = "</wiki/x.css>; rel=preload; as=style";
        let expected = "<https://headwater.example/proxy/wiki/api/v2/pages?limit=1&cursor=a,b>; rel=\"next\"";
        assert_eq!(checked(LINK, &[&format!("{next}, {base}"), preload]).as_deref(), Some(expected));
        let last = "</wiki/api/v2/pages?limit=1>;REL=last";
        let both =
            format!("{expected}, <https://headwater.example/proxy/wiki/api/v2/pages?limit=1>; rel=\"last\"");
        assert_eq!(checked(LINK, &[next, last]).as_deref(), Some(both.as_str()));
        for broken in ["", "<", "<>", "</wiki/x", "/wiki/x; rel=next", "</wiki/x>; rel", ">; rel=next,<"] {
            assert_eq!(checked(LINK, &[broken]), None, "{broken}");
        }
    }
}
