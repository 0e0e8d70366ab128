//! Pages of a list, and the opaque tokens that name them.

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// How many entries to leave out at the front.
    pub offset: u32,
    /// How many entries to return at most; at least 1.
    pub limit: u32,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Listing<T> {
    /// The entries of this page.
    pub items: Vec<T>,
    /// How many entries the whole list has.
    pub total: u32,
}

/// A page token that was not made by us.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the page token is not one that a list returned; start again without it")]
pub struct InvalidPageToken;

impl Page {
    /// Reads a page token; the empty token names the first page.
    pub fn from_token(token: &str, limit: u32) -> Result<Self, InvalidPageToken> {
        let offset = match token.strip_prefix('o') {
            None if token.is_empty() => 0,
            Some(digits)
                if (1..=10).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()) =>
            {
                digits.parse().map_err(|_| InvalidPageToken)?
            }
            _ => return Err(InvalidPageToken),
        };
        Ok(Self { offset, limit: limit.max(1) })
    }

    /// The token of the page after this one; empty when this is the last of `total` entries.
    pub fn next_token(self, total: u32) -> String {
        let next = self.offset.saturating_add(self.limit);
        if next < total { format!("o{next}") } else { String::new() }
    }

    /// The token of the page before this one; empty on the first page.
    pub fn previous_token(self) -> String {
        if self.offset == 0 { String::new() } else { format!("o{}", self.offset.saturating_sub(self.limit)) }
    }

    /// Cuts this page out of a list that is already in memory.
    pub fn of<T>(self, all: Vec<T>) -> Listing<T> {
        let total = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let items = all.into_iter().skip(self.offset as usize).take(self.limit as usize).collect();
        Listing { items, total }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walking_by_tokens_visits_each_entry_once_both_ways() {
        let all: Vec<u32> = (0..23).collect();
        let (mut token, mut seen, mut pages) = (String::new(), Vec::new(), 0);
        loop {
            let page = Page::from_token(&token, 5).unwrap();
            let listing = page.of(all.clone());
            seen.extend(listing.items);
            pages += 1;
            token = page.next_token(listing.total);
            if token.is_empty() {
                assert_eq!(page.previous_token(), "o15");
                break;
            }
        }
        assert_eq!((seen, pages), (all, 5));
    }

    #[test]
    fn d2_foreign_page_tokens_are_refused() {
        for token in ["x", "o", "o-1", "o1x", "o99999999999", "eyJ9"] {
            assert_eq!(Page::from_token(token, 5), Err(InvalidPageToken), "{token}");
        }
    }
}
