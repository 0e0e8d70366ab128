//! Conditions on fields of spaces.

use sqlx::{QueryBuilder, Sqlite};

use super::contents::{label, starred_by};
use super::{Asker, known_type, number};
use crate::cql::ast::{Field, Operator};
use crate::cql::error::CqlError;
use crate::search::text::plain_words;

/// Appends that a field of `spaces s` has a value. Fields that only content has are never equal to anything.
pub(super) fn one_value(
    sql: &mut QueryBuilder<Sqlite>,
    field: Field,
    value: String,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    match field {
        Field::Type => sql.push(if known_type(value)? == "space" { "1" } else { "0" }),
        Field::Id => sql.push("s.id = ").push_bind(number(field, &value)?),
        Field::Space | Field::SpaceKey => sql.push("s.key = ").push_bind(value),
        Field::SpaceTitle | Field::Title => sql.push("s.name = ").push_bind(value).push(" COLLATE NOCASE"),
        Field::SpaceType => sql.push("s.type = ").push_bind(value.to_ascii_lowercase()),
        Field::Creator | Field::Contributor => sql.push("s.author_id = ").push_bind(value),
        Field::Label => {
            sql.push("s.id IN (SELECT space_id FROM space_labels JOIN labels ON labels.id = label_id WHERE ");
            label(sql, &value);
            sql.push(")")
        }
        Field::Watcher => sql
            .push("CAST(s.id AS TEXT) IN (SELECT target_id FROM watches WHERE target_type = 'space' AND account_id = ")
            .push_bind(value)
            .push(")"),
        Field::Favourite => {
            sql.push("CAST(s.id AS TEXT) IN (SELECT target_id FROM relations WHERE target_type = 'space' AND ");
            starred_by(sql, value, asker);
            sql.push(")")
        }
        Field::Ancestor | Field::Parent | Field::Container => {
            number(field, &value)?;
            sql.push("0")
        }
        Field::Subtype | Field::Mention | Field::Macro => sql.push("0"),
        _ => return Err(CqlError::Operator { field: field.as_str(), operator: "=" }),
    };
    Ok(())
}

/// Appends that name or description of a space hold every word. No index knows them: there are few spaces.
pub(super) fn matches(sql: &mut QueryBuilder<Sqlite>, operator: Operator, text: &str) {
    sql.push(if operator == Operator::Matches { "(" } else { "NOT (" });
    let words = plain_words(text);
    sql.push(if words.is_empty() { "0" } else { "1" });
    for word in words {
        sql.push(" AND instr(lower(s.name || ' ' || s.description), ").push_bind(word).push(") > 0");
    }
    sql.push(")");
}
