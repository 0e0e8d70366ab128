//! Attachments: their lists and their bytes.

use axum::extract::{Path, State as Extract};
use axum::response::Response;
use sqlx::SqliteConnection;

use super::content::attached;
use super::page::WebError;
use crate::links::web_view_file;
use crate::media;
use crate::state::State;
use crate::storage::attachments;

/// An attachment in a list.
pub(super) struct FileView {
    pub(super) name: String,
    pub(super) href: String,
    pub(super) media_type: String,
    pub(super) size: String,
    pub(super) is_image: bool,
}

/// Lists the attachments of content.
pub(super) async fn of_content(
    connection: &mut SqliteConnection,
    id: i64,
) -> Result<Vec<FileView>, WebError> {
    let mut files = Vec::new();
    for content in attached(&mut *connection, id, "attachment").await? {
        if let Some(file) = attachments::find(&mut *connection, content.id).await? {
            files.push(FileView {
                href: web_view_file(content.id, &content.title),
                name: content.title,
                is_image: file.media_type.starts_with("image/"),
                media_type: file.media_type,
                size: size(file.file_size),
            });
        }
    }
    Ok(files)
}

/// Serves the bytes of an attachment; the name in the address is for people.
pub(super) async fn file(
    Extract(state): Extract<State>,
    Path((id, _)): Path<(i64, String)>,
) -> Result<Response, WebError> {
    let mut tx = state.storage.begin().await?;
    media::download(&mut tx, id).await?.ok_or(WebError::Missing)
}

/// Returns a number of bytes as people read it.
fn size(bytes: i64) -> String {
    match bytes {
        ..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KB", (bytes + 512) / 1024),
        _ => format!("{} MB", (bytes + 524_288) / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_rounded() {
        for (bytes, expected) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1500, "1 KB"),
            (1_048_575, "1024 KB"),
            (3_000_000, "3 MB"),
        ] {
            assert_eq!(size(bytes), expected);
        }
    }
}
