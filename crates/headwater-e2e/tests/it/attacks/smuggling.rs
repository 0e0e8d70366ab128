//! C3 and C4: requests that two readers would take for different ones, and headers that are not the caller's to set.

use super::http2::{Frames, literal};
use super::recorder::SITE;
use super::target::{ACCESS_TOKEN, Target};

/// What arrives must be the one request that was asked for, with framing of headwater's own.
fn check(target: &Target, what: &str) -> usize {
    let arrived = target.provider.requests();
    for request in &arrived {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let line = head.lines().next().unwrap();
        let expected = format!("/ex/confluence/{SITE}/wiki/");
        assert!(line.split(' ').nth(1).unwrap().starts_with(&expected), "{what}: {line}");
        assert!(!line.contains("smuggled"), "{what}: {line}");
        let count = |name: &str| head.lines().filter(|it| it.to_ascii_lowercase().starts_with(name)).count();
        assert!(count("content-length:") + count("transfer-encoding:") <= 1, "{what}: {head}");
        assert_eq!((count("host:"), count("authorization:")), (1, 1), "{what}: {head}");
        assert!(head.contains(&format!("Bearer {ACCESS_TOKEN}")), "{what}: {head}");
        assert!(!head.contains("injected"), "{what}: {head}");
        assert!(!body.contains("GET /"), "{what}: a request hides in the body: {body}");
    }
    arrived.len()
}

#[test]
fn c3_what_two_readers_could_split_differently_does_not_get_through() {
    let target = Target::start();
    let hidden = "GET /proxy/wiki/smuggled HTTP/1.1\r\nhost: x\r\n\r\n";
    let length = hidden.len();
    let heads = [
        format!("content-length: 4\r\ncontent-length: {length}\r\n"),
        format!("content-length: 4, {length}\r\n"),
        "content-length: +4\r\n".to_owned(),
        "content-length: 0x4\r\n".to_owned(),
        "content-length: 99999999999999999999999\r\n".to_owned(),
        "content-length: 4\r\ntransfer-encoding: chunked\r\n".to_owned(),
        "transfer-encoding: chunked\r\ncontent-length: 4\r\n".to_owned(),
        "transfer-encoding: xchunked\r\ncontent-length: 4\r\n".to_owned(),
        "transfer-encoding: chunked, identity\r\n".to_owned(),
        "transfer-encoding : chunked\r\n".to_owned(),
        "transfer-encoding:\u{b}chunked\r\n".to_owned(),
        "transfer-encoding: chunked\r\ntransfer-encoding: x\r\n".to_owned(),
        "x: 1\r\n transfer-encoding: chunked\r\n".to_owned(),
        "x: 1\r\n\tinjected: 1\r\n".to_owned(),
        "x: a\rinjected: 1\r\n".to_owned(),
        "x: a\nother: 1\r\n".to_owned(),
        "x: a\0injected: 1\r\n".to_owned(),
        "injected\r\n".to_owned(),
        "injected : 1\r\n".to_owned(),
        "inj(ected: 1\r\n".to_owned(),
        ": injected\r\n".to_owned(),
        "expect: 100-continue\r\ncontent-length: 4\r\n".to_owned(),
        "upgrade: h2c\r\nhttp2-settings: AAMAAABk\r\nconnection: upgrade, http2-settings\r\n".to_owned(),
        "connection: close, content-length\r\ncontent-length: 4\r\n".to_owned(),
        "trailer: injected\r\ntransfer-encoding: chunked\r\n".to_owned(),
    ];
    let bodies = [
        format!("0\r\n\r\n{hidden}"),
        format!("abcd{hidden}"),
        "5\r\nab\r\n0\r\n\r\n".to_owned(),
        format!("0\r\ninjected: 1\r\n\r\n{hidden}"),
    ];
    let mut arrived = 0;
    for head in &heads {
        for body in &bodies {
            // What follows is another request of this connection at most; without a token it is refused.
            let request = target.raw("POST", "/wiki/c3", "ann", &format!("{head}x-last: 1\r\n")) + body;
            let close = request.replacen("x-last: 1", "connection: close", 1);
            target.wire().send(close.as_bytes());
            arrived += check(&target, head);
        }
    }
    assert!(arrived > 0, "requests that can be read in one way only do get through");
    let plain = target.wire().send(target.raw("GET", "/wiki/plain", "ann", "").as_bytes());
    assert_eq!(plain.status, 200, "it still serves");
}

#[test]
fn c3_http2_headers_do_not_become_lines_of_http1() {
    let target = Target::start();
    let bearer = format!("Bearer {}", target.token);
    let plain = [(":method", "GET"), (":scheme", "http"), (":authority", "x"), (":path", "/proxy/wiki/c3")];
    let ours = [("authorization", bearer.as_str()), ("connection_name", "wiki"), ("identifier", "ann")];
    let strange: [(&str, &str, &str); 14] = [
        (":path", "/proxy/wiki/c3 HTTP/1.1\r\ninjected: 1\r\n\r\nGET /smuggled", ""),
        (":path", "/proxy/wiki/c3 HTTP/1.1", ""),
        (":path", "/proxy/wiki/c3\r\ninjected: 1", ""),
        (":method", "GET /proxy/wiki/smuggled HTTP/1.1\r\nx: ", ""),
        (":authority", "x\r\ninjected: 1", ""),
        (":authority", "evil.example", ""),
        ("", "x", "a\r\ninjected: 1"),
        ("", "x", "a\ninjected: 1"),
        ("", "x\r\ninjected", "1"),
        ("", "x: 1\r\ninjected", "1"),
        ("", "transfer-encoding", "chunked"),
        ("", "connection", "authorization"),
        ("", "host", "injected.example"),
        ("", "Injected", "upper case"),
    ];
    for (replaced, name, value) in strange {
        let mut fields: Vec<(&str, &str)> = plain.iter().chain(&ours).copied().collect();
        if replaced.is_empty() {
            fields.push((name, value));
        } else if let Some(field) = fields.iter_mut().find(|field| field.0 == replaced) {
            field.1 = name;
        }
        let mut frames = Frames::connect(target.address);
        let block: Vec<u8> = fields.iter().flat_map(|(name, value)| literal(name, value)).collect();
        frames.headers(1, &block, true);
        frames.until_answered(1);
        check(&target, &format!("{replaced} {name:?} {value:?}"));
    }
    let mut frames = Frames::connect(target.address);
    let block: Vec<u8> = plain.iter().chain(&ours).flat_map(|(name, value)| literal(name, value)).collect();
    frames.headers(1, &block, true);
    frames.until_answered(1);
    assert_eq!(check(&target, "plain"), 1, "a plain one gets through");
}

/// Whatever the caller calls it, the provider gets one authorization: the account's.
#[test]
fn c4_nothing_but_the_accounts_authorization_arrives() {
    let target = Target::start();
    let heads = [
        "authorization: Basic injected\r\n",
        "Authorization: Bearer injected\r\nAUTHORIZATION: Bearer injected\r\n",
        "proxy-authorization: Basic injected\r\n",
        "proxy_authorization: Basic injected\r\n",
        "x-authorization_: ok\r\nauthorization_: injected\r\n",
        "cookie: injected=1\r\n",
        "connection: authorization, x-hop\r\nx-hop: injected\r\n",
        "connection: x-hop\r\nconnection: x-hop-2\r\nx-hop: injected\r\nx-hop-2: injected\r\n",
        "x-forwarded-for: injected\r\nx-forwarded: injected\r\nforwarded: for=injected\r\n",
        "x_forwarded_for: injected\r\nx-real-ip: injected\r\ntrue-client-ip: injected\r\n",
        "x-http-method-override: INJECTED\r\nx-http-method: injected\r\nx-method-override: injected\r\n",
        "x-original-url: /injected\r\nx-rewrite-url: /injected\r\n",
        "te: trailers, injected\r\nupgrade: injected\r\nvia: injected\r\nexpect: injected\r\n",
        "origin: https://injected.example\r\nreferer: https://injected.example/\r\nsec-fetch-site: injected\r\n",
        "x-sdk-version: injected\r\nx-api-version: injected\r\n",
    ];
    for head in heads {
        let reply = target.wire().send(target.raw("GET", "/wiki/c4", "ann", head).as_bytes());
        assert!([200, 417].contains(&reply.status), "{head}: {reply:?}");
        check(&target, head);
    }
    let reply = target
        .wire()
        .send(target.raw("GET", "/wiki/c4", "ann", "x-atlassian-token: no-check\r\n").as_bytes());
    assert_eq!(reply.status, 200);
    assert!(target.provider.requests()[0].contains("x-atlassian-token: no-check"), "others do arrive");
}
