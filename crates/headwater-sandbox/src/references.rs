//! Look-ups of what bodies refer to by name: pages by title, people by account, files by name.

use sqlx::SqliteConnection;

use crate::formats::html::escape;
use crate::formats::storage_format::References;
use crate::formats::storage_format::references::{FileReference, Mentioned, PageReference, mentioned};
use crate::links::{download_path, web_path, web_view_file};
use crate::storage::content::{Content, Kind, Status};
use crate::storage::listing::{By, Filter, Kinds, Order, Parent};
use crate::storage::spaces::Space;
use crate::storage::versions;
use crate::storage::{StorageError, access, attachments, contents, listing, spaces, users};

/// The reader of a body, and the addresses that links in it begin with.
pub(crate) struct Reader<'a> {
    /// The account whose permissions count; `None` sees everything.
    pub(crate) viewer: Option<&'a str>,
    /// The beginning of links to pages and people.
    pub(crate) base: String,
    /// The beginning of links to files.
    pub(crate) files: String,
    /// True in the web view.
    pub(crate) for_people: bool,
}

/// The most pages in a list of children.
const CHILDREN: u32 = 200;

/// Looks up what the body of this content refers to.
pub(crate) async fn look_up(
    connection: &mut SqliteConnection,
    reader: &Reader<'_>,
    content: &Content,
) -> Result<References, StorageError> {
    let wanted = mentioned(&content.body);
    let mut found = References {
        content_id: Some(content.id),
        title: content.title.clone(),
        for_people: reader.for_people,
        base: reader.base.clone(),
        ..References::default()
    };
    for (key, title) in &wanted.pages {
        if let Some(page) = page(connection, reader, content, key, title).await? {
            found.pages.insert((key.clone(), title.to_lowercase()), page);
        }
    }
    for account_id in &wanted.people {
        if let Some(user) = users::find(connection, account_id).await? {
            found.people.insert(account_id.clone(), user.display_name);
        }
    }
    add_files(connection, reader, content, &wanted, &mut found).await?;
    if wanted.children {
        found.children = children(connection, reader, content).await?;
    }
    Ok(found)
}

/// Finds the page that a link names, if it exists and the reader may see it.
async fn page(
    connection: &mut SqliteConnection,
    reader: &Reader<'_>,
    content: &Content,
    key: &str,
    title: &str,
) -> Result<Option<PageReference>, StorageError> {
    let space = match key {
        "" => spaces::find(connection, &content.cloud_id, content.space_id).await?,
        key => spaces::find_by_key(connection, &content.cloud_id, key).await?,
    };
    let Some(space) = space else { return Ok(None) };
    let Some(id) = contents::find_page_by_title(connection, space.id, title).await? else { return Ok(None) };
    let Some(page) = contents::find(connection, &content.cloud_id, id).await? else { return Ok(None) };
    let sees = access::sees(connection, &page, reader.viewer).await?;
    Ok(sees.then(|| reference(&page, &space)))
}

fn reference(page: &Content, space: &Space) -> PageReference {
    PageReference {
        id: page.id,
        version: page.version,
        title: page.title.clone(),
        path: web_path(page, space),
    }
}

/// Adds the files that a body may use: those of its content, or for a comment those of the content it is on.
async fn add_files(
    connection: &mut SqliteConnection,
    reader: &Reader<'_>,
    content: &Content,
    wanted: &Mentioned,
    found: &mut References,
) -> Result<(), StorageError> {
    // Most bodies show no files, and looking them up takes a query for each.
    if !wanted.files {
        return Ok(());
    }
    let container = content.container_id.filter(|_| content.kind == Kind::Comment).unwrap_or(content.id);
    for file in attachments::of_container(connection, container).await? {
        let Some(about) = attachments::find(connection, file.id).await? else { continue };
        let version = versions::find(connection, file.id, file.version).await?;
        let modified_at = version.map_or(file.created_at, |version| version.created_at);
        let address = if reader.for_people {
            web_view_file(file.id, &file.title)
        } else {
            format!("{}{}", reader.files, download_path(&file, modified_at, container))
        };
        let reference = FileReference {
            id: file.id,
            version: file.version,
            container_id: container,
            media_type: about.media_type,
            file_id: about.file_id,
            address,
        };
        found.files.insert(file.title, reference);
    }
    Ok(())
}

/// Replaces the ids of attached files in a body by their names.
pub(crate) async fn name_files(
    connection: &mut SqliteConnection,
    container_id: i64,
    mut storage: String,
) -> Result<String, StorageError> {
    if !storage.contains("<ri:attachment") {
        return Ok(storage);
    }
    for file in attachments::of_container(connection, container_id).await? {
        if let Some(about) = attachments::find(connection, file.id).await? {
            let named = |name: &str| format!("<ri:attachment ri:filename=\"{}\"", escape(name));
            storage = storage.replace(&named(&about.file_id), &named(&file.title));
        }
    }
    Ok(storage)
}

/// Lists the child pages in their order.
async fn children(
    connection: &mut SqliteConnection,
    reader: &Reader<'_>,
    content: &Content,
) -> Result<Vec<PageReference>, StorageError> {
    let Some(space) = spaces::find(connection, &content.cloud_id, content.space_id).await? else {
        return Ok(Vec::new());
    };
    let filter = Filter {
        cloud_id: &content.cloud_id,
        viewer: reader.viewer,
        kind: Kinds::Only(Kind::Page),
        statuses: &[Status::Current],
        ids: &[],
        space_ids: &[],
        title: None,
        subtype: None,
        parent: Parent::Is(content.id),
        container_id: None,
        media_type: None,
        label_id: None,
    };
    let order = Order { by: By::Position, descending: false };
    let rows = listing::list(connection, &filter, order, None, CHILDREN).await?;
    Ok(rows.iter().map(|row| reference(&row.content, &space)).collect())
}
