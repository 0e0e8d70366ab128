//! Wildcards and fuzzy words, and the words of the index that they match.

use std::collections::{HashMap, HashSet};

use sqlx::SqliteConnection;

use crate::storage::StorageError;

/// The most words that one pattern stands for.
const MOST: i64 = 250;
/// The default and greatest edit distance of a fuzzy word [docs: the distance of Lucene].
const DISTANCE: usize = 2;

/// The words of the index that each pattern of a query stands for.
#[derive(Debug, Default)]
pub(crate) struct Lexicon(HashMap<String, Vec<String>>);

/// The kinds of terms.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pattern<'a> {
    /// A word as it is.
    Word(&'a str),
    /// Words with this beginning.
    Beginning(&'a str),
    /// A star or a question mark within it.
    Wildcard(&'a str),
    /// The word, and how many letters may differ.
    Fuzzy(&'a str, usize),
}

impl<'a> Pattern<'a> {
    /// Reads one term that white space or quotes have set apart.
    pub(super) fn read(term: &'a str) -> Self {
        if let Some((word, distance)) = term.rsplit_once('~')
            && (distance.is_empty() || distance.parse::<f32>().is_ok())
        {
            // Older numbers below one say how similar words must be; they count as the usual distance.
            let distance = distance.parse().map_or(DISTANCE, |it: usize| it.min(DISTANCE));
            return Self::Fuzzy(word, distance);
        }
        let body = term.trim_end_matches('*');
        if body.contains(['*', '?']) {
            Self::Wildcard(term)
        } else if body.len() < term.len() {
            Self::Beginning(body)
        } else {
            Self::Word(term)
        }
    }
}

impl Lexicon {
    /// Looks up the patterns among these texts.
    pub(super) async fn look_up(
        connection: &mut SqliteConnection,
        texts: &[String],
    ) -> Result<Self, StorageError> {
        let terms: HashSet<&str> =
            texts.iter().flat_map(|it| it.split('"')).flat_map(str::split_whitespace).collect();
        let mut known = HashMap::new();
        for term in terms {
            let words = match Pattern::read(term) {
                Pattern::Wildcard(pattern) => like(connection, pattern).await?,
                Pattern::Fuzzy(word, distance) => near(connection, word, distance).await?,
                Pattern::Word(_) | Pattern::Beginning(_) => continue,
            };
            known.insert(term.to_owned(), words);
        }
        Ok(Self(known))
    }

    /// Returns the words that a term stands for.
    pub(super) fn words(&self, term: &str) -> &[String] {
        self.0.get(term).map_or(&[], Vec::as_slice)
    }

    #[cfg(test)]
    pub(super) fn of(term: &str, words: &[&str]) -> Self {
        Self(HashMap::from([(term.to_owned(), words.iter().map(|it| (*it).to_owned()).collect())]))
    }
}

async fn like(connection: &mut SqliteConnection, pattern: &str) -> Result<Vec<String>, StorageError> {
    let pattern = pattern.to_lowercase().replace('[', "[[]");
    Ok(sqlx::query_scalar("SELECT term FROM vocabulary WHERE term GLOB ?1 LIMIT ?2")
        .bind(pattern)
        .bind(MOST)
        .fetch_all(connection)
        .await?)
}

async fn near(
    connection: &mut SqliteConnection,
    word: &str,
    distance: usize,
) -> Result<Vec<String>, StorageError> {
    let word = word.to_lowercase();
    let length = i64::try_from(word.chars().count()).unwrap_or(i64::MAX);
    let off = i64::try_from(distance).unwrap_or_default();
    let words: Vec<String> =
        sqlx::query_scalar("SELECT term FROM vocabulary WHERE length(term) BETWEEN ?1 AND ?2")
            .bind(length.saturating_sub(off))
            .bind(length.saturating_add(off))
            .fetch_all(connection)
            .await?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    Ok(words.into_iter().filter(|it| strsim::levenshtein(it, &word) <= distance).take(most).collect())
}
