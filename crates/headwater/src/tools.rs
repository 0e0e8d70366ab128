//! `headwater tools`: what agents can do.

use anyhow::{Result, bail};
use headwater_server::tools::operator::{self, Loaded};
use headwater_server::tools::scopes::{self, Preference, Wanted};
use headwater_server::tools::{self, ToolSummary};

use crate::arguments::{Prefer, ScopesArguments, ToolsAction, ToolsArguments};
use crate::offline;
use crate::terminal::{remark, say};

/// Runs the command. Needs no server and no database; the data directory is looked into for the operator's tools.
pub(crate) fn run(arguments: &ToolsArguments) -> Result<()> {
    let config = offline::configuration(&arguments.server)?;
    let loaded = operator::load(&config.data_dir)?;
    for problem in &loaded.problems {
        remark!("left out: {problem}");
    }
    match &arguments.action {
        ToolsAction::Check => check(&loaded)?,
        ToolsAction::List => list(&loaded),
        ToolsAction::Show { name } => match find(&loaded, name) {
            Some(tool) => show(&tool),
            None => bail!("there is no tool named `{name}`; `headwater tools list` shows them all"),
        },
        ToolsAction::Scopes(wanted) => print_scopes(&loaded, wanted)?,
    }
    Ok(())
}

fn check(loaded: &Loaded) -> Result<()> {
    let own = tools::summaries(&loaded.confluence).into_iter().filter(|tool| tool.operator_file.is_some());
    say!("{} tools of your own can be used", own.count());
    match loaded.problems.len() {
        0 => Ok(()),
        count => bail!("{count} of the tool files cannot be used; the server leaves them out"),
    }
}

fn find(loaded: &Loaded, name: &str) -> Option<ToolSummary> {
    tools::summaries(&loaded.confluence).into_iter().find(|tool| tool.name == *name)
}

fn list(loaded: &Loaded) {
    for tool in tools::summaries(&loaded.confluence) {
        say!("{} {:<52} {}", mark(&tool), tool.name, tool.title);
    }
}

/// `*` for the operator's own, `+` for additions.
fn mark(tool: &ToolSummary) -> &'static str {
    match (&tool.operator_file, tool.additional) {
        (Some(_), false) => "*",
        (Some(_), true) => "*+",
        (None, true) => "+",
        (None, false) => " ",
    }
}

fn show(tool: &ToolSummary) {
    say!("{}\n{}\n\n{}\n", tool.name, tool.title, tool.description);
    say!("request  {}", tool.request);
    say!("scopes   {}", tool.scopes.join(" "));
    if tool.additional {
        say!("offered  only by connections with --additional-tools true");
    }
    if let Some(file) = &tool.operator_file {
        say!("from     {file}");
    }
    say!("");
    for parameter in &tool.parameters {
        let need = if parameter.required { "required" } else { "optional" };
        say!("  {:<20} {:<8} {need}  {}", parameter.name, parameter.kind, parameter.description);
    }
}

fn print_scopes(loaded: &Loaded, arguments: &ScopesArguments) -> Result<()> {
    let wanted = match (arguments.tools.is_empty(), arguments.additional) {
        (false, _) => Wanted::Named(arguments.tools.clone()),
        (true, true) => Wanted::All,
        (true, false) => Wanted::Published,
    };
    let preference = match arguments.prefer {
        Prefer::Fewest => Preference::Fewest,
        Prefer::Granular => Preference::Granular,
        Prefer::Classic => Preference::Classic,
    };
    let list = scopes::list(&loaded.confluence, &wanted, preference)?;
    say!("{}", list.authorize);
    remark!("{} scopes; `offline_access` is not ticked in the developer console.", list.scopes.len());
    list.problem.map_or(Ok(()), |problem| bail!("{problem}"))
}
