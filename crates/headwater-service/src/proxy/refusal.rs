//! Answers that may be about the access token: read as far as that takes, and passed on whole.

use std::pin::pin;

use bytes::Bytes;
use futures_util::future::{Either, select};
use futures_util::{StreamExt as _, stream};
use headwater_ports::upstream::{Body, UpstreamError, full};
use http::header::CONTENT_ENCODING;
use http::{Method, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt as _, BodyStream, StreamBody};

use super::Proxy;
use super::unreachable;
use crate::error::ServiceError;
use crate::live::LiveAccount;

/// The longest refusal that can be about a token, in bytes; those that are known are some two hundred.
const MOST: usize = 16 * 1024;

impl Proxy {
    /// Whether an answer could mean that the token is no longer accepted, and the answer as it came. `path` is the
    /// request's, below the account's base.
    pub(super) async fn suspect(
        &self,
        live: &LiveAccount,
        method: &Method,
        path: &str,
        response: Response<Body>,
    ) -> Result<(bool, Response<Body>), ServiceError> {
        let status = response.status();
        if ![StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status) {
            return Ok((false, response));
        }
        let connector = self.connectors.of(&live.connection.provider)?;
        let suspected = |body| connector.stale_token_suspected(status.as_u16(), path, body);
        if *method == Method::HEAD || packed(&response) {
            return Ok((suspected(None), response));
        }
        let (head, body) = response.into_parts();
        let patience = self.core.settings().proxy_patience.response;
        let (begin, rest) = match select(pin!(split(body)), self.core.clock().wait(patience)).await {
            Either::Left((read, _)) => read,
            Either::Right(_) => return Err(unreachable(&UpstreamError::TimedOut(patience))),
        };
        let suspected = rest.is_none() && suspected(Some(&begin));
        Ok((suspected, Response::from_parts(head, joined(begin, rest))))
    }
}

/// Whether the body is packed. Nothing is unpacked here.
fn packed<B>(response: &Response<B>) -> bool {
    response.headers().get(CONTENT_ENCODING).is_some_and(|it| it != "identity")
}

/// The begin of a body, and what comes after it, if it is longer than a refusal or breaks off.
async fn split(mut body: Body) -> (Bytes, Option<Body>) {
    let mut begin = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame.map(Frame::into_data) {
            Ok(Ok(data)) if begin.len() + data.len() <= MOST => begin.extend_from_slice(&data),
            Ok(Ok(data)) => return (begin.into(), Some(joined(data, Some(body)))),
            Ok(Err(_)) => {}
            Err(error) => {
                let broken = StreamBody::new(stream::iter([Err(error)])).boxed_unsync();
                return (begin.into(), Some(broken));
            }
        }
    }
    (begin.into(), None)
}

fn joined(begin: Bytes, rest: Option<Body>) -> Body {
    let Some(rest) = rest else { return full(begin) };
    let begin = stream::iter([Ok(Frame::data(begin))]);
    StreamBody::new(begin.chain(BodyStream::new(rest))).boxed_unsync()
}

#[cfg(test)]
mod tests {
    use headwater_ports::upstream::read;

    use super::*;

    #[tokio::test]
    async fn what_was_read_of_an_answer_is_passed_on_with_the_rest() {
        for length in [0, 1, MOST, MOST + 1, 3 * MOST] {
            let bytes: Bytes = (0..length).map(|it| u8::try_from(it % 251).unwrap()).collect();
            let frames: Vec<_> =
                bytes.chunks(1000).map(|it| Ok(Frame::data(Bytes::copy_from_slice(it)))).collect();
            let (begin, rest) = split(StreamBody::new(stream::iter(frames)).boxed_unsync()).await;
            assert_eq!(rest.is_none(), length <= MOST);
            assert!(begin.len() <= MOST);
            assert_eq!(read(joined(begin, rest), usize::MAX).await.unwrap(), bytes);
        }
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_still_breaks_off() {
        let frames = vec![Ok(Frame::data(Bytes::from_static(b"a"))), Err("gone".into())];
        let (begin, rest) = split(StreamBody::new(stream::iter(frames)).boxed_unsync()).await;
        assert!(read(joined(begin, rest), usize::MAX).await.is_err());
    }
}
