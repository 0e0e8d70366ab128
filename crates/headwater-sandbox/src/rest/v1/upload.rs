//! Reading uploads: `multipart/form-data` with files, comments and a switch for minor edits.

use axum::body::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;

use crate::request::v1_error::bad_request;
use crate::request::{Call, Refusal};

/// An uploaded file and the fields sent with it.
pub(super) struct Upload {
    pub(super) files: Vec<Part>,
    pub(super) minor_edit: bool,
}

/// One file.
pub(super) struct Part {
    pub(super) name: String,
    pub(super) media_type: String,
    pub(super) comment: String,
    pub(super) data: Bytes,
}

/// Reads the body of a request. Comments belong to the files in their order.
pub(super) async fn read(call: &Call) -> Result<Upload, Refusal> {
    let content_type =
        call.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let boundary = multer::parse_boundary(content_type)
        .map_err(|_| bad_request("The request must be multipart/form-data with a boundary"))?;
    let body = stream::iter([Ok::<_, std::io::Error>(call.body.clone())]);
    let mut parts = multer::Multipart::new(body, boundary);
    let mut upload = Upload { files: Vec::new(), minor_edit: false };
    let mut comments = Vec::new();
    while let Some(field) = parts.next_field().await.map_err(|error| malformed(&error))? {
        match field.name() {
            Some("file") => upload.files.push(read_file(field).await?),
            Some("comment") => comments.push(text(field).await?),
            Some("minorEdit") => upload.minor_edit = text(field).await?.eq_ignore_ascii_case("true"),
            _ => {}
        }
    }
    if upload.files.is_empty() {
        return Err(bad_request("At least one file part named `file` is required"));
    }
    if !comments.is_empty() && comments.len() != upload.files.len() {
        return Err(bad_request("There must be as many comments as files, or none"));
    }
    for (file, comment) in upload.files.iter_mut().zip(comments) {
        file.comment = comment;
    }
    Ok(upload)
}

/// Refuses names that a file cannot have.
pub(super) fn check_name(name: &str) -> Result<(), Refusal> {
    if name.is_empty() || name.contains('/') || name.chars().count() > 255 {
        return Err(bad_request(&format!("The file name '{name}' is empty, too long or holds a slash")));
    }
    Ok(())
}

async fn read_file(field: multer::Field<'_>) -> Result<Part, Refusal> {
    let name = field.file_name().unwrap_or_default().to_owned();
    check_name(&name)?;
    let media_type = field.content_type().map_or_else(|| guess(&name).to_owned(), ToString::to_string);
    let data = field.bytes().await.map_err(|error| malformed(&error))?;
    Ok(Part { name, media_type, comment: String::new(), data })
}

/// Reads a text field. Text without a named encoding is ISO-8859-1.
async fn text(field: multer::Field<'_>) -> Result<String, Refusal> {
    let named = field.content_type().and_then(|kind| kind.get_param("charset")).map(|name| name.to_string());
    let bytes = field.bytes().await.map_err(|error| malformed(&error))?;
    Ok(match named {
        Some(name) if name.eq_ignore_ascii_case("utf-8") => String::from_utf8_lossy(&bytes).into_owned(),
        _ => bytes.iter().map(|byte| char::from(*byte)).collect(),
    })
}

fn guess(name: &str) -> &'static str {
    let (_, ending) = name.rsplit_once('.').unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "pdf" => "application/pdf",
        "txt" | "md" | "log" => "text/plain",
        "csv" => "text/csv",
        "json" => "application/json",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

fn malformed(error: &multer::Error) -> Refusal {
    bad_request(&format!("The multipart body cannot be read: {error}"))
}
