//! Tasks on pages and blog posts.

use axum::response::Response;
use sqlx::SqliteConnection;

use super::comments::rewrite;
use super::entities::{self, Body};
use super::fields::Fields;
use super::paging::{self, Page, Paging, Sort, up};
use super::parameter::{LIST_FORMATS, body_format, boolean, ids, path_id, texts, word};
use crate::access;
use crate::formats::storage_format::References;
use crate::formats::task_list;
use crate::request::v2_error::{invalid_body, not_found, wrong_type};
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::content::Kind;
use crate::storage::contents;
use crate::storage::listing::{After, By, Key};
use crate::storage::tasks::{self, Task};

const SORTS: &[Sort] = &[up("id", By::Id)];
/// The most entries of each list in the query.
const MOST: usize = 250;

/// The operations on tasks.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "getTasks" => list(call),
    "getTaskById" => read(call),
    "updateTask" => update(call),
};

/// The filters of a list of tasks.
struct Filter {
    status: Option<String>,
    blank: bool,
    ids: Vec<i64>,
    space_ids: Vec<i64>,
    page_ids: Vec<i64>,
    blog_post_ids: Vec<i64>,
    creators: Vec<String>,
    assignees: Vec<String>,
    completers: Vec<String>,
    created: Span,
    due: Span,
    completed: Span,
}

/// A span of time: from and to, in milliseconds since 1970, both included.
struct Span(Option<i64>, Option<i64>);

impl Span {
    fn read(call: &Call, name: &str) -> Result<Self, Refusal> {
        let end = |side: &str| {
            let name = format!("{name}-at-{side}");
            let value = call.query.first(&name);
            value.map(|value| value.parse().map_err(|_| wrong_type(&name, value, "long"))).transpose()
        };
        Ok(Self(end("from")?, end("to")?))
    }

    fn holds(&self, at: Option<i64>) -> bool {
        match at {
            Some(at) => self.0.is_none_or(|from| at >= from) && self.1.is_none_or(|to| at <= to),
            None => self.0.is_none() && self.1.is_none(),
        }
    }
}

impl Filter {
    fn read(call: &Call) -> Result<Self, Refusal> {
        let people = |name: &str| -> Result<Vec<String>, Refusal> {
            Ok(texts(&call.query, name, MOST)?.into_iter().map(str::to_owned).collect())
        };
        Ok(Self {
            status: word(&call.query, "status", &["complete", "incomplete"], "TaskStatus")?
                .map(str::to_owned),
            blank: boolean(&call.query, "include-blank-tasks", false)?,
            ids: ids(&call.query, "task-id", MOST)?,
            space_ids: ids(&call.query, "space-id", MOST)?,
            page_ids: ids(&call.query, "page-id", MOST)?,
            blog_post_ids: ids(&call.query, "blogpost-id", MOST)?,
            creators: people("created-by")?,
            assignees: people("assigned-to")?,
            completers: people("completed-by")?,
            created: Span::read(call, "created")?,
            due: Span::read(call, "due")?,
            completed: Span::read(call, "completed")?,
        })
    }

    fn passes(&self, task: &Task) -> bool {
        let id_in = |wanted: &[i64], id: i64| wanted.is_empty() || wanted.contains(&id);
        let person_in = |wanted: &[String], person: Option<&String>| {
            wanted.is_empty() || person.is_some_and(|person| wanted.contains(person))
        };
        let on = |kind: Kind, wanted: &[i64]| {
            wanted.is_empty() || (task.kind == kind && wanted.contains(&task.content_id))
        };
        self.status.as_deref().is_none_or(|status| status == tasks::word(task.complete))
            && (self.blank || !task.body.is_empty())
            && id_in(&self.ids, task.id)
            && id_in(&self.space_ids, task.space_id)
            && on(Kind::Page, &self.page_ids)
            && on(Kind::BlogPost, &self.blog_post_ids)
            && person_in(&self.creators, Some(&task.creator_id))
            && person_in(&self.assignees, task.assignee_id.as_ref())
            && person_in(&self.completers, task.completer_id.as_ref())
            && self.created.holds(Some(task.created_at))
            && self.due.holds(task.due_at)
            && self.completed.holds(task.completed_at)
    }
}

async fn list(call: Call) -> Result<Response, Refusal> {
    let paging = Paging::read(&call.query, 25, Sort::read(&call.query, SORTS, "TaskSortOrder")?)?;
    let format = body_format(&call.query, LIST_FORMATS)?;
    let filter = Filter::read(&call)?;
    let mut tx = call.begin().await?;
    let mut rows = tasks::on_site(&mut tx, &call.site.cloud_id, call.viewer()).await?;
    drop(tx);
    rows.retain(|task| filter.passes(task));
    let Page { rows, next } = paging.cut_all(rows, |task| After { id: task.id, key: Key::Number(task.id) });
    let rows: Result<Vec<entities::Task>, Refusal> = rows.iter().map(|task| show(task, format)).collect();
    Ok(Page { rows: rows?, next }.reply(&call, |row| row))
}

async fn find(call: &Call, connection: &mut SqliteConnection) -> Result<Task, Refusal> {
    let id = path_id(call, "id")?;
    let all = tasks::on_site(connection, &call.site.cloud_id, call.viewer()).await?;
    all.into_iter()
        .find(|task| task.id == id)
        .ok_or_else(|| not_found(format!("Cannot find a task with id [{id}]")))
}

async fn read(call: Call) -> Result<Response, Refusal> {
    let format = body_format(&call.query, LIST_FORMATS)?;
    let mut tx = call.begin().await?;
    let task = find(&call, &mut tx).await?;
    Ok(paging::single(&call, show(&task, format)?))
}

/// The members of a task that are texts.
const MEMBERS: [&str; 12] = [
    "id",
    "localId",
    "spaceId",
    "pageId",
    "blogPostId",
    "createdBy",
    "assignedTo",
    "completedBy",
    "completedAt",
    "createdAt",
    "updatedAt",
    "dueAt",
];

/// Completes a task or opens it again. Its other members are those of the body that it is in.
async fn update(call: Call) -> Result<Response, Refusal> {
    let format = body_format(&call.query, LIST_FORMATS)?;
    let fields = Fields::read(&call.body)?;
    fields.require(&["status"])?;
    // What else a task says may be sent back, and changes nothing.
    for name in MEMBERS {
        fields.text(name)?;
    }
    let complete = match fields.text("status")? {
        Some("complete") => true,
        Some("incomplete") => false,
        other => {
            return Err(invalid_body(format!(
                "Provided value {{{}}} for 'status' is not the correct type. Expected one of [complete, incomplete]",
                other.unwrap_or_default()
            )));
        }
    };
    let mut tx = call.begin().await?;
    let task = find(&call, &mut tx).await?;
    if task.complete != complete {
        let content = contents::reread(&mut tx, task.content_id).await?;
        if !access::may_update(&call, &mut tx, &content).await? {
            return Err(not_found(format!("Cannot find a task with id [{}]", task.id)));
        }
        let body = task_list::set_status(&content.body, &task.local_id, complete);
        rewrite(&mut tx, &content, &body).await?;
        tasks::stamp(&mut tx, task.id, complete.then_some(call.account_id.as_str()), call.now()).await?;
    }
    let task = find(&call, &mut tx).await?;
    tx.commit().await?;
    Ok(paging::single(&call, show(&task, format)?))
}

fn show(task: &Task, format: Option<&str>) -> Result<entities::Task, Refusal> {
    Ok(entities::Task::new(task, Body::of(&task.body, format, &References::default())?))
}
