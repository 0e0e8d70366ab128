//! The end user's browser, as far as the connect flow needs one: it follows redirects between headwater and the
//! sandbox.

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::body::Body;
use http::Request;
use http::header::{HOST, LOCATION};
use tower::ServiceExt as _;
use url::Url;

/// More redirects than the flow has.
const MAX_HOPS: usize = 10;

/// Two origins, and no other.
pub(super) struct Browser {
    sites: [(String, Router); 2],
}

impl Browser {
    /// A browser that knows the two origins.
    pub(super) fn new(sites: [(String, Router); 2]) -> Self {
        Self { sites }
    }

    /// Opens a link and follows where it leads; returns the status of the last page.
    pub(super) async fn open(&self, link: &str) -> Result<http::StatusCode> {
        let mut url = Url::parse(link).context("the link is no URL")?;
        for _ in 0..MAX_HOPS {
            let response = self.router(&url)?.oneshot(request(&url)?).await?;
            let Some(location) = response.headers().get(LOCATION) else { return Ok(response.status()) };
            url = url.join(location.to_str()?)?;
        }
        bail!("the link leads in circles")
    }

    fn router(&self, url: &Url) -> Result<Router> {
        let origin = url.origin().ascii_serialization();
        let site = self.sites.iter().find(|(known, _)| known.trim_end_matches('/') == origin);
        site.map(|(_, router)| router.clone()).with_context(|| format!("the link leads away, to {origin}"))
    }
}

fn request(url: &Url) -> Result<Request<Body>> {
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    Ok(Request::builder().uri(target).header(HOST, url.authority()).body(Body::empty())?)
}
