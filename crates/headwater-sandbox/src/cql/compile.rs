//! From a query to SQL with bound values: no text of a user ever becomes SQL.

use crate::storage::access::{push_with, visible};
use sqlx::{QueryBuilder, Sqlite};

use super::ast::{Clause, Condition, Field, Function, Operand, Operator, Order, Query};
use super::date::Moment;
use super::error::CqlError;
use super::text::match_expression;

/// Types that can be asked for.
const TYPES: [&str; 11] = [
    "space",
    "user",
    "page",
    "blogpost",
    "comment",
    "attachment",
    "database",
    "whiteboard",
    "slide",
    "embed",
    "folder",
];

/// Whose query it is, and when.
pub(crate) struct Asker<'a> {
    pub(crate) cloud_id: &'a str,
    pub(crate) account_id: &'a str,
    pub(crate) moment: Moment,
}

/// Appends `FROM … WHERE …`: what the asker may see of what the query asks for.
pub(crate) fn push_from(
    sql: &mut QueryBuilder<Sqlite>,
    query: &Query,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    sql.push(" FROM contents c JOIN spaces s ON s.id = c.space_id WHERE c.cloud_id = ")
        .push_bind(asker.cloud_id.to_owned());
    sql.push(" AND s.status = 'current' AND c.status = 'current' AND ");
    push_with(sql, visible!("c", "{cloud}", "{account}"), asker.cloud_id, Some(asker.account_id));
    sql.push(" AND (c.container_id IS NULL");
    sql.push(" OR c.container_id IN (SELECT k.id FROM contents k WHERE k.status = 'current')) AND ");
    condition(sql, &query.condition, asker)
}

/// Appends `ORDER BY …`; results without an order come by id.
pub(crate) fn push_order(sql: &mut QueryBuilder<Sqlite>, order: &[Order]) -> Result<(), CqlError> {
    sql.push(" ORDER BY ");
    for part in order {
        sql.push(match part.field {
            Field::Created => "c.created_at",
            Field::LastModified => LAST_MODIFIED,
            Field::Title => "c.title_key",
            Field::Id => "c.id",
            Field::Space => "s.key",
            Field::Type => "c.type",
            Field::Creator => "c.author_id",
            other => return Err(CqlError::Order { field: other.as_str() }),
        });
        sql.push(if part.descending { " DESC, " } else { ", " });
    }
    sql.push("c.id");
    Ok(())
}

/// When content was changed last, as SQL.
pub(crate) const LAST_MODIFIED: &str =
    "(SELECT v.created_at FROM versions v WHERE v.content_id = c.id ORDER BY v.number DESC LIMIT 1)";

fn condition(sql: &mut QueryBuilder<Sqlite>, it: &Condition, asker: &Asker<'_>) -> Result<(), CqlError> {
    match it {
        Condition::Clause(it) => clause(sql, it, asker),
        Condition::Not(inner) => {
            sql.push("NOT (");
            condition(sql, inner, asker)?;
            sql.push(")");
            Ok(())
        }
        Condition::And(parts) => joined(sql, parts, " AND ", asker),
        Condition::Or(parts) => joined(sql, parts, " OR ", asker),
    }
}

fn joined(
    sql: &mut QueryBuilder<Sqlite>,
    parts: &[Condition],
    word: &'static str,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    sql.push("(");
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            sql.push(word);
        }
        condition(sql, part, asker)?;
    }
    sql.push(")");
    Ok(())
}

fn clause(sql: &mut QueryBuilder<Sqlite>, it: &Clause, asker: &Asker<'_>) -> Result<(), CqlError> {
    match it.field {
        Field::Created => dates(sql, it, "c.created_at", asker),
        Field::LastModified => dates(sql, it, LAST_MODIFIED, asker),
        Field::Text | Field::SiteSearch => matches(sql, it, ""),
        Field::Title if is_match(it.operator) => matches(sql, it, "title : "),
        Field::SpaceTitle if is_match(it.operator) => {
            let pattern = format!("%{}%", texts(it, asker)?.concat().replace(['%', '_'], ""));
            sql.push(if it.operator == Operator::Matches { "s.name LIKE " } else { "s.name NOT LIKE " })
                .push_bind(pattern);
            Ok(())
        }
        _ => equals(sql, it, asker),
    }
}

const fn is_match(operator: Operator) -> bool {
    matches!(operator, Operator::Matches | Operator::MatchesNot)
}

/// Fields that are equal or not: each value is one alternative.
fn equals(sql: &mut QueryBuilder<Sqlite>, it: &Clause, asker: &Asker<'_>) -> Result<(), CqlError> {
    let negated = match it.operator {
        Operator::Equal | Operator::In => false,
        Operator::NotEqual | Operator::NotIn => true,
        other => return Err(CqlError::Operator { field: it.field.as_str(), operator: other.as_str() }),
    };
    sql.push(if negated { "NOT (" } else { "(" });
    for (place, value) in texts(it, asker)?.into_iter().enumerate() {
        if place > 0 {
            sql.push(" OR ");
        }
        one_value(sql, it.field, value)?;
    }
    sql.push(")");
    Ok(())
}

fn one_value(sql: &mut QueryBuilder<Sqlite>, field: Field, value: String) -> Result<(), CqlError> {
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
        Field::Space => sql.push("s.key = ").push_bind(value),
        Field::SpaceTitle => sql.push("s.name = ").push_bind(value),
        Field::SpaceType => sql.push("s.type = ").push_bind(value.to_ascii_lowercase()),
        Field::Title => sql.push("c.title_key = ").push_bind(value.to_lowercase()),
        Field::Label => {
            let (prefix, name) =
                value.split_once(':').map_or(("%", value.as_str()), |(prefix, name)| (prefix, name));
            sql.push("c.id IN (SELECT content_id FROM content_labels JOIN labels ON labels.id = label_id WHERE name = ");
            sql.push_bind(name.to_lowercase())
                .push(" AND prefix LIKE ")
                .push_bind(prefix.to_owned())
                .push(")")
        }
        Field::Creator | Field::Watcher => sql.push("c.author_id = ").push_bind(value),
        Field::Contributor => sql
            .push("EXISTS (SELECT 1 FROM versions v WHERE v.content_id = c.id AND v.author_id = ")
            .push_bind(value)
            .push(")"),
        Field::Mention => {
            sql.push("instr(c.body, ").push_bind(format!("ri:account-id=\"{value}\"")).push(") > 0")
        }
        Field::Macro => sql.push("instr(c.body, ").push_bind(format!("ac:name=\"{value}\"")).push(") > 0"),
        // Nobody has favourites here: there is no way to mark any.
        Field::Favourite => sql.push("0"),
        Field::Created | Field::LastModified | Field::Text | Field::SiteSearch => {
            return Err(CqlError::Operator { field: field.as_str(), operator: "=" });
        }
    };
    Ok(())
}

fn dates(
    sql: &mut QueryBuilder<Sqlite>,
    it: &Clause,
    column: &'static str,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    let [operand] = &it.values[..] else {
        return Err(CqlError::Operator { field: it.field.as_str(), operator: it.operator.as_str() });
    };
    let span = asker.moment.span(it.field, operand)?;
    sql.push("(").push(column);
    match it.operator {
        Operator::Greater => sql.push(" >= ").push_bind(span.end),
        Operator::GreaterOrEqual => sql.push(" >= ").push_bind(span.begin),
        Operator::Less => sql.push(" < ").push_bind(span.begin),
        Operator::LessOrEqual => sql.push(" < ").push_bind(span.end),
        Operator::Equal => sql.push(" BETWEEN ").push_bind(span.begin).push(" AND ").push_bind(span.end - 1),
        Operator::NotEqual => {
            sql.push(" NOT BETWEEN ").push_bind(span.begin).push(" AND ").push_bind(span.end - 1)
        }
        other => return Err(CqlError::Operator { field: it.field.as_str(), operator: other.as_str() }),
    };
    sql.push(")");
    Ok(())
}

fn matches(sql: &mut QueryBuilder<Sqlite>, it: &Clause, column: &str) -> Result<(), CqlError> {
    let (Operator::Matches | Operator::MatchesNot, [Operand::Text(text)]) = (it.operator, &it.values[..])
    else {
        return Err(CqlError::Operator { field: it.field.as_str(), operator: it.operator.as_str() });
    };
    sql.push(if it.operator == Operator::Matches { "c.id IN (" } else { "c.id NOT IN (" });
    match match_expression(text) {
        None => sql.push("NULL"),
        Some(expression) => sql
            .push("SELECT rowid FROM content_search WHERE content_search MATCH ")
            .push_bind(format!("{column}({expression})")),
    };
    sql.push(")");
    Ok(())
}

/// The texts of a clause's values; `currentUser()` is the asker.
fn texts(it: &Clause, asker: &Asker<'_>) -> Result<Vec<String>, CqlError> {
    let text = |operand: &Operand| match operand {
        Operand::Text(text) => Ok(text.clone()),
        Operand::Function(Function::CurrentUser, _) => Ok(asker.account_id.to_owned()),
        Operand::Function(_, _) => Err(CqlError::Value {
            field: it.field.as_str(),
            value: operand.to_string(),
            expected: "this function gives a date",
        }),
    };
    it.values.iter().map(text).collect()
}

fn number(field: Field, value: &str) -> Result<i64, CqlError> {
    let digits = value.strip_prefix("att").unwrap_or(value);
    let wrong =
        || CqlError::Value { field: field.as_str(), value: value.to_owned(), expected: "give a content id" };
    digits.parse().map_err(|_| wrong())
}

fn known_type(value: String) -> Result<String, CqlError> {
    let lower = value.to_ascii_lowercase();
    if TYPES.contains(&lower.as_str()) {
        Ok(lower)
    } else {
        Err(CqlError::UnknownType { value, known: TYPES.join(", ") })
    }
}

/// Every positive full-text expression of a query, for marking what was found.
pub(crate) fn marks(it: &Condition, into: &mut Vec<String>) {
    match it {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| marks(part, into)),
        Condition::Clause(clause) if clause.operator == Operator::Matches => {
            into.extend(clause.values.iter().filter_map(|value| match value {
                Operand::Text(text) => match_expression(text).map(|it| format!("({it})")),
                Operand::Function(_, _) => None,
            }));
        }
        Condition::Not(_) | Condition::Clause(_) => {}
    }
}
