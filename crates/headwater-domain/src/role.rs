//! Roles of API clients: what a program may do here.

use std::fmt;

/// One thing that an API client may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Create, authorize, change and remove connected accounts, execute tools and send raw requests.
    Use,
    /// Read everything that the API shows, except credentials.
    Read,
    /// Create, change and remove connections and webhooks.
    Manage,
    /// Read the tokens of connected accounts, as far as the operator's policy allows.
    Credentials,
}

/// A set of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles(u8);

/// A word that names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role; the roles are use, read, manage and credentials")]
pub struct UnknownRole(String);

impl Role {
    /// Every role.
    pub const EVERY: [Self; 4] = [Self::Use, Self::Read, Self::Manage, Self::Credentials];

    /// The role in one word, as operators write it and as it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Use => "use",
            Self::Read => "read",
            Self::Manage => "manage",
            Self::Credentials => "credentials",
        }
    }

    /// Reads the word of a role.
    pub fn parse(text: &str) -> Result<Self, UnknownRole> {
        let known = Self::EVERY.into_iter().find(|it| it.as_str() == text);
        known.ok_or_else(|| UnknownRole(text.chars().take(50).collect()))
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Use => 1,
            Self::Read => 2,
            Self::Manage => 4,
            Self::Credentials => 8,
        }
    }
}

impl Roles {
    /// No role: nothing is allowed.
    pub const NONE: Self = Self(0);
    /// What a new client has unless the operator says otherwise.
    pub const USE: Self = Self(Role::Use.bit());
    /// All roles.
    pub const ALL: Self = Self(15);

    /// Whether `role` is among them.
    pub const fn has(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Reads roles as they are stored: their words, separated by spaces.
    pub fn parse(text: &str) -> Result<Self, UnknownRole> {
        text.split_ascii_whitespace().map(Role::parse).collect()
    }
}

impl FromIterator<Role> for Roles {
    fn from_iter<I: IntoIterator<Item = Role>>(roles: I) -> Self {
        Self(roles.into_iter().fold(0, |bits, role| bits | role.bit()))
    }
}

impl fmt::Display for Roles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<_> = Role::EVERY.into_iter().filter(|it| self.has(*it)).map(Role::as_str).collect();
        formatter.write_str(&words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_of_roles_is_read_back() {
        for bits in 0..16 {
            let roles = Roles(bits);
            assert_eq!(Roles::parse(&roles.to_string()), Ok(roles));
        }
        assert_eq!(Roles::ALL, Role::EVERY.into_iter().collect());
        assert_eq!(Roles::ALL.to_string(), "use read manage credentials");
    }

    #[test]
    fn d9_an_unknown_role_is_not_taken_for_another() {
        for text in ["Use", "admin", "use,read", "all"] {
            assert!(Roles::parse(text).is_err(), "{text}");
        }
        assert_eq!(Roles::parse(""), Ok(Roles::NONE));
    }
}
