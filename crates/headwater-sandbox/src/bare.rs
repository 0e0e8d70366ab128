//! The content of a sandbox without demo content: one site, one user, one space with a homepage.

use crate::random;
use crate::state::State;
use crate::storage::StorageError;
use crate::storage::content::{Kind, Status};
use crate::storage::contents::{self, NewContent};
use crate::storage::sites::{self, Site};
use crate::storage::spaces::{self, NewSpace};
use crate::storage::users::{self, User};

/// The cloud id of the only site.
pub(crate) const CLOUD_ID: &str = "5a9d4b1e-0c1f-4f3a-9a64-2f1d6f0b7c11";
/// The account id of the only user.
pub(crate) const ACCOUNT_ID: &str = "712020:0d6f8a52-93c4-4f7e-8d0b-61a2c7e4b935";

/// Fills an empty database.
pub(crate) async fn load(state: &State) -> Result<(), StorageError> {
    let mut tx = state.storage.begin().await?;
    let site = Site {
        cloud_id: CLOUD_ID.to_owned(),
        url: state.settings.public_url.clone(),
        name: "sandbox".to_owned(),
    };
    sites::insert(&mut tx, &site).await?;
    let user = User {
        account_id: ACCOUNT_ID.to_owned(),
        display_name: "Robin Sand".to_owned(),
        email: "robin@example.com".to_owned(),
        time_zone: "+00:00".to_owned(),
    };
    users::insert(&mut tx, &user).await?;
    let new = NewSpace {
        id: None,
        cloud_id: CLOUD_ID,
        key: "BOX",
        name: "Sandbox",
        kind: "global",
        author_id: ACCOUNT_ID,
        created_at: state.clock.now_ms(),
        description: "",
    };
    let space = spaces::insert(&mut tx, &new).await?;
    let share_id = random::uuid(&*state.random).to_string();
    let homepage = NewContent {
        id: None,
        cloud_id: CLOUD_ID,
        kind: Kind::Page,
        subtype: None,
        status: Status::Current,
        title: "Sandbox Home",
        space_id: space.id,
        parent_id: None,
        container_id: None,
        author_id: ACCOUNT_ID,
        created_at: state.clock.now_ms(),
        body: "",
        private: false,
        share_id: &share_id,
    };
    let homepage = contents::insert(&mut tx, &homepage).await?;
    spaces::set_homepage(&mut tx, space.id, homepage.id).await?;
    Ok(tx.commit().await?)
}
