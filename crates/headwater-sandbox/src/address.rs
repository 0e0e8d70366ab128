//! Addresses of the sites. The first site lives at the public address itself, the others at names below it; names
//! below `localhost` lead browsers to this machine without any set-up.

use url::{Host, Url};

use crate::state::State;
use crate::storage::{StorageError, sites};

/// Gives every site its address.
pub(crate) async fn settle(state: &State) -> Result<(), StorageError> {
    let mut tx = state.storage.begin().await?;
    for (place, mut site) in sites::all(&mut tx).await?.into_iter().enumerate() {
        site.url = site_url(&state.settings.public_url, place, &site.name);
        sites::insert(&mut tx, &site).await?;
    }
    Ok(tx.commit().await?)
}

fn site_url(public_url: &str, place: usize, name: &str) -> String {
    let Some(mut url) = Url::parse(public_url).ok().filter(|_| place > 0) else {
        return public_url.to_owned();
    };
    let host = match url.host() {
        Some(Host::Domain(domain)) => format!("{name}.{domain}"),
        _ => format!("{name}.localhost"),
    };
    match url.set_host(Some(&host)) {
        Ok(()) => String::from(url).trim_end_matches('/').to_owned(),
        Err(_) => public_url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_site_has_the_public_address_and_the_others_a_name_below_it() {
        let cases = [
            ("http://localhost:7444", 0, "http://localhost:7444"),
            ("http://localhost:7444", 1, "http://labs.localhost:7444"),
            ("http://127.0.0.1:7444", 1, "http://labs.localhost:7444"),
            ("http://[::1]:7444", 1, "http://labs.localhost:7444"),
            ("https://wiki.example.com", 1, "https://labs.wiki.example.com"),
            ("not an address", 1, "not an address"),
        ];
        for (public_url, place, expected) in cases {
            assert_eq!(site_url(public_url, place, "labs"), expected, "{public_url} {place}");
        }
    }
}
