//! What to do instead, where another operation does what a caller tried: condition and advice, as data of a tool.

use serde::Deserialize;

use super::Tool;

/// One piece of advice. Either the provider's refusal calls for it (`status`, `refusal`), or an argument that the tool
/// does not take (`argument`, `values`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advice {
    /// The HTTP statuses of the refusal; empty for any.
    #[serde(default)]
    pub status: Vec<u16>,
    /// Texts of which the refusal holds one, whatever their case; empty for any.
    #[serde(default)]
    pub refusal: Vec<String>,
    /// Names of arguments: those that the tool does not have, and its own when their values are refused.
    #[serde(default)]
    pub argument: Vec<String>,
    /// The refused values that it is about; empty for any.
    #[serde(default)]
    pub values: Vec<String>,
    /// What to do, as half a sentence that names the tool to call.
    pub say: String,
}

impl Advice {
    /// What is wrong with it as data of a tool, if anything.
    pub(crate) fn defect(&self) -> Option<&'static str> {
        let (refusal, argument) =
            (!self.status.is_empty() || !self.refusal.is_empty(), !self.argument.is_empty());
        if self.say.trim().is_empty() {
            return Some("says nothing");
        }
        if refusal == argument {
            return Some("is about a refusal and an argument at once, or about neither");
        }
        (refusal && !self.values.is_empty()).then_some("has `values` without an `argument`")
    }
}

impl Tool {
    /// What to do about a refusal of the provider, if this tool knows.
    pub fn advice_on_refusal(&self, status: u16, text: &str) -> Option<&str> {
        let text = text.to_lowercase();
        let fits = |it: &&Advice| {
            it.argument.is_empty()
                && (it.status.is_empty() || it.status.contains(&status))
                && (it.refusal.is_empty()
                    || it.refusal.iter().any(|part| text.contains(&part.to_lowercase())))
        };
        self.advice.iter().find(fits).map(|it| it.say.as_str())
    }

    /// What to do about an argument that the tool does not have, or whose value it refuses.
    pub(crate) fn advice_on_argument(&self, name: &str, value: Option<&str>) -> Option<&str> {
        let fits = |it: &&Advice| {
            it.argument.iter().any(|known| alike(known, name))
                && (it.values.is_empty()
                    || value.is_some_and(|value| it.values.iter().any(|known| alike(known, value))))
        };
        self.advice.iter().find(fits).map(|it| it.say.as_str())
    }
}

/// Whether two names or words differ in case and separators only: `spaceId` is meant as `space_id`.
pub(crate) fn alike(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> String {
        text.chars().filter(|it| !matches!(it, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
    };
    // Names are short; a caller's text is not compared beyond what a name can be.
    other.len() <= 200 && letters(one) == letters(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_tools::sample;

    #[test]
    fn advice_is_about_a_refusal_or_about_an_argument() {
        let say = "do".to_owned();
        let table = [
            (Advice { say: say.clone(), ..Advice::default() }, true),
            (
                Advice {
                    status: vec![404],
                    argument: vec!["a".to_owned()],
                    say: say.clone(),
                    ..Advice::default()
                },
                true,
            ),
            (
                Advice {
                    status: vec![404],
                    values: vec!["a".to_owned()],
                    say: say.clone(),
                    ..Advice::default()
                },
                true,
            ),
            (Advice { status: vec![404], say: " ".to_owned(), ..Advice::default() }, true),
            (Advice { status: vec![404], say: say.clone(), ..Advice::default() }, false),
            (
                Advice {
                    argument: vec!["a".to_owned()],
                    values: vec!["b".to_owned()],
                    say,
                    ..Advice::default()
                },
                false,
            ),
        ];
        for (advice, wrong) in table {
            assert_eq!(advice.defect().is_some(), wrong, "{advice:?}");
        }
    }

    #[test]
    fn the_first_advice_that_fits_is_given() {
        let tool = sample();
        assert_eq!(tool.advice_on_refusal(400, "It lies in ANOTHER box"), Some("thing_move moves it"));
        assert_eq!(tool.advice_on_refusal(404, "It lies in another box"), None);
        assert_eq!(tool.advice_on_argument("boxId", Some("7")), Some("thing_move moves it to another box"));
        assert_eq!(tool.advice_on_argument("sort", Some("Title")), Some("thing_list sorts by title"));
        assert_eq!(tool.advice_on_argument("sort", Some("size")), None);
        assert_eq!(tool.advice_on_argument(&"boxid".repeat(1_000), None), None);
    }
}
