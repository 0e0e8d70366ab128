//! Lists of custom content, by type and by container.

use axum::response::Response;
use serde_json::json;

use super::super::documents::list::{everything, spaces_of};
use super::super::documents::{self, find_space};
use super::super::paging::{Page, Paging, Sort, down, up};
use super::super::parameter::{ids, path_id};
use super::{body, check_type, show};
use crate::request::v2_error::invalid_parameter;
use crate::request::{Call, Refusal};
use crate::storage::content::{Kind, Status};
use crate::storage::listing::{self, By, Filter};

const SORTS: &[Sort] = &[
    up("id", By::Id),
    down("-id", By::Id),
    up("created-date", By::CreatedAt),
    down("-created-date", By::CreatedAt),
    up("modified-date", By::ModifiedAt),
    down("-modified-date", By::ModifiedAt),
    up("title", By::Title),
    down("-title", By::Title),
];

const CHILD_SORTS: &[Sort] = &[
    up("created-date", By::CreatedAt),
    down("-created-date", By::CreatedAt),
    up("id", By::Id),
    down("-id", By::Id),
    up("modified-date", By::ModifiedAt),
    down("-modified-date", By::ModifiedAt),
];

/// Lists all custom content of a type on the site.
pub(super) async fn everywhere(call: Call) -> Result<Response, Refusal> {
    let ids_wanted = ids(&call.query, "id", 250)?;
    let space_ids = ids(&call.query, "space-id", 100)?;
    list(call, &ids_wanted, &space_ids, None).await
}

/// Lists the custom content of a type in content of this kind.
pub(super) async fn of_container(call: Call, kind: Kind) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    documents::find(&call, &mut tx, kind, id).await?;
    drop(tx);
    list(call, &[], &[], Some(id)).await
}

/// Lists the custom content of a type in a space, in any container.
pub(super) async fn of_space(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let mut tx = call.begin().await?;
    find_space(&call, &mut tx, id).await?;
    drop(tx);
    list(call, &[], &[id], None).await
}

/// Lists the custom content below custom content, of any type.
pub(super) async fn children(call: Call) -> Result<Response, Refusal> {
    let id = path_id(&call, "id")?;
    let paging =
        Paging::read(&call.query, 25, Sort::read(&call.query, CHILD_SORTS, "ChildCustomContentSortOrder")?)?;
    let mut tx = call.begin().await?;
    documents::find(&call, &mut tx, Kind::Custom, id).await?;
    let filter = Filter {
        statuses: &[Status::Current, Status::Archived],
        container_id: Some(id),
        ..everything(&call, Kind::Custom)
    };
    let rows = listing::list(&mut tx, &filter, paging.order(), paging.after.as_ref(), paging.fetch()).await?;
    drop(tx);
    Ok(paging.cut(rows).reply(&call, |row| {
        let child = &row.content;
        json!({
            "id": child.id.to_string(),
            "status": child.status.as_str(),
            "title": child.title,
            "type": child.subtype,
            "spaceId": child.space_id.to_string(),
        })
    }))
}

async fn list(
    call: Call,
    ids: &[i64],
    space_ids: &[i64],
    container_id: Option<i64>,
) -> Result<Response, Refusal> {
    let custom_type = call.query.first("type").filter(|name| !name.is_empty());
    let custom_type = custom_type.ok_or_else(|| {
        invalid_parameter("Required request parameter 'type' for method parameter type String is not present")
    })?;
    check_type(custom_type)?;
    let sort = Sort::read(&call.query, SORTS, "CustomContentSortOrder")?;
    let paging = Paging::read(&call.query, 25, sort)?;
    let format = body::wanted(&call.query, body::LIST_FORMATS)?;
    let filter = Filter {
        statuses: &[Status::Current],
        ids,
        space_ids,
        subtype: Some(custom_type),
        container_id,
        ..everything(&call, Kind::Custom)
    };
    let mut tx = call.begin().await?;
    let rows = listing::list(&mut tx, &filter, paging.order(), paging.after.as_ref(), paging.fetch()).await?;
    let spaces = spaces_of(&call, &mut tx).await?;
    let Page { rows, next } = paging.cut(rows);
    let mut shown = Vec::new();
    for row in rows {
        if let Some(space) = spaces.get(&row.content.space_id) {
            shown.push(show(&call, &mut tx, &row.content, &row.version, space, format).await?);
        }
    }
    Ok(Page { rows: shown, next }.reply(&call, |row| row))
}
