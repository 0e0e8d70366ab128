//! `headwater tools`: what agents can do.

use anyhow::{Result, bail};
use headwater_server::tools::{self, ToolSummary};

use crate::arguments::{ToolsAction, ToolsArguments};

/// Runs the command. Needs no data directory.
pub(crate) fn run(arguments: &ToolsArguments) -> Result<()> {
    let all = tools::summaries()?;
    match &arguments.action {
        ToolsAction::List => all.iter().for_each(|tool| println!("{:<36} {}", tool.name, tool.title)),
        ToolsAction::Show { name } => match all.iter().find(|tool| tool.name == *name) {
            Some(tool) => show(tool),
            None => bail!("there is no tool named `{name}`; `headwater tools list` shows them all"),
        },
    }
    Ok(())
}

fn show(tool: &ToolSummary) {
    println!("{}\n{}\n\n{}\n", tool.name, tool.title, tool.description);
    println!("request  {}", tool.request);
    println!("scopes   {}\n", tool.scopes.join(" "));
    for parameter in &tool.parameters {
        let need = if parameter.required { "required" } else { "optional" };
        println!("  {:<20} {:<8} {need}  {}", parameter.name, parameter.kind, parameter.description);
    }
}
