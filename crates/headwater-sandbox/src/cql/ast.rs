//! The syntax tree of a query.

use std::fmt;

/// A whole query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) condition: Condition,
    pub(crate) order: Vec<Order>,
}

/// A condition that results fulfil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// All of these; at least two.
    And(Vec<Self>),
    /// One of these; at least two.
    Or(Vec<Self>),
    /// The opposite of this.
    Not(Box<Self>),
    /// One comparison.
    Clause(Clause),
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Clause {
    pub(crate) field: Field,
    pub(crate) operator: Operator,
    /// One value, or several for `in`.
    pub(crate) values: Vec<Operand>,
}

/// A value, or what computes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    /// A text, a number, a date.
    Text(String),
    /// A function and its arguments.
    Function(Function, Vec<String>),
}

/// One part of the order of results.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) field: Field,
    pub(crate) descending: bool,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal $(| $alias:literal)*),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum $name {
            $(#[doc = $word] $variant),+
        }

        impl $name {
            /// All of them.
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the word.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Parses the word, whatever the case of its letters.
            pub(crate) fn parse(word: &str) -> Option<Self> {
                $($(if word.eq_ignore_ascii_case($alias) { return Some(Self::$variant); })*)+
                Self::ALL.iter().copied().find(|it| word.eq_ignore_ascii_case(it.as_str()))
            }
        }
    };
}

words!(
    /// The fields of content, spaces and people.
    Field {
        Ancestor = "ancestor",
        Container = "container",
        Contributor = "contributor",
        Created = "created",
        Creator = "creator",
        Favourite = "favourite" | "favorite",
        Id = "id" | "content",
        Label = "label",
        LastModified = "lastmodified",
        Macro = "macro",
        Mention = "mention",
        Parent = "parent",
        Space = "space",
        Subtype = "subtype",
        SpaceKey = "space.key",
        SiteSearch = "siteSearch",
        SpaceType = "space.type",
        SpaceTitle = "space.title",
        Text = "text",
        Title = "title",
        Type = "type",
        User = "user",
        UserAccountId = "user.accountid",
        UserFullName = "user.fullname",
        UserKey = "user.userkey",
        Watcher = "watcher",
    }
);

words!(
    /// The operators.
    Operator {
        Equal = "=",
        NotEqual = "!=",
        Greater = ">",
        GreaterOrEqual = ">=",
        Less = "<",
        LessOrEqual = "<=",
        Matches = "~",
        MatchesNot = "!~",
        In = "in",
        NotIn = "not in",
    }
);

words!(
    /// The functions that compute values.
    Function {
        CurrentContent = "currentContent",
        CurrentSpace = "currentSpace",
        CurrentUser = "currentUser",
        EndOfDay = "endOfDay",
        EndOfMonth = "endOfMonth",
        EndOfWeek = "endOfWeek",
        EndOfYear = "endOfYear",
        FavouriteSpaces = "favouriteSpaces" | "favoriteSpaces",
        Now = "now",
        RecentlyViewedContent = "recentlyViewedContent",
        RecentlyViewedSpaces = "recentlyViewedSpaces",
        StartOfDay = "startOfDay",
        StartOfMonth = "startOfMonth",
        StartOfWeek = "startOfWeek",
        StartOfYear = "startOfYear",
    }
);

impl Function {
    /// Returns whether it computes a date.
    pub(crate) const fn is_date(self) -> bool {
        !matches!(
            self,
            Self::CurrentContent
                | Self::CurrentSpace
                | Self::CurrentUser
                | Self::FavouriteSpaces
                | Self::RecentlyViewedContent
                | Self::RecentlyViewedSpaces
        )
    }
}

impl Field {
    /// Returns whether it is a field of people rather than of content.
    pub(crate) const fn is_of_people(self) -> bool {
        matches!(self, Self::User | Self::UserAccountId | Self::UserFullName | Self::UserKey)
    }
}

/// The reserved words, which need quotes as values.
pub(crate) const RESERVED: [&str; 40] = [
    "after", "and", "as", "avg", "before", "begin", "by", "commit", "contains", "count", "distinct", "else",
    "empty", "end", "explain", "from", "having", "if", "in", "inner", "insert", "into", "is", "isnull",
    "left", "like", "limit", "max", "min", "not", "null", "or", "order", "outer", "right", "select", "sum",
    "then", "was", "where",
];

/// Returns whether a value needs quotes.
fn needs_quotes(text: &str) -> bool {
    let plain = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | ':');
    text.is_empty() || !text.chars().all(plain) || RESERVED.contains(&text.to_ascii_lowercase().as_str())
}

fn write_text(formatter: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    if needs_quotes(text) {
        write!(formatter, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        formatter.write_str(text)
    }
}

/// The normal form: one space around operators, keywords in capitals, brackets where they are needed.
impl fmt::Display for Query {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.condition)?;
        for (place, order) in self.order.iter().enumerate() {
            let before = if place == 0 { " ORDER BY " } else { ", " };
            let direction = if order.descending { "DESC" } else { "ASC" };
            write!(formatter, "{before}{} {direction}", order.field.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clause(clause) => write!(formatter, "{clause}"),
            Self::Not(inner) => write!(formatter, "NOT ({inner})"),
            Self::And(parts) => join(formatter, parts, " AND "),
            Self::Or(parts) => join(formatter, parts, " OR "),
        }
    }
}

fn join(formatter: &mut fmt::Formatter<'_>, parts: &[Condition], word: &str) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            formatter.write_str(word)?;
        }
        match part {
            Condition::And(_) | Condition::Or(_) => write!(formatter, "({part})")?,
            Condition::Not(_) | Condition::Clause(_) => write!(formatter, "{part}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Clause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} ", self.field.as_str(), self.operator.as_str())?;
        if !matches!(self.operator, Operator::In | Operator::NotIn) {
            return self.values.iter().try_for_each(|value| write!(formatter, "{value}"));
        }
        formatter.write_str("(")?;
        for (place, value) in self.values.iter().enumerate() {
            let before = if place == 0 { "" } else { ", " };
            write!(formatter, "{before}{value}")?;
        }
        formatter.write_str(")")
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write_text(formatter, text),
            Self::Function(function, arguments) => {
                write!(formatter, "{}(", function.as_str())?;
                for (place, argument) in arguments.iter().enumerate() {
                    let before = if place == 0 { "" } else { ", " };
                    write!(formatter, "{before}\"{}\"", argument.replace('\\', "\\\\").replace('"', "\\\""))?;
                }
                formatter.write_str(")")
            }
        }
    }
}
