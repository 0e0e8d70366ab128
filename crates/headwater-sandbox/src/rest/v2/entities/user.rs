//! Users.

use serde::Serialize;

use crate::storage::users;

/// A user.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct User {
    display_name: String,
    time_zone: String,
    personal_space_id: Option<String>,
    is_external_collaborator: bool,
    account_status: &'static str,
    account_id: String,
    email: String,
    account_type: &'static str,
    public_name: String,
    profile_picture: ProfilePicture,
}

/// A user's picture.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ProfilePicture {
    path: &'static str,
    is_default: bool,
}

impl User {
    /// Takes a user and the id of the user's personal space, if there is one.
    pub(crate) fn new(user: &users::User, personal_space: Option<i64>) -> Self {
        Self {
            display_name: user.display_name.clone(),
            time_zone: user.time_zone.clone(),
            personal_space_id: personal_space.map(|id| id.to_string()),
            is_external_collaborator: false,
            account_status: "active",
            account_id: user.account_id.clone(),
            email: user.email.clone(),
            account_type: "atlassian",
            public_name: user.display_name.clone(),
            profile_picture: ProfilePicture { path: "/wiki/aa-avatar/default", is_default: true },
        }
    }
}
