//! `headwater tools`: what agents can do.

use anyhow::{Result, bail};
use headwater_server::tools::{self, ToolSummary};

use crate::arguments::{ToolsAction, ToolsArguments};
use crate::terminal::say;

/// Runs the command. Needs no data directory.
pub(crate) fn run(arguments: &ToolsArguments) -> Result<()> {
    let all = tools::summaries()?;
    match &arguments.action {
        ToolsAction::List => all.iter().for_each(|tool| say!("{:<36} {}", tool.name, tool.title)),
        ToolsAction::Show { name } => match all.iter().find(|tool| tool.name == *name) {
            Some(tool) => show(tool),
            None => bail!("there is no tool named `{name}`; `headwater tools list` shows them all"),
        },
    }
    Ok(())
}

fn show(tool: &ToolSummary) {
    say!("{}\n{}\n\n{}\n", tool.name, tool.title, tool.description);
    say!("request  {}", tool.request);
    say!("scopes   {}\n", tool.scopes.join(" "));
    for parameter in &tool.parameters {
        let need = if parameter.required { "required" } else { "optional" };
        say!("  {:<20} {:<8} {need}  {}", parameter.name, parameter.kind, parameter.description);
    }
}
