//! G3: the inputs that take the most memory for their size, by every door: alone, sixteen at once, and given back after.

use std::fmt::Write as _;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::recorder::json_answer;
use super::target::Target;

/// What one input may take above an idle server, in KiB.
const ALONE: u64 = 64 * 1024;
/// What sixteen at once may take.
const TOGETHER: u64 = 256 * 1024;
/// What may be left afterwards.
const LEFT: u64 = 20 * 1024;
/// After so long, what the server has not given back counts as kept. Generous: the allocator gives back within seconds,
/// by its own clock, and a busy machine makes everything slower.
const PATIENCE: Duration = Duration::from_secs(60);
/// Inputs that are sent sixteen times at once, one of each kind: the others take no more.
const TOGETHER_TOO: [&str; 5] = [
    "objects of one member",
    "the largest page",
    "gRPC, empty values",
    "answered: the largest page",
    "answered: too many",
];

/// An input: how it is called, and the bytes of a request that carries it.
struct Input {
    name: &'static str,
    request: Vec<u8>,
    /// What the provider answers to it.
    answer: String,
}

fn repeated(piece: &str, count: usize) -> String {
    let mut text = piece.repeat(count);
    text.pop();
    text
}

fn post(target: &Target, path: &str, kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: {kind}\r\nte: trailers\r\n\
         content-length: {}\r\n\r\n",
        target.token,
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn rest(target: &Target, params: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"tool_name":"confluence_page_get","connector":"wiki","identifier":"ann","params":{{"id":"7","x":{params}}}}}"#
    );
    post(target, "/api/v1/execute_tool", "application/json", body.as_bytes())
}

/// A page whose body is as large as Confluence takes.
fn create(target: &Target, value: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"tool_name":"confluence_page_create","connector":"wiki","identifier":"ann","params":{{"spaceId":"1","title":"t","body_representation":"storage","body_value":"{value}"}}}}"#
    );
    post(target, "/api/v1/execute_tool", "application/json", body.as_bytes())
}

/// A list that is given as text.
fn list(target: &Target, ids: &str) -> Vec<u8> {
    let body = format!(
        r#"{{"tool_name":"confluence_page_list","connector":"wiki","identifier":"ann","params":{{"id":"{ids}"}}}}"#
    );
    post(target, "/api/v1/execute_tool", "application/json", body.as_bytes())
}

/// A call with a list of empty values, which take two bytes each on the wire.
fn grpc(target: &Target, values: usize) -> Vec<u8> {
    fn wrap(tag: u8, inner: &[u8]) -> Vec<u8> {
        let mut out = vec![tag];
        let mut length = inner.len();
        while length >= 0x80 {
            out.push(0x80 | u8::try_from(length & 0x7f).unwrap());
            length >>= 7;
        }
        out.push(u8::try_from(length).unwrap());
        out.extend_from_slice(inner);
        out
    }
    let list = wrap(0x32, &[0x0a, 0x00].repeat(values));
    let entry = [wrap(0x0a, b"x"), wrap(0x12, &list)].concat();
    let params = wrap(0x1a, &wrap(0x0a, &entry));
    let message =
        [wrap(0x0a, b"confluence_page_get"), wrap(0x12, b"ann"), params, wrap(0x2a, b"wiki")].concat();
    let mut frame = vec![0];
    frame.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    frame.extend(message);
    post(target, "/scalekit.v1.tools.ToolService/ExecuteTool", "application/grpc", &frame)
}

/// Valid and invalid documents near and beyond every bound.
fn inputs(target: &Target) -> Vec<Input> {
    let call = |name, request| Input { name, request, answer: "{}".to_owned() };
    let body =
        r#"{"tool_name":"confluence_page_get","connector":"wiki","identifier":"ann","params":{"id":"7"}}"#;
    let read = post(target, "/api/v1/execute_tool", "application/json", body.as_bytes());
    let answered = |name, answer| Input { name, request: read.clone(), answer };
    let names = |count: usize, length: usize| {
        let mut text = String::from("{");
        for number in 0..count {
            write!(text, r#""{number}{}":1,"#, "n".repeat(length)).unwrap();
        }
        text.pop();
        text + "}"
    };
    let deep = format!("{}1{}", "[".repeat(28), "]".repeat(28));
    vec![
        call("empty objects", rest(target, &format!("[{}]", repeated("{},", 99_000)))),
        call("too many empty objects", rest(target, &format!("[{}]", repeated("{},", 1_400_000)))),
        call("objects of one member", rest(target, &format!("[{}]", repeated(r#"{"a":1},"#, 31_000)))),
        call("too many numbers", rest(target, &format!("[{}]", repeated("1,", 2_000_000)))),
        call("short names", rest(target, &names(90_000, 0))),
        call("long names", rest(target, &names(50, 100_000))),
        call("many deep values", rest(target, &format!("[{}]", repeated(&(deep.clone() + ","), 3_000)))),
        call("the largest page", create(target, &"x".repeat(5_200_000))),
        call("a page of escapes", create(target, &r"\u00e9".repeat(1_900_000))),
        call("a page of quotation marks", create(target, &r#"\""#.repeat(2_600_000))),
        call("a list as text", list(target, &format!("[{}]", repeated("1,", 2_500_000)))),
        call("a list of commas", list(target, &",".repeat(5_000_000))),
        call("gRPC, empty values", grpc(target, 95_000)),
        call("gRPC, too many empty values", grpc(target, 3_000_000)),
        answered("answered: empty objects", format!(r#"{{"results":[{}]}}"#, repeated("{},", 99_000))),
        answered("answered: too many", format!(r#"{{"results":[{}]}}"#, repeated("{},", 2_500_000))),
        answered("answered: objects of one member", format!("[{}]", repeated(r#"{"a":1},"#, 31_000))),
        answered(
            "answered: the largest page",
            json!({"body": {"storage": {"value": "x".repeat(5_200_000)}}}).to_string(),
        ),
        answered("answered: long names", names(50, 100_000)),
    ]
}

/// The most that the process has held since this was called last, in KiB.
fn peak(target: &Target) -> u64 {
    let folder = format!("/proc/{}", target.pid());
    let status = fs::read_to_string(format!("{folder}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak = line.trim().trim_end_matches(" kB").trim().parse().unwrap();
    fs::write(format!("{folder}/clear_refs"), "5").unwrap();
    peak
}

fn healthy(target: &Target) {
    assert_eq!(target.wire().request("GET", "/healthz", "", "").status, 200);
}

/// Waits until it holds no more than `most` KiB, and says what it holds.
#[expect(clippy::disallowed_methods, reason = "a bound that only ends the wait")]
fn settled(target: &Target, most: u64) -> u64 {
    let begun = Instant::now();
    while target.memory() > most && begun.elapsed() < PATIENCE {
        healthy(target);
    }
    target.memory()
}

#[test]
fn g3_the_worst_inputs_take_little_memory_and_give_it_back() {
    let target = Target::start();
    let inputs = inputs(&target);
    // What is set up once is set up by the first call of each door.
    for input in inputs.iter().filter(|it| it.request.len() < 2_000_000) {
        target.provider.answer(json_answer(r#"{"id":"7"}"#));
        target.wire().send(&input.request);
    }
    (0..500).for_each(|_| healthy(&target));
    let idle = target.memory();
    peak(&target);
    let mut problems = Vec::new();
    for input in &inputs {
        target.provider.answer(json_answer(&input.answer));
        settled(&target, idle + LEFT / 2);
        peak(&target);
        let reply = target.wire().send(&input.request);
        assert!((200..=599).contains(&reply.status), "{}: no answer", input.name);
        let alone = peak(&target).saturating_sub(idle);
        let copies = if TOGETHER_TOO.contains(&input.name) { 16 } else { 0 };
        thread::scope(|scope| {
            for _ in 0..copies {
                scope.spawn(|| {
                    let reply = target.wire().send(&input.request);
                    assert!((200..=599).contains(&reply.status), "{}: no answer", input.name);
                });
            }
            healthy(&target);
        });
        let together = peak(&target).saturating_sub(idle);
        let left = settled(&target, idle + LEFT).saturating_sub(idle);
        let line = format!(
            "{} ({}): alone {alone} KiB, {copies} at once {together} KiB, kept {left} KiB",
            input.name, reply.status
        );
        if alone > ALONE || together > TOGETHER || left > LEFT {
            problems.push(line);
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
