//! Errors of queries, in the vendor's words.

/// A reason to refuse a query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CqlError {
    /// A text that is no query.
    #[error("Could not parse cql : {text}")]
    Syntax {
        /// The query.
        text: String,
        /// The place of the error, in characters from the start.
        offset: usize,
        /// The tokens that would have been right there.
        expected: &'static str,
    },
    /// A field that does not exist.
    #[error("No field exists with the name: '{name}'\nDid you mean one of : {near}")]
    UnknownField {
        /// The field.
        name: String,
        /// Fields with similar names.
        near: String,
    },
    /// A content type that does not exist.
    #[error("Unsupported value for type field: '{value}'. Supported values are: {known}")]
    UnknownType {
        /// The type.
        value: String,
        /// All types.
        known: String,
    },
    /// An operator that a field does not have.
    #[error("Operator '{operator}' is not supported for field '{field}'")]
    Operator {
        /// The field.
        field: &'static str,
        /// The operator.
        operator: &'static str,
    },
    /// A value that a field does not have.
    #[error("The value '{value}' is not valid for field '{field}': {expected}")]
    Value {
        /// The field.
        field: &'static str,
        /// The value.
        value: String,
        /// The values that would be valid.
        expected: &'static str,
    },
    /// A field that results cannot be ordered by.
    #[error("Field '{field}' can not be used for ordering")]
    Order {
        /// The field.
        field: &'static str,
    },
    /// A field that only people have.
    #[error("Field '{field}' can only be used to search for users, at /rest/api/search/user")]
    People {
        /// The field.
        field: &'static str,
    },
    /// A field that people do not have.
    #[error(
        "Field '{field}' can not be used to search for users: ask for user, user.fullname, user.accountid or user.userkey"
    )]
    NotPeople {
        /// The field.
        field: &'static str,
    },
    /// A function that does not exist.
    #[error("No function exists with the name: '{name}'")]
    UnknownFunction {
        /// The function.
        name: String,
    },
    /// A query that begins by excluding.
    #[error("Could not parse cql : {text}. A query can not begin with NOT")]
    BeginsWithNot {
        /// The query.
        text: String,
    },
}
