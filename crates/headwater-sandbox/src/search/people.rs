//! Searching for people: the same language with other fields.

use super::text::plain_words;
use crate::cql::ast::{Clause, Condition, Field, Function, Operand, Operator};
use crate::cql::error::CqlError;
use crate::cql::parse;
use crate::storage::users::User;

/// Returns the people that a query finds, and the query in its normal form. `account_id` is the user who searches.
pub(crate) fn find_people(
    cql: &str,
    users: Vec<User>,
    account_id: &str,
) -> Result<(Vec<User>, String), CqlError> {
    let query = parse(cql)?;
    let mut found = Vec::new();
    for user in users {
        if matches(&query.condition, &user, account_id)? {
            found.push(user);
        }
    }
    Ok((found, query.to_string()))
}

fn matches(it: &Condition, user: &User, asker: &str) -> Result<bool, CqlError> {
    // Every part is evaluated, so that an error in one is reported whatever the others give.
    let each = |parts: &[Condition]| -> Result<Vec<bool>, CqlError> {
        parts.iter().map(|part| matches(part, user, asker)).collect()
    };
    Ok(match it {
        Condition::And(parts) => each(parts)?.into_iter().all(|it| it),
        Condition::Or(parts) => each(parts)?.into_iter().any(|it| it),
        Condition::Not(inner) => !matches(inner, user, asker)?,
        Condition::Clause(clause) => self::clause(clause, user, asker)?,
    })
}

fn clause(it: &Clause, user: &User, asker: &str) -> Result<bool, CqlError> {
    let field = it.field.as_str();
    // The type says nothing here [live]: everything that is found is a person.
    if it.field == Field::Type {
        return Ok(true);
    }
    if !it.field.is_of_people() {
        return Err(CqlError::NotPeople { field });
    }
    let is = |operand: &Operand| -> Result<bool, CqlError> {
        let value = match operand {
            Operand::Text(text) => text.as_str(),
            Operand::Function(Function::CurrentUser, _) => asker,
            Operand::Function(..) => {
                let expected = "give an account id, a name or currentUser()";
                return Err(CqlError::Value { field, value: operand.to_string(), expected });
            }
        };
        Ok(match it.field {
            Field::UserFullName => has_words(&user.display_name, value),
            _ => user.account_id == value,
        })
    };
    let found = it.values.iter().map(is).collect::<Result<Vec<_>, _>>()?.into_iter().any(|it| it);
    let by_words = it.field == Field::UserFullName;
    match it.operator {
        Operator::Matches if by_words => Ok(found),
        Operator::MatchesNot if by_words => Ok(!found),
        Operator::Equal | Operator::In if !by_words => Ok(found),
        Operator::NotEqual | Operator::NotIn if !by_words => Ok(!found),
        other => Err(CqlError::Operator { field, operator: other.as_str() }),
    }
}

/// Returns whether every word of a text begins a word of the name.
fn has_words(name: &str, text: &str) -> bool {
    let names = plain_words(name);
    let words = plain_words(text);
    !words.is_empty() && words.iter().all(|word| names.iter().any(|name| name.starts_with(word.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(cql: &str) -> Result<Vec<String>, CqlError> {
        let user = |account_id: &str, display_name: &str| User {
            account_id: account_id.to_owned(),
            display_name: display_name.to_owned(),
            email: String::new(),
            time_zone: String::new(),
        };
        let users = vec![user("a", "Mina Okafor"), user("b", "Jonas Petrauskas")];
        Ok(find_people(cql, users, "b")?.0.into_iter().map(|it| it.account_id).collect())
    }

    #[test]
    fn people_are_found_by_name_and_account() {
        let table = [
            ("user.fullname ~ \"mina\"", Ok(vec!["a"])),
            ("user.fullname ~ \"okafor mina\"", Ok(vec!["a"])),
            ("user.fullname ~ \"o*\"", Ok(vec!["a"])),
            ("user.accountid = b", Ok(vec!["b"])),
            ("user in (a, currentUser())", Ok(vec!["a", "b"])),
            ("user = currentUser() and type = user", Ok(vec!["b"])),
            ("user != a or user = a", Ok(vec!["a", "b"])),
            ("user.fullname = mina", Err("Operator '=' is not supported for field 'user.fullname'")),
            ("title ~ mina", Err("Field 'title' can not be used to search for users")),
        ];
        for (cql, expected) in table {
            match (found(cql), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{cql}"),
                (Err(error), Err(expected)) => assert!(error.to_string().starts_with(expected), "{error}"),
                (found, _) => panic!("{cql}: {found:?}"),
            }
        }
    }
}
