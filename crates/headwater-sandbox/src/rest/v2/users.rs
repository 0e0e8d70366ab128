//! Looking users up by their accounts, and asking who has access by email.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::entities;
use super::fields::Fields;
use super::paging::Page;
use crate::request::v2_error::invalid_body;
use crate::request::{Call, Refusal};
use crate::rest::{Handlers, handlers};
use crate::storage::spaces;
use crate::storage::users::{self, User};

/// The most accounts that can be looked up at once.
const MOST: usize = 250;

/// The operations on users.
pub(super) const HANDLERS: Handlers = handlers! { |call|
    "createBulkUserLookup" => bulk(call),
    "checkAccessByEmail" => check_access(call),
    "inviteByEmail" => invite(call),
};

/// Looks up several users. Unknown accounts are left out.
async fn bulk(call: Call) -> Result<Response, Refusal> {
    let ids = strings(&call.body, "accountIds")?;
    if ids.len() > MOST {
        return Err(invalid_body(format!("accountIds: size must be between 1 and {MOST}")));
    }
    let mut tx = call.begin().await?;
    let mut rows = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for id in &ids {
        if let Some(user) = users::find(&mut tx, id).await?
            && !seen.contains(&id.as_str())
        {
            seen.push(id);
            rows.push(show(&call, &mut tx, &user).await?);
        }
    }
    Ok(Page { rows, next: None }.reply(&call, |row| row))
}

async fn check_access(call: Call) -> Result<Response, Refusal> {
    let emails = strings(&call.body, "emails")?;
    let (valid, invalid): (Vec<_>, Vec<_>) = emails.into_iter().partition(|email| is_address(email));
    let mut tx = call.begin().await?;
    let people = users::all(&mut tx).await?;
    let without: Vec<&String> = valid.iter().filter(|email| !knows(&people, email)).collect();
    Ok(Json(json!({ "emailsWithoutAccess": without, "invalidEmails": invalid })).into_response())
}

/// Invites people by email. They can use the site at once; what is no address is ignored.
async fn invite(call: Call) -> Result<Response, Refusal> {
    let emails = strings(&call.body, "emails")?;
    let mut tx = call.begin().await?;
    for email in emails.iter().filter(|email| is_address(email)) {
        if knows(&users::all(&mut tx).await?, email) {
            continue;
        }
        let user = User {
            account_id: format!("712020:{}", call.new_uuid()),
            display_name: email.split('@').next().unwrap_or_default().to_owned(),
            email: email.clone(),
            time_zone: "+00:00".to_owned(),
        };
        users::insert(&mut tx, &user).await?;
    }
    tx.commit().await?;
    Ok(StatusCode::OK.into_response())
}

async fn show(
    call: &Call,
    connection: &mut SqliteConnection,
    user: &User,
) -> Result<entities::User, Refusal> {
    let key: String = user.account_id.chars().filter(|letter| !":-".contains(*letter)).collect();
    let space = spaces::find_by_key(connection, &call.site.cloud_id, &format!("~{key}")).await?;
    Ok(entities::User::new(user, space.map(|space| space.id)))
}

fn strings(body: &[u8], name: &str) -> Result<Vec<String>, Refusal> {
    let fields = Fields::read(body)?;
    fields.require(&[name])?;
    let list = fields.value(name).and_then(Value::as_array).cloned();
    let list: Option<Vec<String>> =
        list.and_then(|list| list.iter().map(|value| value.as_str().map(str::to_owned)).collect());
    match list {
        Some(list) if list.is_empty() => Err(invalid_body(format!("{name}: must not be empty"))),
        Some(list) => Ok(list),
        None => Err(invalid_body(format!("{name}: must be a list of strings"))),
    }
}

fn is_address(text: &str) -> bool {
    let mut parts = text.split('@');
    let (name, host, more) = (parts.next(), parts.next(), parts.next());
    name.is_some_and(|name| !name.is_empty())
        && host.is_some_and(|host| host.contains('.') && !host.starts_with('.') && !host.ends_with('.'))
        && more.is_none()
        && !text.contains(char::is_whitespace)
}

fn knows(people: &[User], email: &str) -> bool {
    people.iter().any(|user| user.email.eq_ignore_ascii_case(email))
}
