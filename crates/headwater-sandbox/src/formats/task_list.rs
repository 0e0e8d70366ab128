//! Tasks in storage format: `<ac:task>` with an id, a state and a body.

const START: &str = "<ac:task>";
const END: &str = "</ac:task>";

/// A task in a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) local_id: String,
    pub(crate) complete: bool,
    /// Storage format.
    pub(crate) body: String,
    /// The first person that the body mentions.
    pub(crate) assignee_id: Option<String>,
    /// The first date in the body, as `2026-11-01`.
    pub(crate) due_on: Option<String>,
}

/// Reads all tasks of a body, in order. One without an id cannot be told from others, and is left out.
pub(crate) fn read(storage: &str) -> Vec<Written> {
    storage.split(START).skip(1).filter_map(|rest| rest.split(END).next()).filter_map(read_one).collect()
}

fn read_one(task: &str) -> Option<Written> {
    let local_id = between(task, "<ac:task-id>", "</ac:task-id>")?.trim().to_owned();
    let body = between(task, "<ac:task-body>", "</ac:task-body>").unwrap_or_default().trim().to_owned();
    Some(Written {
        local_id,
        complete: between(task, "<ac:task-status>", "</ac:task-status>") == Some("complete"),
        assignee_id: between(&body, "ri:account-id=\"", "\"").map(str::to_owned),
        due_on: between(&body, "<time datetime=\"", "\"").map(str::to_owned),
        body,
    })
}

/// Returns the body with another state of one of its tasks.
pub(crate) fn set_status(storage: &str, local_id: &str, complete: bool) -> String {
    let mut pieces = storage.split(START);
    let mut written = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        written.push_str(START);
        let is_it =
            read_one(piece.split(END).next().unwrap_or_default()).is_some_and(|it| it.local_id == local_id);
        if is_it {
            let (from, to) = if complete { ("incomplete", "complete") } else { ("complete", "incomplete") };
            let element = |word: &str| format!("<ac:task-status>{word}</ac:task-status>");
            written.push_str(&piece.replacen(&element(from), &element(to), 1));
        } else {
            written.push_str(piece);
        }
    }
    written
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split_once(end).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "<p>Do</p><ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete\
        </ac:task-status><ac:task-body>ask <ac:link><ri:user ri:account-id=\"712020:x\" /></ac:link> by \
        <time datetime=\"2026-11-30\" /></ac:task-body></ac:task><ac:task><ac:task-id>2</ac:task-id>\
        <ac:task-status>complete</ac:task-status><ac:task-body>done</ac:task-body></ac:task></ac:task-list>";

    #[test]
    fn tasks_are_read_with_whom_and_when() {
        let tasks = read(BODY);
        assert_eq!(tasks.len(), 2);
        assert_eq!((tasks[0].local_id.as_str(), tasks[0].complete), ("1", false));
        assert_eq!(tasks[0].assignee_id.as_deref(), Some("712020:x"));
        assert_eq!(tasks[0].due_on.as_deref(), Some("2026-11-30"));
        assert_eq!((tasks[1].complete, tasks[1].body.as_str(), &tasks[1].due_on), (true, "done", &None));
        assert_eq!(read("<p>none</p>"), []);
        assert_eq!(read("<ac:task><ac:task-body>x</ac:task-body>"), []);
    }

    #[test]
    fn one_task_changes_its_state() {
        let done = set_status(BODY, "1", true);
        assert!(read(&done).iter().all(|task| task.complete));
        assert_eq!(set_status(&done, "1", false), BODY);
        assert_eq!(set_status(BODY, "9", true), BODY);
        assert_eq!(set_status(BODY, "2", true), BODY);
    }
}
