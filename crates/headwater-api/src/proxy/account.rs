//! Whose account a raw request is made with: told by headers, which hold bytes.

use headwater_service::accounts::AccountLocator;
use headwater_service::error::ServiceError;
use http::{HeaderMap, HeaderValue};

/// The account that the headers name, and the one that they would name if their bytes were read otherwise.
pub(super) struct Named {
    pub(super) account: AccountLocator,
    pub(super) otherwise: Option<AccountLocator>,
}

/// Reads `connection_name` and `identifier`.
pub(super) fn read(headers: &HeaderMap) -> Result<Named, ServiceError> {
    let (connection, identifier) = (only(headers, "connection_name")?, only(headers, "identifier")?);
    let locator = |connection: String, identifier: String| AccountLocator::of(&connection, &identifier);
    let otherwise = latin_1(identifier.as_bytes());
    let account = locator(text(connection), text(identifier));
    let otherwise =
        (Some(&otherwise) != account.identifier.as_ref()).then(|| locator(text(connection), otherwise));
    Ok(Named { account, otherwise })
}

fn only<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a HeaderValue, ServiceError> {
    let mut values = headers.get_all(name).iter();
    if let (Some(value), None) = (values.next(), values.next()) {
        return Ok(value);
    }
    let message = format!("the header `{name}` must be given, once");
    Err(ServiceError::invalid(name, "required header", message))
}

/// A header's text. Python's `requests` and Node's `axios` send what is not ASCII as Latin-1, others as UTF-8. Few
/// texts in Latin-1 happen to be UTF-8, too.
fn text(value: &HeaderValue) -> String {
    std::str::from_utf8(value.as_bytes()).map_or_else(|_| latin_1(value.as_bytes()), str::to_owned)
}

/// Every byte is the character with its number.
fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(identifier: &[u8]) -> (String, Option<String>) {
        let mut headers = HeaderMap::new();
        headers.insert("connection_name", HeaderValue::from_static("wiki"));
        headers.insert("identifier", HeaderValue::from_bytes(identifier).unwrap());
        let named = read(&headers).unwrap();
        (named.account.identifier.unwrap(), named.otherwise.and_then(|it| it.identifier))
    }

    #[test]
    fn names_are_read_as_utf_8_or_else_as_latin_1() {
        assert_eq!(named(b"ann"), ("ann".to_owned(), None));
        assert_eq!(named(b"Zo\xeb"), ("Zoë".to_owned(), None));
        assert_eq!(named("Zoë".as_bytes()), ("Zoë".to_owned(), Some("ZoÃ«".to_owned())));
        assert_eq!(named("山田".as_bytes()).0, "山田");
        assert_eq!(named(b"a\xff"), ("aÿ".to_owned(), None));
    }
}
