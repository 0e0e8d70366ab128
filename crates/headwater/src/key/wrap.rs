//! `headwater key wrap` and `unwrap`: the key file, to a key management service and back.

use anyhow::{Context as _, Result};
use headwater_server::config::Config;
use headwater_server::data_dir::DataDir;
use headwater_server::encryption_key::{self, KmsKey};
use headwater_server::entropy::SystemEntropy;

use super::show;
use crate::terminal::remark;

/// Has the key file wrapped, by the key that the settings name or by the one that is named here.
pub(super) async fn wrap(config: &Config, data_dir: &DataDir, kms: Option<&str>) -> Result<()> {
    let target = kms.map(|text| text.parse::<KmsKey>().context("--kms")).transpose()?;
    let keys = encryption_key::wrap(&config.encryption, data_dir, &SystemEntropy, target.as_ref()).await?;
    show(&keys);
    if let Some(target) = target.filter(|it| config.encryption.kms.as_ref() != Some(it)) {
        remark!("Set HEADWATER_ENCRYPTION__KMS={target} before anything of headwater is started again.");
    }
    remark!(
        "A file that lay there unwrapped may still be on the disk and in backups. To seal with a key that never did, use `headwater key add` and `activate`."
    );
    Ok(())
}

/// Puts the key file back as it is.
pub(super) async fn unwrap(config: &Config, data_dir: &DataDir) -> Result<()> {
    let keys = encryption_key::unwrap(&config.encryption, data_dir, &SystemEntropy).await?;
    show(&keys);
    remark!(
        "The key file is there as it is: whoever reads it has the keys. Remove HEADWATER_ENCRYPTION__KMS before anything of headwater is started again."
    );
    Ok(())
}
