//! All tools of a provider: looked up by name, listed in one order, found again under a wrong name.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::arguments::{Arguments, Violation};
use crate::definition::Tool;
use crate::file::{LoadError, OperatorFile, read};
use crate::names::{ALIKE, ranked};
use crate::search::{Hit, SearchIndex};

/// How alike they are when one is the other with a slip of the pen.
const MISSPELT: f64 = 0.9;
/// How well a tool must fit the words of a name to be what was meant by it.
const MEANT: f64 = 0.3;
/// How many words a name must have to say what the tool does, the provider's among them, and how many at most.
const WORDS: usize = 3;
const LONGEST: usize = 8;

/// All tools of a provider.
#[derive(Debug)]
pub struct Catalogue {
    tools: Vec<Arc<Tool>>,
    places: HashMap<String, usize>,
    index: SearchIndex,
}

impl Catalogue {
    /// Puts tools together, ordered by name. Two tools with one name are refused.
    pub fn new(mut tools: Vec<Tool>) -> Result<Self, LoadError> {
        tools.sort_by(|one, other| one.name.cmp(&other.name));
        let mut places = HashMap::with_capacity(tools.len());
        for (place, tool) in tools.iter().enumerate() {
            if places.insert(tool.name.clone(), place).is_some() {
                return Err(LoadError::duplicate(&tool.name));
            }
        }
        let index = SearchIndex::new(&tools);
        Ok(Self { tools: tools.into_iter().map(Arc::new).collect(), places, index })
    }

    /// Puts the provider's tools and those of the operator's files together. A file that is wrong somewhere, or
    /// takes a name that is there, is left out whole and reported; the others are not affected.
    pub fn with_files(tools: Vec<Tool>, files: &[OperatorFile]) -> Result<(Self, Vec<LoadError>), LoadError> {
        let (mut tools, mut broken) = (tools, Vec::new());
        for file in files {
            match read_beside(&tools, file) {
                Ok(more) => tools.extend(more),
                Err(error) => broken.push(error),
            }
        }
        Ok((Self::new(tools)?, broken))
    }

    /// Returns the tool with this name. It is shared, so that a call can keep it when another catalogue takes this one's
    /// place.
    pub fn get(&self, name: &str) -> Option<&Arc<Tool>> {
        self.tools.get(*self.places.get(name)?)
    }

    /// Returns all tools, ordered by name.
    pub fn tools(&self) -> impl ExactSizeIterator<Item = &Tool> + Clone {
        self.tools.iter().map(Arc::as_ref)
    }

    /// Returns all tools, ordered by name, for those who keep some.
    pub fn shared_tools(&self) -> std::slice::Iter<'_, Arc<Tool>> {
        self.tools.iter()
    }

    /// The tools whose names hold every word of `query`, ordered by name.
    pub fn matching<'a>(&'a self, query: &'a str) -> impl Iterator<Item = &'a Tool> {
        self.tools().filter(move |tool| tool.mentions(query))
    }

    /// The tools that fit what somebody wants to do, the best first.
    pub fn search(&self, query: &str) -> Vec<Hit<'_>> {
        let hit = |(place, score)| Some(Hit { tool: self.tools.get(place)?, score });
        self.index.find(query).into_iter().filter_map(hit).collect()
    }

    /// At most `count` names that `name` could have meant, the likeliest first: those that are spelt nearly so, those
    /// that mean the same, those that look like it.
    pub fn nearest(&self, name: &str, count: usize) -> Vec<&str> {
        let known = || self.tools().map(|tool| tool.name.as_str());
        let mut found = ranked(name, known(), MISSPELT);
        if (WORDS..=LONGEST).contains(&name.split('_').count()) {
            let fits = |hit: &Hit<'_>| hit.score >= MEANT;
            let hits = self.search(&name.replace('_', " "));
            found.extend(hits.iter().filter(|hit| fits(hit)).map(|hit| hit.tool.name.as_str()));
        }
        found.extend(ranked(name, known(), ALIKE));
        let mut names = HashSet::new();
        found.retain(|it| names.insert(*it));
        found.truncate(count);
        found
    }

    /// Checks the arguments of a call; see [`Arguments::check`].
    pub fn check(&self, tool: &Tool, given: Map<String, Value>) -> Result<Arguments, Vec<Violation>> {
        Arguments::check(tool, given)
    }
}

/// The tools of an operator's file, whose names differ from those of the present ones and from each other.
fn read_beside(present: &[Tool], file: &OperatorFile) -> Result<Vec<Tool>, LoadError> {
    let mut tools: Vec<Tool> = Vec::new();
    for mut tool in read(&file.name, &file.text)? {
        if let Some(other) = present.iter().chain(&tools).find(|it| it.name == tool.name) {
            let holder = other.operator_file.as_deref().unwrap_or("headwater itself");
            return Err(LoadError::taken(&file.name, &file.text, &tool.name, holder));
        }
        tool.operator_file = Some(file.name.clone());
        tools.push(tool);
    }
    Ok(tools)
}

#[cfg(test)]
mod tests;
