//! What is wrong with a query, in the vendor's words.

/// Why a query is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CqlError {
    /// It is not a query.
    #[error("Could not parse cql : {text}")]
    Syntax {
        /// The query.
        text: String,
        /// Where it stopped making sense, in characters from its start.
        offset: usize,
        /// What should have stood there.
        expected: &'static str,
    },
    /// A field that there is not.
    #[error("No field exists with the name: '{name}'\nDid you mean one of : {near}")]
    UnknownField {
        /// The field.
        name: String,
        /// Fields with similar names.
        near: String,
    },
    /// A content type that there is not.
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
        /// What would be.
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
    /// A function that there is not.
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
