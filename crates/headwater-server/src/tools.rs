//! The tools as the command line shows them.

use headwater_catalog::connector::Connector as _;
use headwater_catalog::definition::Tool;
use headwater_confluence::Confluence;

pub mod operator;
pub mod scopes;

/// One tool.
pub struct ToolSummary {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it does and when to use it.
    pub description: String,
    /// The provider's operation behind it.
    pub request: String,
    /// The scopes that it needs.
    pub scopes: Vec<String>,
    /// Whether it is beyond the published tools, so that a connection must turn it on.
    pub additional: bool,
    /// The operator's file that it comes from.
    pub operator_file: Option<String>,
    /// Its parameters, in order.
    pub parameters: Vec<ParameterSummary>,
}

/// One parameter of a tool.
pub struct ParameterSummary {
    /// Its name.
    pub name: String,
    /// Its JSON type.
    pub kind: String,
    /// Whether it must be given.
    pub required: bool,
    /// What it means.
    pub description: String,
}

/// All tools, in the order of the catalogue.
pub fn summaries(confluence: &Confluence) -> Vec<ToolSummary> {
    confluence.catalogue().tools().map(summary).collect()
}

fn summary(tool: &Tool) -> ToolSummary {
    let parameter = |it: &headwater_catalog::definition::Parameter| ParameterSummary {
        name: it.name.clone(),
        kind: it.kind.as_str().to_owned(),
        required: it.required,
        description: it.description.clone(),
    };
    ToolSummary {
        name: tool.name.clone(),
        title: tool.title.clone(),
        description: tool.description.clone(),
        request: format!("{} {}", tool.request.method.as_str(), tool.request.template()),
        scopes: tool.scopes.preferred().to_vec(),
        additional: !tool.published,
        operator_file: tool.operator_file.clone(),
        parameters: tool.parameters.iter().map(parameter).collect(),
    }
}
