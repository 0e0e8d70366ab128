//! Finding tools by what somebody wants to do: BM25 over names, titles, descriptions, parameter names and the intents
//! that the tool's data lists. Of tools that fit alike, the one whose name says no more than was asked comes first.

mod words;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::definition::Tool;
use words::{Term, query_terms, words_of};

/// How quickly more of the same word counts for less.
const SATURATION: f64 = 1.2;
/// How much a long text counts for less than a short one.
const LENGTH: f64 = 0.6;
/// How much a synonym counts, compared with the word itself.
const SYNONYM: f64 = 0.6;
/// How alike a misspelt word and a known one must be; 1 means equal.
const ALIKE: f64 = 0.8;

/// What a word counts for, by where it stands.
const NAME: f64 = 3.0;
const INTENT: f64 = 2.5;
const TITLE: f64 = 2.0;
const DESCRIPTION: f64 = 1.0;
const PARAMETER: f64 = 0.5;

/// How much of its score a tool keeps when the query has none of the words of its name.
const UNNAMED: f64 = 0.6;

/// Which words occur in which tools.
#[derive(Debug, Default)]
pub(crate) struct SearchIndex {
    /// For each word, the places of the tools that hold it and how much of it they hold.
    postings: HashMap<String, Vec<(usize, f64)>>,
    /// How long each tool's text is.
    lengths: Vec<f64>,
    mean_length: f64,
    /// The words of each tool's name.
    names: Vec<HashSet<String>>,
}

/// A tool that fits a query.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'a> {
    /// The tool.
    pub tool: &'a Arc<Tool>,
    /// How well it fits, from 0 to 1; comparable within the answer to one query.
    pub score: f64,
}

impl SearchIndex {
    /// Reads the words of tools; they are known by their places in the list.
    pub(crate) fn new(tools: &[Tool]) -> Self {
        let mut index = Self::default();
        let names: HashSet<&str> = tools.iter().map(|tool| tool.name.as_str()).collect();
        for (place, tool) in tools.iter().enumerate() {
            let weights = weights(tool, &names);
            index.lengths.push(weights.values().sum());
            index.names.push(words_of(&tool.name).collect());
            for (word, weight) in weights {
                index.add(place, word, weight);
            }
            // However much is listed, a tool's text counts as no longer for it.
            for word in tool.intents.iter().flat_map(|intent| words_of(intent)) {
                index.add(place, word, INTENT);
            }
        }
        let count = f64::from(u32::try_from(tools.len()).unwrap_or(u32::MAX)).max(1.0);
        index.mean_length = (index.lengths.iter().sum::<f64>() / count).max(1.0);
        index
    }

    fn add(&mut self, place: usize, word: String, weight: f64) {
        let holders = self.postings.entry(word).or_default();
        match holders.last_mut() {
            Some((last, sum)) if *last == place => *sum += weight,
            _ => holders.push((place, weight)),
        }
    }

    /// The places of the tools that hold any word of `query`, each with how well it fits, the best first.
    pub(crate) fn find(&self, query: &str) -> Vec<(usize, f64)> {
        let terms: Vec<Term> = query_terms(query).into_iter().map(|term| self.corrected(term)).collect();
        let asked: HashSet<&str> = terms
            .iter()
            .flat_map(|it| std::iter::once(it.word.as_str()).chain(it.synonyms.iter().copied()))
            .collect();
        let mut scores: HashMap<usize, f64> = HashMap::new();
        let mut best = 0.0;
        for term in &terms {
            best += self.rarity(&term.word).max(1.0) * (SATURATION + 1.0);
            for (place, score) in self.scores_of(term) {
                *scores.entry(place).or_default() += score;
            }
        }
        let mut ranked: Vec<(usize, f64)> = scores
            .into_iter()
            .map(|(place, score)| (place, self.weighed(place, score / best, &asked)))
            .collect();
        ranked.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        ranked
    }

    /// A score, less where the name says what nobody asked for: `list spaces` does not mean the roles of spaces.
    fn weighed(&self, place: usize, score: f64, asked: &HashSet<&str>) -> f64 {
        let count = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
        let share = self.names.get(place).filter(|name| !name.is_empty()).map_or(1.0, |name| {
            count(name.iter().filter(|word| asked.contains(word.as_str())).count()) / count(name.len())
        });
        (score * (UNNAMED + (1.0 - UNNAMED) * share)).min(1.0)
    }

    /// What one word of a query adds, for each tool: the word itself or its best synonym, not both.
    fn scores_of(&self, term: &Term) -> HashMap<usize, f64> {
        let mut scores: HashMap<usize, f64> = HashMap::new();
        let own = std::iter::once((term.word.as_str(), 1.0));
        for (word, factor) in own.chain(term.synonyms.iter().map(|it| (*it, SYNONYM))) {
            let rarity = self.rarity(word);
            for (place, frequency) in self.postings.get(word).into_iter().flatten() {
                let score = factor * rarity * self.saturated(*place, *frequency);
                let present = scores.entry(*place).or_default();
                *present = present.max(score);
            }
        }
        scores
    }

    /// How much it says that a tool holds this word: the fewer do, the more.
    fn rarity(&self, word: &str) -> f64 {
        let count = |length: usize| f64::from(u32::try_from(length).unwrap_or(u32::MAX));
        let (all, holders) = (count(self.lengths.len()), count(self.postings.get(word).map_or(0, Vec::len)));
        ((all - holders + 0.5) / (holders + 0.5)).ln_1p()
    }

    fn saturated(&self, place: usize, frequency: f64) -> f64 {
        let length = self.lengths.get(place).copied().unwrap_or(self.mean_length);
        let damping = 1.0 - LENGTH + LENGTH * length / self.mean_length;
        frequency * (SATURATION + 1.0) / (frequency + SATURATION * damping)
    }

    /// A word that no tool holds and that has no synonym, put right when it is nearly one that some tool holds.
    fn corrected(&self, term: Term) -> Term {
        if !term.synonyms.is_empty() || term.word.len() < 4 || self.postings.contains_key(&term.word) {
            return term;
        }
        let likeness = |known: &&String| strsim::normalized_damerau_levenshtein(&term.word, known);
        let nearest = self.postings.keys().map(|known| (likeness(&known), known));
        let nearest = nearest.max_by(|one, other| one.0.total_cmp(&other.0).then(other.1.cmp(one.1)));
        match nearest {
            Some((likeness, known)) if likeness >= ALIKE => Term::plain(known.clone()),
            _ => term,
        }
    }
}

/// What each word of a tool's text counts for. Other tools that it mentions are left out: it is not about them.
fn weights(tool: &Tool, names: &HashSet<&str>) -> HashMap<String, f64> {
    let mut weights = HashMap::new();
    let mut add = |text: &str, weight: f64| {
        for word in words_of(text) {
            *weights.entry(word).or_default() += weight;
        }
    };
    add(&tool.name, NAME);
    add(&tool.title, TITLE);
    let is_name = |it: &str| names.contains(it.trim_matches(|it: char| !it.is_alphanumeric()));
    tool.description.split_whitespace().filter(|it| !is_name(it)).for_each(|it| add(it, DESCRIPTION));
    tool.parameters.iter().for_each(|parameter| add(&parameter.name, PARAMETER));
    weights
}

#[cfg(test)]
mod tests;
