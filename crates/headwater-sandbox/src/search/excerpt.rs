//! Excerpts of the text of results.

use sqlx::SqliteConnection;

use crate::formats::html::escape;
use crate::storage::StorageError;
use crate::storage::content::Content;

/// The characters that stand for highlight marks until the text around them is escaped.
const OPEN: char = '\u{1}';
const CLOSE: char = '\u{2}';
/// The number of words in an excerpt around the words found: 150 to 450 letters [live].
const WORDS: i64 = 45;
/// The number of letters of an excerpt when no words were looked for.
const BEGINNING: usize = 300;
/// The number of letters of an indexed excerpt [live].
const INDEXED: usize = 50;

/// The kinds of excerpts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excerpt {
    /// Around the words found, which are marked.
    Highlight { escaped: bool },
    /// The beginning of the text.
    Indexed { escaped: bool },
    /// Nothing.
    None,
}

impl Excerpt {
    /// Reads the parameter; absent means highlights, an unknown word nothing [live].
    pub(crate) fn parse(word: Option<&str>) -> Self {
        match word {
            None | Some("highlight") => Self::Highlight { escaped: true },
            Some("highlight_unescaped") => Self::Highlight { escaped: false },
            Some("indexed") => Self::Indexed { escaped: true },
            Some("indexed_unescaped") => Self::Indexed { escaped: false },
            Some(_) => Self::None,
        }
    }

    const fn is_escaped(self) -> bool {
        matches!(self, Self::Highlight { escaped: true } | Self::Indexed { escaped: true })
    }
}

/// Returns title and excerpt of content; `marks` is the expression whose words are marked, empty for none.
pub(super) async fn of_content(
    connection: &mut SqliteConnection,
    content: &Content,
    marks: &str,
    wanted: Excerpt,
) -> Result<(String, String), StorageError> {
    let found: Option<(String, String)> = if marks.is_empty() {
        None
    } else {
        sqlx::query_as(
            "SELECT highlight(content_search, 0, ?1, ?2), snippet(content_search, 1, ?1, ?2, '…', ?3)
             FROM content_search WHERE content_search MATCH ?4 AND rowid = ?5",
        )
        .bind(OPEN.to_string())
        .bind(CLOSE.to_string())
        .bind(WORDS)
        .bind(marks)
        .bind(content.id)
        .fetch_optional(&mut *connection)
        .await?
    };
    let title = found.as_ref().map_or_else(|| escape(&content.title), |(title, _)| marked(&escape(title)));
    let excerpt = match (wanted, found) {
        (Excerpt::None, _) => String::new(),
        (Excerpt::Highlight { escaped }, Some((_, snippet))) => {
            marked(&if escaped { escape(&snippet) } else { snippet })
        }
        (wanted, _) => of_text(&text(connection, content.id).await?, wanted),
    };
    Ok((title, excerpt))
}

/// Returns the excerpt of a text in which nothing is marked.
pub(super) fn of_text(text: &str, wanted: Excerpt) -> String {
    let length = match wanted {
        Excerpt::Highlight { .. } => BEGINNING,
        Excerpt::Indexed { .. } => INDEXED,
        Excerpt::None => 0,
    };
    let beginning: String = text.chars().take(length).collect();
    if wanted.is_escaped() { escape(&beginning) } else { beginning }
}

async fn text(connection: &mut SqliteConnection, id: i64) -> Result<String, StorageError> {
    let text = sqlx::query_scalar("SELECT body FROM content_search WHERE rowid = ?1");
    Ok(text.bind(id).fetch_optional(connection).await?.unwrap_or_default())
}

fn marked(text: &str) -> String {
    text.replace(OPEN, "@@@hl@@@").replace(CLOSE, "@@@endhl@@@")
}
