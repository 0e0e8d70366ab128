//! Tasks.

use serde::Serialize;

use super::{Body, Container};
use crate::storage::tasks;
use crate::timestamp::iso;

/// A task on a page or blog post.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Task {
    id: String,
    local_id: String,
    space_id: String,
    /// `complete` or `incomplete`.
    status: &'static str,
    body: Body,
    created_by: String,
    assigned_to: Option<String>,
    completed_by: Option<String>,
    created_at: String,
    updated_at: String,
    due_at: Option<String>,
    completed_at: Option<String>,
    #[serde(flatten)]
    container: Container,
}

impl Task {
    /// Takes a task and its body in the wanted format.
    pub(crate) fn new(task: &tasks::Task, body: Body) -> Self {
        Self {
            id: task.id.to_string(),
            local_id: task.local_id.clone(),
            space_id: task.space_id.to_string(),
            status: tasks::word(task.complete),
            body,
            created_by: task.creator_id.clone(),
            assigned_to: task.assignee_id.clone(),
            completed_by: task.completer_id.clone(),
            created_at: iso(task.created_at),
            updated_at: iso(task.updated_at),
            due_at: task.due_at.map(iso),
            completed_at: task.completed_at.map(iso),
            container: Container::new(task.kind, task.content_id),
        }
    }
}
