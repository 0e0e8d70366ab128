//! `headwater key wrap` and `unwrap`: the key file, to a key management service and back.

use anyhow::{Context as _, Result};
use headwater_server::config::Config;
use headwater_server::data_dir::DataDir;
use headwater_server::encryption_key::{self, KmsKey};
use headwater_server::entropy::SystemEntropy;

use super::show;
use crate::arguments::ServerArguments;
use crate::offline;
use crate::terminal::remark;

/// Has the key file wrapped, by the key that the settings name or by the one that is named here.
pub(super) async fn wrap(server: &ServerArguments, kms: Option<&str>) -> Result<()> {
    let (config, data_dir) = places(server)?;
    let target = kms.map(|text| text.parse::<KmsKey>().context("--kms")).transpose()?;
    let keys = encryption_key::wrap(&config.encryption, &data_dir, &SystemEntropy, target.as_ref()).await?;
    show(&keys, None);
    if let Some(target) = target.filter(|it| config.encryption.kms.as_ref() != Some(it)) {
        remark!("Set HEADWATER_ENCRYPTION__KMS={target} before anything of headwater is started again.");
    }
    remark!(
        "A file that lay there unwrapped may still be on the disk and in backups. To seal with a key that never did, use `headwater key add` and `activate`."
    );
    Ok(())
}

/// Puts the key file back as it is.
pub(super) async fn unwrap(server: &ServerArguments) -> Result<()> {
    let (config, data_dir) = places(server)?;
    let keys = encryption_key::unwrap(&config.encryption, &data_dir, &SystemEntropy).await?;
    show(&keys, None);
    remark!(
        "The key file is there as it is: whoever reads it has the keys. Remove HEADWATER_ENCRYPTION__KMS before anything of headwater is started again."
    );
    Ok(())
}

fn places(server: &ServerArguments) -> Result<(Config, DataDir)> {
    let config = offline::configuration(server)?;
    let data_dir = DataDir::beside(&config.data_dir)?;
    Ok((config, data_dir))
}
