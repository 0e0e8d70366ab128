//! What a provider demands in every update although a caller may leave it out: it is read first and sent back
//! as it is, so that an update of a title alone keeps the body.

use serde_json::Value;

use super::RequestPlan;
use crate::definition::Keep;

/// How one call keeps what its arguments leave out.
#[derive(Clone, Debug, PartialEq)]
pub struct KeepPlan {
    /// The request that reads it.
    pub read: Box<RequestPlan>,
    member: String,
    from: String,
}

/// The answer does not hold what was to be kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the present {member} could not be read back; give it in the call")]
pub struct NothingToKeep {
    member: String,
}

impl Keep {
    /// The plan for an update of what is found at `path`.
    pub(crate) fn plan(&self, path: &str) -> KeepPlan {
        let read = RequestPlan::read(path, &self.query);
        KeepPlan { read: Box::new(read), member: self.member.clone(), from: self.from.clone() }
    }
}

impl RequestPlan {
    /// Puts into the body what `keep` has read. Fails when `answer` does not hold it.
    pub fn fill(&mut self, keep: &KeepPlan, answer: &Value) -> Result<(), NothingToKeep> {
        let found = answer.pointer(&keep.from).filter(|it| !it.is_null());
        match (found, &mut self.body) {
            (Some(found), Some(Value::Object(body))) => {
                body.insert(keep.member.clone(), found.clone());
                Ok(())
            }
            _ => Err(NothingToKeep { member: keep.member.clone() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::arguments::Arguments;
    use crate::file::read;

    const TOOL: &str = r#"
        [[tool]]
        name = "thing_update"
        title = "T"
        description = "D"
        request = "PUT /things/{id}"
        scopes = { granular = ["s"] }
        hints = { read_only = false, destructive = true, idempotent = false, open_world = true }
        keep = { member = "body", query = "form=plain", from = "/body/plain" }
        parameter = [
            { name = "id", type = "string", required = true, path = "id", description = "D" },
            { name = "text", type = "string", body = "body.text", description = "D" },
        ]
    "#;

    fn plan(arguments: Value) -> RequestPlan {
        let tool = read("t.toml", TOOL).unwrap().pop().unwrap();
        let Value::Object(arguments) = arguments else { panic!("no object") };
        RequestPlan::new(&tool, &Arguments::check(&tool, arguments).unwrap()).unwrap()
    }

    #[test]
    fn what_no_argument_sets_is_read_and_sent_back() {
        let mut plan = plan(json!({ "id": "a b" }));
        let keep = plan.keep.take().unwrap();
        assert_eq!((keep.read.method, keep.read.path.as_str()), ("GET", "/things/a%20b"));
        assert_eq!((keep.read.query.as_str(), keep.read.read_only), ("form=plain", true));
        plan.fill(&keep, &json!({ "body": { "plain": { "text": "old" } } })).unwrap();
        assert_eq!(plan.body, Some(json!({ "body": { "text": "old" } })));
    }

    #[test]
    fn what_an_argument_sets_is_not_read() {
        let plan = plan(json!({ "id": "1", "text": "new" }));
        assert_eq!((plan.keep, plan.body), (None, Some(json!({ "body": { "text": "new" } }))));
    }

    #[test]
    fn an_answer_without_it_is_said_to_be_one() {
        let mut plan = plan(json!({ "id": "1" }));
        let keep = plan.keep.take().unwrap();
        for answer in [json!({}), json!({ "body": {} }), json!({ "body": { "plain": null } }), json!("x")] {
            let problem = plan.fill(&keep, &answer).unwrap_err();
            assert_eq!(problem.to_string(), "the present body could not be read back; give it in the call");
        }
    }
}
