//! `headwater key`: the keys that stored secrets are locked with.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use headwater_server::config::Config;
use headwater_server::data_dir::DataDir;
use headwater_server::encryption_key::{self, KeyFile, KeyId};
use headwater_server::entropy::SystemEntropy;

use crate::arguments::{KeyAction, KeyArguments, ServerArguments};
use crate::offline;
use crate::terminal::{remark, say};

mod wrap;

/// Runs the command.
pub(crate) async fn run(arguments: &KeyArguments) -> Result<()> {
    let server = &arguments.server;
    match &arguments.action {
        KeyAction::List => {
            let usage = usage(server).await?;
            show(&KeyStore::open(server).await?.keys, Some(&usage));
        }
        KeyAction::Add => {
            KeyStore::open(server).await?.replace(|keys| Ok(keys.with_new_key(&SystemEntropy))).await?;
            remark!(
                "Restart every server, so that all of them can open what the new key seals; then activate it."
            );
        }
        KeyAction::Activate { id } => {
            let id = parse(id)?;
            KeyStore::open(server).await?.replace(|keys| Ok(keys.activate(&id)?)).await?;
            remark!(
                "Restart every server: each seals anew what older keys sealed. \
                 Keep the older keys until `headwater key list` shows that they seal nothing, \
                 and copies of them for as long as there are backups from their time."
            );
        }
        KeyAction::Rewrap => rewrap(server).await?,
        KeyAction::Remove { id } => remove(server, &parse(id)?).await?,
        KeyAction::Wrap { kms } => wrap::wrap(server, kms.as_deref()).await?,
        KeyAction::Unwrap => wrap::unwrap(server).await?,
    }
    Ok(())
}

/// The keys, and where they came from.
struct KeyStore {
    config: Config,
    data_dir: DataDir,
    keys: KeyFile,
}

impl KeyStore {
    async fn open(arguments: &ServerArguments) -> Result<Self> {
        let config = offline::configuration(arguments)?;
        let data_dir = DataDir::beside(&config.data_dir)?;
        let keys = encryption_key::load_or_create(&config.encryption, &data_dir, &SystemEntropy).await?;
        Ok(Self { config, data_dir, keys })
    }

    /// Changes the keys where they are kept, and shows them.
    async fn replace(self, change: impl FnOnce(KeyFile) -> Result<KeyFile>) -> Result<()> {
        let keys = change(self.keys)?;
        encryption_key::replace(&self.config.encryption, &self.data_dir, &SystemEntropy, &keys).await?;
        show(&keys, None);
        Ok(())
    }
}

async fn usage(server: &ServerArguments) -> Result<BTreeMap<String, u64>> {
    Ok(offline::open(server).await?.rewrap.seals_by_key().await?)
}

async fn rewrap(server: &ServerArguments) -> Result<()> {
    let service = offline::open(server).await?;
    let outcome =
        service.rewrap.all(|it| remark!("{} looked at, {} sealed anew", it.seen, it.resealed)).await;
    service.audit.write().await?;
    let done = outcome?;
    say!("{} of {} secrets were sealed anew", done.resealed, done.seen);
    Ok(())
}

/// Without this key nothing that it sealed could be read: first make sure that there is no such thing.
async fn remove(server: &ServerArguments, id: &KeyId) -> Result<()> {
    let keys = KeyStore::open(server).await?;
    let sealed = usage(server).await?.get(id.as_str()).copied().unwrap_or_default();
    ensure!(
        sealed == 0,
        "key `{id}` still seals {sealed} stored secrets; run `headwater key rewrap` first. \
         What end users who are just connecting have in progress ends within the hour"
    );
    keys.replace(|keys| Ok(keys.remove(id)?)).await?;
    remark!("Keep a copy of the old key for as long as there are backups from its time.");
    Ok(())
}

fn parse(id: &str) -> Result<KeyId> {
    KeyId::parse(id).with_context(|| format!("`{id}` names no key"))
}

/// The ids of the keys; never the keys.
fn show(keys: &KeyFile, usage: Option<&BTreeMap<String, u64>>) {
    for id in keys.ids() {
        let role = if id == keys.sealing() { "seals and opens" } else { "opens" };
        match usage {
            Some(usage) => {
                let count = usage.get(id.as_str()).copied().unwrap_or_default();
                say!("{id}  {role}, {count} stored secrets are sealed with it");
            }
            None => say!("{id}  {role}"),
        }
    }
}
