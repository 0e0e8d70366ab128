//! Faults as tests write them, in JSON or in the TOML of a scenario.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;

use super::{Fault, FaultDelay, FaultOutcome, FaultPhase, FaultStep, FaultTarget, ScriptedResponse};
use crate::operations::{self, Pattern};

/// A fault, as it is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FaultSpec {
    name: Option<String>,
    method: Option<String>,
    path: Option<String>,
    operation: Option<String>,
    grant_type: Option<String>,
    #[serde(default)]
    skip: u32,
    every: Option<u32>,
    /// The number of times the steps are gone through.
    times: Option<u32>,
    /// True when the last step stays for good.
    #[serde(default)]
    lasting: bool,
    /// Answers instead of the real ones: a short way to write steps.
    #[serde(default)]
    responses: Vec<ResponseSpec>,
    #[serde(default)]
    steps: Vec<StepSpec>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepSpec {
    #[serde(default)]
    when: When,
    delay_seconds: Option<f64>,
    hold: Option<String>,
    answer: Option<ResponseSpec>,
    html: Option<u16>,
    #[serde(default)]
    drop: bool,
    reset_after_bytes: Option<usize>,
    truncate_after_bytes: Option<usize>,
    stall_after_bytes: Option<usize>,
    /// The time that each byte of the reply takes.
    drip_seconds: Option<f64>,
    /// The name whose release lets the rest of a stalled reply follow.
    until: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum When {
    #[default]
    Before,
    After,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ResponseSpec {
    status: u16,
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// The body: a string is sent as it is, anything else as JSON.
    #[serde(default)]
    body: Value,
}

impl FaultSpec {
    /// Builds the fault that is asked for. Fails with what is wrong with the spec.
    pub(crate) fn read(self) -> Result<Fault, String> {
        let spec = self;
        let method = spec.method.map(|method| {
            Method::from_bytes(method.as_bytes())
                .map_err(|_| format!("`{method}` is no HTTP method; write GET, POST, ..."))
        });
        if let Some(path) = spec.path.as_deref().filter(|path| path.contains('{')) {
            Pattern::parse(path).map_err(|error| format!("path: {error}"))?;
        }
        if let Some(name) = spec.operation.as_deref().filter(|name| operations::named(name).is_none()) {
            return Err(format!("`{name}` is no operation of REST v2; match it by method and path"));
        }
        let target = FaultTarget {
            method: method.transpose()?,
            path: spec.path,
            operation: spec.operation,
            grant_type: spec.grant_type,
        };
        if target == FaultTarget::default() {
            return Err(
                "say what the fault is for: a method, a path, an operation or a grant_type".to_owned()
            );
        }
        let answers =
            spec.responses.into_iter().map(|response| read_response(response).map(FaultStep::answer));
        let steps: Vec<FaultStep> =
            answers.chain(spec.steps.into_iter().map(read_step)).collect::<Result<_, String>>()?;
        if steps.is_empty() {
            return Err("say what happens: give steps, or responses".to_owned());
        }
        let times = usize::try_from(spec.times.unwrap_or(1)).unwrap_or(usize::MAX);
        if times.saturating_mul(steps.len()) > 100_000 {
            return Err("more than 100000 steps; write `lasting = true` for a fault that stays".to_owned());
        }
        let repeated = (0..times).flat_map(|_| steps.iter().cloned());
        let mut fault =
            Fault::steps(target, repeated).after_skipping(spec.skip).every(spec.every.unwrap_or(1));
        if let Some(name) = spec.name {
            fault = fault.named(name);
        }
        Ok(if spec.lasting { fault.lasting() } else { fault })
    }
}

fn read_step(spec: StepSpec) -> Result<FaultStep, String> {
    let delay = match (spec.delay_seconds, spec.hold) {
        (None, None) => FaultDelay::None,
        (Some(seconds), None) => FaultDelay::Clock(read_seconds(seconds)?),
        (None, Some(name)) => FaultDelay::Held(name),
        (Some(_), Some(_)) => return Err("delay_seconds and hold exclude each other; give one".to_owned()),
    };
    let mut outcomes = Vec::new();
    if let Some(answer) = spec.answer {
        outcomes.push(FaultOutcome::Answer(read_response(answer)?));
    }
    if let Some(status) = spec.html {
        outcomes.push(FaultOutcome::Answer(ScriptedResponse::html(read_status(status)?)));
    }
    if spec.drop {
        outcomes.push(FaultOutcome::Drop);
    }
    outcomes.extend(spec.reset_after_bytes.map(|after_bytes| FaultOutcome::Reset { after_bytes }));
    outcomes.extend(spec.truncate_after_bytes.map(|after_bytes| FaultOutcome::Truncate { after_bytes }));
    if let Some(seconds) = spec.drip_seconds {
        outcomes.push(FaultOutcome::Drip { pause: read_seconds(seconds)? });
    }
    if let Some(after_bytes) = spec.stall_after_bytes {
        let hold = spec.until.ok_or("a stalled reply needs `until`, the name whose release ends it")?;
        outcomes.push(FaultOutcome::Stall { after_bytes, hold });
    }
    let outcome = match (outcomes.pop(), outcomes.is_empty()) {
        (None, _) => FaultOutcome::Proceed,
        (Some(outcome), true) => outcome,
        (Some(_), false) => return Err("a step has one outcome; spread several over steps".to_owned()),
    };
    let phase = match spec.when {
        When::Before => FaultPhase::Before,
        When::After => FaultPhase::After,
    };
    Ok(FaultStep { phase, delay, outcome })
}

fn read_seconds(seconds: f64) -> Result<Duration, String> {
    Duration::try_from_secs_f64(seconds).map_err(|_| format!("{seconds} is no number of seconds to wait"))
}

fn read_response(spec: ResponseSpec) -> Result<ScriptedResponse, String> {
    let headers: Result<Vec<_>, String> = spec.headers.into_iter().map(read_header).collect();
    let body = match spec.body {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    };
    Ok(ScriptedResponse { status: read_status(spec.status)?, headers: headers?, body })
}

fn read_status(status: u16) -> Result<StatusCode, String> {
    StatusCode::from_u16(status)
        .map_err(|_| format!("{status} is no HTTP status; write a number from 100 to 999"))
}

fn read_header((name, value): (String, String)) -> Result<(HeaderName, HeaderValue), String> {
    let header =
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| format!("`{name}` is no header name"))?;
    let value =
        HeaderValue::from_str(&value).map_err(|_| format!("the value of header `{name}` cannot be sent"))?;
    Ok((header, value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_path_whose_braces_make_no_sense_is_refused_with_the_reason() {
        let cases = [
            ("/wiki/api/v2/pages/{id}", None),
            ("/wiki/api/v2/pages/{page-id}/labels", None),
            ("/wiki/api/v2/pages", None),
            ("/wiki/api/v2/pages/{", Some("path: `/wiki/api/v2/pages/{` is no path with parameters")),
            ("/wiki/api/v2/pages/{}", Some("path: `/wiki/api/v2/pages/{}` is no path with parameters")),
        ];
        for (path, expected) in cases {
            let spec: FaultSpec =
                serde_json::from_value(json!({ "path": path, "steps": [{ "drop": true }] })).unwrap();
            let problem = spec.read().err();
            assert_eq!(problem.is_some(), expected.is_some(), "{path}: {problem:?}");
            if let (Some(problem), Some(expected)) = (problem, expected) {
                assert!(problem.starts_with(expected), "{path}: {problem}");
            }
        }
    }
}
