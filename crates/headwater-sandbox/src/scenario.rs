//! Scenarios: a state of the sandbox in a file. People, sites, spaces, pages, apps, rules, the clock and faults.
//!
//! Loading adds to what is there. Either all of the content arrives or none of it; rules, clock and faults follow
//! only after that.

mod content;
mod file;
mod site;

use serde_json::Value;

use self::file::ScenarioFile;
use crate::control::{ConsentChoice, Event, FaultSpec};
use crate::state::State;
use crate::storage::StorageError;

/// The scenarios that come with the sandbox.
const SCENARIOS: [(&str, &str); 9] = [
    ("classic-gone", include_str!("../scenarios/classic-gone.toml")),
    ("family-killed", include_str!("../scenarios/family-killed.toml")),
    ("free-edition", include_str!("../scenarios/free-edition.toml")),
    ("lost-rotation", include_str!("../scenarios/lost-rotation.toml")),
    ("only-roles", include_str!("../scenarios/only-roles.toml")),
    ("provider-down", include_str!("../scenarios/provider-down.toml")),
    ("short-lives", include_str!("../scenarios/short-lives.toml")),
    ("throttled", include_str!("../scenarios/throttled.toml")),
    ("two-companies", include_str!("../scenarios/two-companies.toml")),
];

/// An error that keeps a scenario from being loaded.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The text is no TOML, or has no form of a scenario.
    #[error("the scenario cannot be read: {0}")]
    Form(#[from] toml::de::Error),
    /// The text is one word, and no scenario has that name.
    #[error("no scenario is called `{0}`; give the text of a file, or one of the names the sandbox lists")]
    Name(String),
    /// A part of it contradicts another part.
    #[error("{0}")]
    Content(String),
    /// The database refused.
    #[error("the scenario could not be stored")]
    Storage(#[from] StorageError),
}

/// Loads a scenario: the text of a file, or the name of one of ours.
pub(crate) async fn play(state: &State, text_or_name: &str) -> Result<(), ScenarioError> {
    let wanted = text_or_name.trim();
    let known = SCENARIOS.iter().find(|(name, _)| *name == wanted);
    let text = known.map_or(text_or_name, |(_, text)| text);
    if known.is_none() && !wanted.is_empty() && !wanted.contains(['=', '[', '\n']) {
        return Err(ScenarioError::Name(wanted.to_owned()));
    }
    let file: ScenarioFile = toml::from_str(text)?;
    let faults: Vec<_> = file
        .fault
        .iter()
        .cloned()
        .map(FaultSpec::read)
        .collect::<Result<_, _>>()
        .map_err(ScenarioError::Content)?;
    let switches = state
        .control
        .switches()
        .changed(&Value::Object(file.options.clone()))
        .map_err(|problem| ScenarioError::Content(format!("options: {problem}")))?;
    // Everything that can fail is done before the first rule changes.
    content::add(state, &file).await?;
    state.control.switch(switches);
    if let Some(consent) = &file.consent {
        let account_id = consent.account_id.clone();
        state.control.choose_consent(ConsentChoice {
            outcome: consent.outcome,
            sites: consent.sites,
            account_id,
        });
    }
    let clock = &state.control.clock;
    if let Some(standing) = file.clock.standing {
        clock.stand(standing);
    }
    clock.advance(file.clock.advance_seconds.saturating_mul(1000));
    for fault in faults {
        state.control.script(fault);
    }
    let what = format!("scenario {}", known.map_or("of a file", |(name, _)| name));
    state.control.ledger.note(state.clock.now_ms(), None, Event::Switched { what });
    Ok(())
}

/// The scenarios that come with the sandbox: their names, and what each is for.
pub(crate) fn list() -> impl Iterator<Item = (&'static str, Option<String>)> {
    SCENARIOS.iter().map(|(name, text)| {
        let file: Option<ScenarioFile> = toml::from_str(text).ok();
        (*name, file.map(|file| file.description))
    })
}
