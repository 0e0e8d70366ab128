//! The people of the demo company.

use crate::storage::users::User;

const PEOPLE: [(&str, &str, &str, &str, &str); 4] = [
    (
        "mara",
        "712020:4f6c1e02-9a51-4c86-9d0e-3b1f0a6e7c11",
        "Mara Lindqvist",
        "mara@saltmarsh.example",
        "+01:00",
    ),
    (
        "jonas",
        "712020:8d2b7a90-51c3-4f7e-a0d4-6c9e1b2f3a22",
        "Jonas Petrauskas",
        "jonas@saltmarsh.example",
        "+02:00",
    ),
    (
        "ines",
        "712020:b7e5c3d1-2f84-4a69-8e1b-9d0c7f6a5b33",
        "Ines Carvalho",
        "ines@saltmarsh.example",
        "+00:00",
    ),
    (
        "tomas",
        "712020:c9a1f4e8-7d36-4b52-b3c7-0e8f5d4a6c44",
        "Tomas Veldkamp",
        "tomas@saltmarsh.example",
        "+01:00",
    ),
];

/// Returns all people. The first consents when nobody is asked.
pub(super) fn people() -> Vec<User> {
    let user = |(_, account_id, display_name, email, time_zone): &(&str, &str, &str, &str, &str)| User {
        account_id: (*account_id).to_owned(),
        display_name: (*display_name).to_owned(),
        email: (*email).to_owned(),
        time_zone: (*time_zone).to_owned(),
    };
    PEOPLE.iter().map(user).collect()
}

/// Returns the account of a short name; unknown names count as the first person.
pub(super) fn account_id(name: &str) -> &'static str {
    let known = PEOPLE.iter().find(|(short, ..)| *short == name).or(PEOPLE.first());
    known.map_or("", |(_, account_id, ..)| account_id)
}
