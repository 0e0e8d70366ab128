//! Compilation of queries to SQL with bound values: no text of a user ever becomes SQL.

mod contents;
mod spaces;

use sqlx::{QueryBuilder, Sqlite};

use super::lexicon::Lexicon;
use super::text::match_expression;
use crate::cql::ast::{Clause, Condition, Field, Operand, Operator, Order};
use crate::cql::date::Moment;
use crate::cql::error::CqlError;
use crate::storage::access::{push_with, readable_spaces, visible};

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

/// The user who searches, and the time of the search.
pub(crate) struct Asker<'a> {
    pub(crate) cloud_id: &'a str,
    pub(crate) account_id: &'a str,
    pub(crate) moment: Moment,
    pub(crate) archived_spaces: bool,
    pub(crate) lexicon: Lexicon,
}

/// The tables that are searched: content and spaces have their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Universe {
    /// The tables `contents c` and `spaces s`.
    Contents,
    /// The table `spaces s`.
    Spaces,
}

/// The order of results.
pub(super) enum Ordering<'a> {
    /// As the query says; without an order by id.
    Written(&'a [Order]),
    /// By how well they fit this expression of the index.
    Relevance(String),
}

/// Appends `SELECT source, id, k0, k1 …` of everything in a universe that the asker may see and that is asked for.
pub(super) fn push_select(
    sql: &mut QueryBuilder<Sqlite>,
    universe: Universe,
    query: &Condition,
    ordering: &Ordering<'_>,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    sql.push(match universe {
        Universe::Contents => "SELECT 0 AS source, c.id AS id",
        Universe::Spaces => "SELECT 1 AS source, s.id AS id",
    });
    match ordering {
        Ordering::Written(order) => {
            for (place, part) in order.iter().enumerate() {
                sql.push(", ").push(order_key(universe, part.field)?).push(format!(" AS k{place}"));
            }
        }
        Ordering::Relevance(_) => drop(sql.push(match universe {
            Universe::Contents => ", relevance.rank AS k0",
            // A space that fits is worth more than any page in it.
            Universe::Spaces => ", -1000.0 AS k0",
        })),
    }
    push_from(sql, universe, query, ordering, asker)
}

/// Appends `FROM … WHERE …`.
pub(super) fn push_from(
    sql: &mut QueryBuilder<Sqlite>,
    universe: Universe,
    query: &Condition,
    ordering: &Ordering<'_>,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    match universe {
        Universe::Contents => {
            sql.push(" FROM contents c JOIN spaces s ON s.id = c.space_id");
            if let Ordering::Relevance(expression) = ordering {
                // Words of titles weigh more than those of bodies.
                sql.push(" LEFT JOIN (SELECT rowid AS hit_id, bm25(content_search, 5.0, 1.0) AS rank FROM content_search WHERE content_search MATCH ");
                sql.push_bind(expression.clone()).push(") relevance ON relevance.hit_id = c.id");
            }
            sql.push(" WHERE ");
            push_visible(sql, asker);
        }
        Universe::Spaces => {
            sql.push(" FROM spaces s WHERE s.cloud_id = ").push_bind(asker.cloud_id.to_owned());
            sql.push(" AND s.id IN ");
            push_with(sql, readable_spaces!("{cloud}", "{account}"), asker.cloud_id, Some(asker.account_id));
        }
    }
    push_rest(sql, universe, query, asker)
}

/// Appends `FROM … WHERE …` for content that matches an expression of the index and a condition, in such a way that
/// it is read in the order of ids and no further than needed.
pub(super) fn push_from_index(
    sql: &mut QueryBuilder<Sqlite>,
    expression: &str,
    rest: &Condition,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    sql.push(
        " FROM content_search f CROSS JOIN contents c ON c.id = f.rowid JOIN spaces s ON s.id = c.space_id",
    );
    sql.push(" WHERE f.content_search MATCH ").push_bind(expression.to_owned()).push(" AND ");
    push_visible(sql, asker);
    push_rest(sql, Universe::Contents, rest, asker)
}

/// Splits a condition into an expression of the full-text index that all results match, and the remaining
/// condition. Returns nothing when there is no such expression, or when reading from the index first would not
/// help.
pub(super) fn split_by_index(it: &Condition, lexicon: &Lexicon) -> Option<(String, Condition)> {
    match it {
        Condition::Clause(clause) => Some((index_expression(clause, lexicon)?, Condition::And(Vec::new()))),
        Condition::And(parts) => {
            let place = parts.iter().position(|part| split_by_index(part, lexicon).is_some())?;
            let mut others = parts.clone();
            let (expression, rest) = split_by_index(&others.remove(place), lexicon)?;
            others.push(rest);
            Some((expression, Condition::And(others)))
        }
        Condition::Or(_) | Condition::Not(_) => None,
    }
}

/// Returns the expression of the index for a clause that asks for words.
fn index_expression(clause: &Clause, lexicon: &Lexicon) -> Option<String> {
    let column = match clause.field {
        Field::Text | Field::SiteSearch => "",
        Field::Title => "title : ",
        _ => return None,
    };
    let (Operator::Matches, [Operand::Text(text)]) = (clause.operator, &clause.values[..]) else {
        return None;
    };
    Some(format!("{column}({})", match_expression(text, lexicon)?))
}

/// Appends that content and its container are current, and that the user may see it.
fn push_visible(sql: &mut QueryBuilder<Sqlite>, asker: &Asker<'_>) {
    sql.push("c.cloud_id = ").push_bind(asker.cloud_id.to_owned());
    sql.push(" AND c.status = 'current' AND ");
    push_with(sql, visible!("c", "{cloud}", "{account}"), asker.cloud_id, Some(asker.account_id));
    sql.push(" AND (c.container_id IS NULL OR EXISTS");
    sql.push(" (SELECT 1 FROM contents k WHERE k.id = c.container_id AND k.status = 'current'))");
}

fn push_rest(
    sql: &mut QueryBuilder<Sqlite>,
    universe: Universe,
    query: &Condition,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    if !asker.archived_spaces {
        sql.push(" AND s.status = 'current'");
    }
    sql.push(" AND ");
    condition(sql, universe, query, asker)
}

/// Appends `ORDER BY …`, by the keys that were selected and at last by id.
pub(super) fn push_order(sql: &mut QueryBuilder<Sqlite>, ordering: &Ordering<'_>) {
    sql.push(" ORDER BY ");
    match ordering {
        Ordering::Written(order) => {
            for (place, part) in order.iter().enumerate() {
                sql.push(format!("k{place}")).push(if part.descending { " DESC, " } else { ", " });
            }
        }
        Ordering::Relevance(_) => drop(sql.push("k0, ")),
    }
    sql.push("source, id");
}

fn order_key(universe: Universe, field: Field) -> Result<&'static str, CqlError> {
    let (of_contents, of_spaces) = match field {
        Field::Created => ("c.created_at", "s.created_at"),
        Field::LastModified => ("c.modified_at", "s.created_at"),
        Field::Title => ("c.title_key", "lower(s.name)"),
        Field::Id => ("c.id", "s.id"),
        Field::Space | Field::SpaceKey => ("s.key", "s.key"),
        Field::SpaceTitle => ("s.name", "s.name"),
        Field::Type => ("c.type", "'space'"),
        Field::Creator => ("c.author_id", "s.author_id"),
        other => return Err(CqlError::Order { field: other.as_str() }),
    };
    Ok(if universe == Universe::Contents { of_contents } else { of_spaces })
}

fn condition(
    sql: &mut QueryBuilder<Sqlite>,
    universe: Universe,
    it: &Condition,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    match it {
        Condition::Clause(it) => clause(sql, universe, it, asker),
        Condition::Not(inner) => {
            sql.push("NOT (");
            condition(sql, universe, inner, asker)?;
            sql.push(")");
            Ok(())
        }
        Condition::And(parts) => joined(sql, universe, parts, " AND ", asker),
        Condition::Or(parts) => joined(sql, universe, parts, " OR ", asker),
    }
}

fn joined(
    sql: &mut QueryBuilder<Sqlite>,
    universe: Universe,
    parts: &[Condition],
    word: &'static str,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    // Nothing is asked for beside what drives the search.
    sql.push(if parts.is_empty() { "(1" } else { "(" });
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            sql.push(word);
        }
        condition(sql, universe, part, asker)?;
    }
    sql.push(")");
    Ok(())
}

fn clause(
    sql: &mut QueryBuilder<Sqlite>,
    universe: Universe,
    it: &Clause,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    if it.field.is_of_people() {
        return Err(CqlError::People { field: it.field.as_str() });
    }
    match (it.field, universe) {
        (Field::Created, Universe::Contents) => dates(sql, it, "c.created_at", asker),
        (Field::LastModified, Universe::Contents) => dates(sql, it, "c.modified_at", asker),
        (Field::Created | Field::LastModified, Universe::Spaces) => dates(sql, it, "s.created_at", asker),
        (Field::Text | Field::SiteSearch, _) => matches(sql, universe, it, "", asker),
        (Field::Title, _) if is_match(it.operator) => matches(sql, universe, it, "title : ", asker),
        (Field::SpaceTitle, _) if is_match(it.operator) => space_title(sql, it),
        _ => equals(sql, universe, it, asker),
    }
}

fn space_title(sql: &mut QueryBuilder<Sqlite>, it: &Clause) -> Result<(), CqlError> {
    let pattern = format!("%{}%", texts(it)?.concat().replace(['%', '_'], ""));
    sql.push(if it.operator == Operator::Matches { "s.name LIKE " } else { "s.name NOT LIKE " })
        .push_bind(pattern);
    Ok(())
}

const fn is_match(operator: Operator) -> bool {
    matches!(operator, Operator::Matches | Operator::MatchesNot)
}

/// Appends a comparison of equality; each value is one alternative.
fn equals(
    sql: &mut QueryBuilder<Sqlite>,
    universe: Universe,
    it: &Clause,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    let negated = match it.operator {
        Operator::Equal | Operator::In => false,
        Operator::NotEqual | Operator::NotIn => true,
        other => return Err(CqlError::Operator { field: it.field.as_str(), operator: other.as_str() }),
    };
    // A function may stand for no value at all.
    sql.push(if negated { "NOT (0" } else { "(0" });
    for value in texts(it)? {
        sql.push(" OR ");
        match universe {
            Universe::Contents => contents::one_value(sql, it.field, value, asker)?,
            Universe::Spaces => spaces::one_value(sql, it.field, value, asker)?,
        }
    }
    sql.push(")");
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

fn matches(
    sql: &mut QueryBuilder<Sqlite>,
    universe: Universe,
    it: &Clause,
    column: &str,
    asker: &Asker<'_>,
) -> Result<(), CqlError> {
    let (Operator::Matches | Operator::MatchesNot, [Operand::Text(text)]) = (it.operator, &it.values[..])
    else {
        return Err(CqlError::Operator { field: it.field.as_str(), operator: it.operator.as_str() });
    };
    if universe == Universe::Spaces {
        spaces::matches(sql, it.operator, text);
        return Ok(());
    }
    sql.push(if it.operator == Operator::Matches { "c.id IN (" } else { "c.id NOT IN (" });
    match match_expression(text, &asker.lexicon) {
        None => sql.push("SELECT 0 WHERE 0"),
        Some(expression) => sql
            .push("SELECT rowid FROM content_search WHERE content_search MATCH ")
            .push_bind(format!("{column}({expression})")),
    };
    sql.push(")");
    Ok(())
}

/// Returns the texts of a clause's values.
fn texts(it: &Clause) -> Result<Vec<String>, CqlError> {
    let text = |operand: &Operand| match operand {
        Operand::Text(text) if text.is_empty() => Err(CqlError::Value {
            field: it.field.as_str(),
            value: String::new(),
            expected: "give a value that is not empty",
        }),
        Operand::Text(text) => Ok(text.clone()),
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

/// Collects the positive full-text expressions of a query, for marking what was found.
pub(super) fn marks(it: &Condition, lexicon: &Lexicon, into: &mut Vec<String>) {
    match it {
        Condition::And(parts) | Condition::Or(parts) => {
            {
                for part in parts {
                    marks(part, lexicon, into);
                }
            };
        }
        Condition::Clause(clause)
            if clause.operator == Operator::Matches && clause.field != Field::SpaceTitle =>
        {
            into.extend(clause.values.iter().filter_map(|value| match value {
                Operand::Text(text) => match_expression(text, lexicon).map(|it| format!("({it})")),
                Operand::Function(_, _) => None,
            }));
        }
        Condition::Not(_) | Condition::Clause(_) => {}
    }
}
