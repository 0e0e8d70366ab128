//! C1 and C2: paths that are to lead the proxy to another authority, site or product.

use super::recorder::{Recorder, SITE};
use super::target::Target;

/// A site of somebody else.
const OTHER: &str = "22222222-2222-4222-8222-222222222222";

/// What a path begins with, before it tries to get away.
const STARTS: [&str; 8] = [
    "",
    "/wiki",
    "/wiki/api/v2",
    "/ex",
    "/ex/confluence",
    "/ex/confluence/{site}",
    "/ex/confluence/{other}",
    "/ex/jira/{site}",
];

/// What one parser or another takes for a way up, a separator or the end of the path.
const TURNS: [&str; 52] = [
    "/",
    "//",
    "///",
    "/\\",
    "\\",
    "\\\\",
    "/./",
    "/../",
    "/..",
    "/.",
    "/%2e/",
    "/%2e%2e/",
    "/.%2e/",
    "/%2E./",
    "/%252e%252e/",
    "/%25252e%25252e/",
    "/%25%32%65%25%32%65/",
    "/..;/",
    "/..;a=b/",
    "/;/",
    "/%3b/",
    "/..%2f",
    "/..%5c",
    "/%2f",
    "/%5c",
    "/%2f%2f",
    "/..%252f",
    "/..%255c",
    "/..%00/",
    "/%00",
    "/..%0d%0a/",
    "/..%09/",
    "/..%20/",
    "/.. /",
    "/\t/",
    "/\u{b}/",
    "/%c0%ae%c0%ae/",
    "/%e0%80%ae%e0%80%ae/",
    "/%c0%af",
    "/%u002e%u002e/",
    "/%%32%65%%32%65/",
    "/..%ff/",
    "/.../",
    "/%2e%2e%2f%2e%2e%2f",
    "@",
    ":80@",
    "#",
    "/#/",
    "/?/../",
    ".",
    "/%7f/",
    "/\u{ff0e}\u{ff0e}/",
];

/// Where it wants to arrive.
const ENDS: [&str; 10] = [
    "x",
    "me",
    "oauth/token/accessible-resources",
    "ex/confluence/{other}/wiki/x",
    "ex/jira/{site}/rest",
    "127.0.0.1:{elsewhere}/x",
    "@127.0.0.1:{elsewhere}/x",
    "x@127.0.0.1:{elsewhere}",
    "http://127.0.0.1:{elsewhere}/x",
    "evil.example/x",
];

fn fill(path: &str, elsewhere: u16) -> String {
    let port = elsewhere.to_string();
    path.replace("{site}", SITE).replace("{other}", OTHER).replace("{elsewhere}", &port)
}

fn vectors(elsewhere: u16) -> Vec<String> {
    let starts = STARTS.iter().flat_map(|start| TURNS.iter().map(move |turn| (start, turn)));
    let once =
        starts.clone().flat_map(|(start, turn)| ENDS.iter().map(move |end| format!("{start}{turn}{end}")));
    let often = starts.map(|(start, turn)| format!("{start}{}me", turn.repeat(5)));
    once.chain(often).map(|path| fill(&path, elsewhere)).collect()
}

/// Whether software that decodes up to three times, takes backslashes for slashes and drops path parameters would stay
/// below the account's base. Written apart from the code under test, and after what others do, not after it.
fn stays_inside(target: &str) -> bool {
    let Some((path, _)) = target.split_once('?').or(Some((target, ""))) else { return false };
    let mut text = path.as_bytes().to_vec();
    for _ in 0..=3 {
        let Some(below) = text.strip_prefix(format!("/ex/confluence/{SITE}/").as_bytes()) else {
            return false;
        };
        for segment in below.split(|byte| b"/\\".contains(byte)) {
            let name = segment.split(|byte| *byte == b';').next().unwrap_or_default();
            if [&b"."[..], b".."].contains(&name) || name.iter().any(|byte| *byte < 0x20) {
                return false;
            }
        }
        text = decoded(&text);
    }
    // An encoding of a dot or slash that is longer than it has to be is no UTF-8, and still read by some.
    std::str::from_utf8(&decoded(path.as_bytes())).is_ok()
}

fn decoded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let hex = text.get(at + 1..at + 3).and_then(|it| std::str::from_utf8(it).ok());
        let byte = hex.and_then(|it| u8::from_str_radix(it, 16).ok());
        if let Some(byte) = byte.filter(|_| text[at] == b'%') {
            out.push(byte);
            at += 3;
        } else {
            out.push(text[at]);
            at += 1;
        }
    }
    out
}

/// Sends every request and checks what arrived; returns how many were let through and how many refused.
fn attack(target: &Target, requests: &[String]) -> (usize, usize) {
    let (mut through, mut refused) = (0, 0);
    let mut wire = target.wire();
    for request in requests {
        let reply = wire.send(request.as_bytes());
        let arrived = target.provider.requests();
        let line = request.lines().next().unwrap();
        match &arrived[..] {
            [] => {
                assert!((400..500).contains(&reply.status), "{line:?}: {reply:?}");
                refused += 1;
            }
            [one] => {
                let mut words = one.split(' ');
                let (_, path) = (words.next(), words.next().unwrap());
                assert!(stays_inside(path), "{line:?} arrived as {path:?}");
                let host = one.to_ascii_lowercase();
                let host: Vec<&str> = host.lines().filter(|it| it.starts_with("host:")).collect();
                assert_eq!(host, [format!("host: 127.0.0.1:{}", target.provider.port)], "{line:?}");
                through += 1;
            }
            more => panic!("{line:?} became {} requests", more.len()),
        }
    }
    (through, refused)
}

#[test]
fn c2_no_path_leads_out_of_the_site() {
    // Somebody else who may be called: if a path led there, it would arrive.
    let target = Target::with(&[("HEADWATER_UPSTREAM__ALLOW_HOSTS", "127.0.0.1")]);
    let elsewhere = Recorder::start();
    let paths = vectors(elsewhere.port);
    assert!(paths.len() >= 4000, "{}", paths.len());
    let requests: Vec<String> = paths.iter().map(|path| target.raw("GET", path, "ann", "")).collect();
    let (through, refused) = attack(&target, &requests);
    assert!(elsewhere.requests().is_empty());
    // Some paths are harmless and must not be refused: otherwise this would prove nothing.
    assert!(through > 100 && refused > 3000, "{through} went through, {refused} were refused");
}

#[test]
fn c1_the_authority_is_never_the_callers() {
    // Somebody else who may be called: if a path led there, it would arrive.
    let target = Target::with(&[("HEADWATER_UPSTREAM__ALLOW_HOSTS", "127.0.0.1")]);
    let elsewhere = Recorder::start();
    let port = elsewhere.port;
    let targets = [
        format!("http://127.0.0.1:{port}/proxy/wiki/x"),
        format!("https://127.0.0.1:{port}/proxy/wiki/x"),
        format!("http://127.0.0.1:{port}@127.0.0.1:{port}/proxy/wiki/x"),
        format!("/proxy/wiki/x?@127.0.0.1:{port}/"),
        format!("/proxy//127.0.0.1:{port}/x"),
        format!("/proxy/@127.0.0.1:{port}/x"),
        format!("/proxy:@127.0.0.1:{port}/x"),
        format!("/proxy@127.0.0.1:{port}/x"),
        format!("/proxy.127.0.0.1:{port}/x"),
        format!("/proxy/http:/127.0.0.1:{port}/x"),
        format!("/proxy/http://127.0.0.1:{port}/x"),
        format!("/proxy/\t//127.0.0.1:{port}/x"),
        format!("127.0.0.1:{port}"),
        "*".to_owned(),
    ];
    let hosts = [
        "host: x".to_owned(),
        format!("host: 127.0.0.1:{port}"),
        format!("host: x\r\nx-forwarded-host: 127.0.0.1:{port}\r\nforwarded: host=127.0.0.1:{port}"),
        format!("host: x\r\nx-original-url: http://127.0.0.1:{port}/\r\nx-rewrite-url: //127.0.0.1:{port}/"),
    ];
    let requests: Vec<String> = targets
        .iter()
        .flat_map(|to| hosts.iter().map(move |host| (to, host)))
        .map(|(to, host)| {
            let plain = target.raw("GET", "/wiki/x", "ann", "");
            plain.replacen("/proxy/wiki/x", to, 1).replacen("host: x", host, 1)
        })
        .collect();
    let (through, refused) = attack(&target, &requests);
    assert!(elsewhere.requests().is_empty(), "somebody else was called");
    assert!(through > 0 && refused > 0, "{through} went through, {refused} were refused");
}
