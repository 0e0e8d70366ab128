//! Resolution of functions that need the database to their values, and the quirks of the vendor's search.

use serde::Deserialize;
use sqlx::SqliteConnection;

use super::{Search, SearchError};
use crate::cql::ast::{Clause, Condition, Field, Function, Operand, Operator};
use crate::cql::error::CqlError;
use crate::storage::{relations, views};

/// The space and content that a search comes from, as `cqlcontext` says [docs].
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Context {
    space_key: Option<String>,
    content_id: Option<serde_json::Value>,
}

/// Replaces functions by their values. Those of dates stay, because they depend on the operator.
pub(super) async fn resolve(
    connection: &mut SqliteConnection,
    it: &Condition,
    search: &Search<'_>,
) -> Result<Condition, SearchError> {
    Ok(match it {
        Condition::Clause(clause) => Condition::Clause(self::clause(connection, clause, search).await?),
        Condition::Not(inner) => {
            Condition::Not(Box::new(Box::pin(resolve(connection, inner, search)).await?))
        }
        Condition::And(parts) => Condition::And(all(connection, parts, search).await?),
        Condition::Or(parts) => Condition::Or(all(connection, parts, search).await?),
    })
}

async fn all(
    connection: &mut SqliteConnection,
    parts: &[Condition],
    search: &Search<'_>,
) -> Result<Vec<Condition>, SearchError> {
    let mut resolved = Vec::with_capacity(parts.len());
    for part in parts {
        resolved.push(Box::pin(resolve(connection, part, search)).await?);
    }
    Ok(resolved)
}

async fn clause(
    connection: &mut SqliteConnection,
    it: &Clause,
    search: &Search<'_>,
) -> Result<Clause, SearchError> {
    let mut values = Vec::new();
    for value in &it.values {
        match value {
            Operand::Function(function, arguments) if !function.is_date() => {
                let found = self::values(connection, it.field, *function, arguments, search).await?;
                values.extend(found.into_iter().map(Operand::Text));
            }
            other => values.push(other.clone()),
        }
    }
    Ok(Clause { field: it.field, operator: it.operator, values })
}

async fn values(
    connection: &mut SqliteConnection,
    field: Field,
    function: Function,
    arguments: &[String],
    search: &Search<'_>,
) -> Result<Vec<String>, SearchError> {
    let wrong = |expected: &'static str| {
        let value = Operand::Function(function, arguments.to_vec()).to_string();
        SearchError::Cql(CqlError::Value { field: field.as_str(), value, expected })
    };
    let (site, account) = (search.cloud_id, search.account_id);
    let number = |place: usize, default: i64| match arguments.get(place) {
        None => Ok(default),
        Some(text) => text.trim().parse().map_err(|_| wrong("give a number")),
    };
    Ok(match function {
        Function::CurrentUser => vec![account.to_owned()],
        Function::CurrentSpace => {
            let key = context(search).space_key;
            vec![key.ok_or_else(|| wrong("name a space in cqlcontext"))?]
        }
        Function::CurrentContent => {
            let id = context(search).content_id.ok_or_else(|| wrong("name content in cqlcontext"))?;
            vec![id.as_str().map_or_else(|| id.to_string(), str::to_owned)]
        }
        Function::FavouriteSpaces => relations::favourite_spaces(connection, site, account).await?,
        Function::RecentlyViewedSpaces => {
            views::recent_spaces(connection, site, account, number(0, 10)?).await?
        }
        Function::RecentlyViewedContent => {
            let (limit, offset) = (number(0, 10)?, number(1, 0)?);
            let ids = views::recent_contents(connection, site, account, limit, offset).await?;
            ids.iter().map(ToString::to_string).collect()
        }
        _ => return Err(wrong("this function gives a date")),
    })
}

fn context(search: &Search<'_>) -> Context {
    search.context.and_then(|it| serde_json::from_str(it).ok()).unwrap_or_default()
}

/// Drops a `siteSearch` between two other conditions, as the vendor silently does [live].
pub(super) fn without_site_search_in_the_middle(condition: &Condition) -> Condition {
    let is_site_search =
        |it: &Condition| matches!(it, Condition::Clause(it) if it.field == Field::SiteSearch);
    match condition {
        Condition::And(parts) => match &parts[..] {
            [first, middle, last] if is_site_search(middle) => {
                Condition::And(vec![first.clone(), last.clone()])
            }
            _ => condition.clone(),
        },
        _ => condition.clone(),
    }
}

/// Collects the texts that a query looks for in the index.
pub(super) fn searched_texts(it: &Condition, into: &mut Vec<String>) {
    match it {
        Condition::And(parts) | Condition::Or(parts) => {
            {
                for part in parts {
                    searched_texts(part, into);
                }
            };
        }
        Condition::Not(inner) => searched_texts(inner, into),
        Condition::Clause(clause) => {
            if matches!(clause.operator, Operator::Matches | Operator::MatchesNot) {
                into.extend(clause.values.iter().filter_map(|value| match value {
                    Operand::Text(text) => Some(text.clone()),
                    Operand::Function(..) => None,
                }));
            }
        }
    }
}

/// Returns whether any clause of a query passes a test.
pub(super) fn any(it: &Condition, is_so: &impl Fn(&Clause) -> bool) -> bool {
    match it {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(|part| any(part, is_so)),
        Condition::Not(inner) => any(inner, is_so),
        Condition::Clause(clause) => is_so(clause),
    }
}
