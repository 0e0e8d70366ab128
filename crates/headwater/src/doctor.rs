//! `headwater doctor`: looks at everything a server needs and says in words what is wrong.

use anyhow::{Result, bail};
use headwater_server::doctor;
use headwater_server::finding::Finding;

use crate::arguments::ServerArguments;
use crate::offline;
use crate::terminal::say;

/// Runs the command; fails when something must be mended.
pub(crate) async fn run(arguments: &ServerArguments) -> Result<()> {
    let config = offline::configuration(arguments)?;
    say!("ok    configuration");
    let service = offline::open_under_any_origin(arguments).await?.service;
    say!("ok    data directory, key and database in {}", config.data_dir.display());
    let mut wrong = 0;
    for finding in doctor::examine(&config, &service).await? {
        match finding {
            Finding::Good(text) => say!("ok    {text}"),
            Finding::Note(text) => say!("note  {text}"),
            Finding::Wrong(text) => {
                wrong += 1;
                say!("WRONG {text}");
            }
        }
    }
    match wrong {
        0 => Ok(()),
        1 => bail!("one thing must be mended"),
        _ => bail!("{wrong} things must be mended"),
    }
}
