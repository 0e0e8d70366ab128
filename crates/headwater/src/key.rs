//! `headwater key`: the keys that stored secrets are locked with.

use anyhow::{Context as _, Result};
use headwater_server::config::Config;
use headwater_server::data_dir::DataDir;
use headwater_server::encryption_key::{self, KeyFile, KeyId};
use headwater_server::entropy::SystemEntropy;

use crate::arguments::{KeyAction, KeyArguments};
use crate::offline;
use crate::terminal::{remark, say};

mod wrap;

/// Runs the command. The database is not touched.
pub(crate) async fn run(arguments: &KeyArguments) -> Result<()> {
    let config = offline::configuration(&arguments.server)?;
    let data_dir = DataDir::beside(&config.data_dir)?;
    match &arguments.action {
        KeyAction::Wrap { kms } => return wrap::wrap(&config, &data_dir, kms.as_deref()).await,
        KeyAction::Unwrap => return wrap::unwrap(&config, &data_dir).await,
        KeyAction::List | KeyAction::Add | KeyAction::Activate { .. } => {}
    }
    let keys = encryption_key::load_or_create(&config.encryption, &data_dir, &SystemEntropy).await?;
    match &arguments.action {
        KeyAction::Wrap { .. } | KeyAction::Unwrap => {}
        KeyAction::List => show(&keys),
        KeyAction::Add => {
            let keys = keys.with_new_key(&SystemEntropy);
            save(&config, &data_dir, &keys).await?;
            show(&keys);
            remark!(
                "Restart every server, so that all of them can open what the new key seals; then activate it."
            );
        }
        KeyAction::Activate { id } => {
            let keys = keys.activate(&parse(id)?)?;
            save(&config, &data_dir, &keys).await?;
            show(&keys);
            remark!(
                "Restart every server. Keep the older keys: what they sealed is still there, and in backups."
            );
        }
    }
    Ok(())
}

fn parse(id: &str) -> Result<KeyId> {
    KeyId::parse(id).with_context(|| format!("`{id}` names no key"))
}

async fn save(config: &Config, data_dir: &DataDir, keys: &KeyFile) -> Result<()> {
    Ok(encryption_key::replace(&config.encryption, data_dir, &SystemEntropy, keys).await?)
}

/// The ids of the keys; never the keys.
fn show(keys: &KeyFile) {
    for id in keys.ids() {
        let role = if id == keys.sealing() { "seals and opens" } else { "opens" };
        say!("{id}  {role}");
    }
}
