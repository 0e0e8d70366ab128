//! Conditions on fields of content.

use sqlx::{QueryBuilder, Sqlite};

use super::{Asker, known_type, number};
use crate::cql::ast::Field;
use crate::cql::error::CqlError;
use crate::storage::relations::FAVOURITE;

/// Appends that a field of `contents c` has a value.
pub(super) fn one_value(
    sql: &mut QueryBuilder<Sqlite>,
    field: Field,
    value: String,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    match field {
        Field::Id => sql.push("c.id = ").push_bind(number(field, &value)?),
        Field::Parent => sql.push("c.parent_id IS ").push_bind(number(field, &value)?),
        Field::Container => sql.push("c.container_id IS ").push_bind(number(field, &value)?),
        Field::Ancestor => {
            sql.push("c.id IN (WITH RECURSIVE below (id) AS (SELECT id FROM contents WHERE parent_id = ");
            sql.push_bind(number(field, &value)?);
            sql.push(" UNION SELECT k.id FROM contents k JOIN below ON k.parent_id = below.id) SELECT id FROM below)")
        }
        Field::Type => sql.push("c.type = ").push_bind(known_type(value)?),
        Field::Subtype => sql.push("c.subtype IS ").push_bind(value),
        Field::Space | Field::SpaceKey => sql.push("s.key = ").push_bind(value),
        Field::SpaceTitle => sql.push("s.name = ").push_bind(value).push(" COLLATE NOCASE"),
        Field::SpaceType => sql.push("s.type = ").push_bind(value.to_ascii_lowercase()),
        Field::Title => sql.push("c.title_key = ").push_bind(value.to_lowercase()),
        Field::Label => {
            sql.push("c.id IN (SELECT content_id FROM content_labels JOIN labels ON labels.id = label_id WHERE ");
            label(sql, &value);
            sql.push(")")
        }
        Field::Creator => sql.push("c.author_id = ").push_bind(value),
        Field::Watcher => sql
            .push("CAST(c.id AS TEXT) IN (SELECT target_id FROM watches WHERE target_type = 'content' AND account_id = ")
            .push_bind(value)
            .push(")"),
        Field::Favourite => {
            sql.push("CAST(c.id AS TEXT) IN (SELECT target_id FROM relations WHERE target_type = 'content' AND ");
            starred_by(sql, value, asker);
            sql.push(")")
        }
        Field::Contributor => sql
            .push("EXISTS (SELECT 1 FROM versions v WHERE v.content_id = c.id AND v.author_id = ")
            .push_bind(value)
            .push(")"),
        Field::Mention => {
            sql.push("instr(c.body, ").push_bind(format!("ri:account-id=\"{value}\"")).push(") > 0")
        }
        Field::Macro => sql.push("instr(c.body, ").push_bind(format!("ac:name=\"{value}\"")).push(") > 0"),
        _ => return Err(CqlError::Operator { field: field.as_str(), operator: "=" }),
    };
    Ok(())
}

/// Appends that a row of `labels` has this name, which may have a prefix.
pub(super) fn label(sql: &mut QueryBuilder<Sqlite>, value: &str) {
    let (prefix, name) = value.split_once(':').map_or((None, value), |(prefix, name)| (Some(prefix), name));
    sql.push("name = ").push_bind(name.to_lowercase());
    if let Some(prefix) = prefix {
        sql.push(" AND prefix = ").push_bind(prefix.to_owned());
    }
}

/// Appends that a row of `relations` is somebody's star on this site.
pub(super) fn starred_by(sql: &mut QueryBuilder<Sqlite>, account_id: String, asker: &Asker<'_>) {
    sql.push("name = ").push_bind(FAVOURITE).push(" AND source_type = 'user' AND source_id = ");
    sql.push_bind(account_id).push(" AND cloud_id = ").push_bind(asker.cloud_id.to_owned());
}
