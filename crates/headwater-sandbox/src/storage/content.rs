//! Content: pages, blog posts, folders, comments and so on share one table and one id space.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::StorageError;

/// One piece of content, in its newest version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Content {
    pub(crate) id: i64,
    pub(crate) cloud_id: String,
    pub(crate) kind: Kind,
    /// Comments: `footer` or `inline`. Pages: `live` or nothing. Custom content: the type its app gave it.
    pub(crate) subtype: Option<String>,
    pub(crate) status: Status,
    pub(crate) title: String,
    pub(crate) space_id: i64,
    /// The node of the tree above, or the comment that is answered.
    pub(crate) parent_id: Option<i64>,
    pub(crate) parent_kind: Option<Kind>,
    /// The container of comments, attachments and custom content.
    pub(crate) container_id: Option<i64>,
    pub(crate) position: Option<i64>,
    /// The former parent of a trashed node of the tree.
    pub(crate) previous_parent_id: Option<i64>,
    pub(crate) author_id: String,
    pub(crate) owner_id: String,
    pub(crate) last_owner_id: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) version: i64,
    /// Storage format.
    pub(crate) body: String,
    /// True when only its author sees it.
    pub(crate) private: bool,
    pub(crate) share_id: String,
}

/// The kinds of content; the column is called `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Page,
    BlogPost,
    Comment,
    Attachment,
    /// Content of apps; the subtype says which of their types it is.
    Custom,
    Whiteboard,
    Database,
    Folder,
    /// A smart link in the tree.
    Embed,
}

/// The status of content in its life cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Current,
    Draft,
    Trashed,
    Archived,
}

impl Content {
    /// Returns whether its status lets this user see it: drafts are their author's alone. Permissions and
    /// restrictions are checked elsewhere.
    pub(crate) fn visible_to(&self, account_id: &str) -> bool {
        self.status != Status::Draft || self.author_id == account_id
    }

    pub(crate) fn read(row: &SqliteRow) -> Result<Self, StorageError> {
        let kind: &str = row.try_get("type")?;
        let status: &str = row.try_get("status")?;
        let unknown = |column, value: &str| StorageError::Unknown { column, value: value.to_owned() };
        let parent_kind: Option<&str> = row.try_get("parent_type")?;
        Ok(Self {
            id: row.try_get("id")?,
            cloud_id: row.try_get("cloud_id")?,
            kind: Kind::parse(kind).ok_or_else(|| unknown("contents.type", kind))?,
            subtype: row.try_get("subtype")?,
            status: Status::parse(status).ok_or_else(|| unknown("contents.status", status))?,
            title: row.try_get("title")?,
            space_id: row.try_get("space_id")?,
            parent_id: row.try_get("parent_id")?,
            parent_kind: parent_kind.and_then(Kind::parse),
            container_id: row.try_get("container_id")?,
            position: row.try_get("position")?,
            previous_parent_id: row.try_get("previous_parent_id")?,
            author_id: row.try_get("author_id")?,
            owner_id: row.try_get("owner_id")?,
            last_owner_id: row.try_get("last_owner_id")?,
            created_at: row.try_get("created_at")?,
            version: row.try_get("version")?,
            body: row.try_get("body")?,
            private: row.try_get("private")?,
            share_id: row.try_get("share_id")?,
        })
    }
}

impl Kind {
    /// The kinds that have a place in the page tree of a space.
    pub(crate) const TREE: [Self; 5] =
        [Self::Page, Self::Whiteboard, Self::Database, Self::Folder, Self::Embed];

    const ALL: [Self; 9] = [
        Self::Page,
        Self::BlogPost,
        Self::Comment,
        Self::Attachment,
        Self::Custom,
        Self::Whiteboard,
        Self::Database,
        Self::Folder,
        Self::Embed,
    ];

    /// Returns whether it has a place in the page tree of its space.
    pub(crate) fn is_in_tree(self) -> bool {
        Self::TREE.contains(&self)
    }

    /// Returns the word for it in the database, in CQL and in v1 replies.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::BlogPost => "blogpost",
            Self::Comment => "comment",
            Self::Attachment => "attachment",
            Self::Custom => "custom",
            Self::Whiteboard => "whiteboard",
            Self::Database => "database",
            Self::Folder => "folder",
            Self::Embed => "embed",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl Status {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Draft => "draft",
            Self::Trashed => "trashed",
            Self::Archived => "archived",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Current, Self::Draft, Self::Trashed, Self::Archived]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}
