//! Confluence speaks of the members of its requests; callers know the parameters of tools.

use headwater_catalog::definition::{Place, Tool};

/// What the members that a refusal names are called as parameters, where that differs: nothing, or the end of a
/// sentence.
pub(super) fn translated(tool: &Tool, text: &str) -> String {
    let mut members: Vec<(&str, Vec<&str>)> = Vec::new();
    for parameter in &tool.parameters {
        let named = parameter.places.iter().filter_map(member).filter(|it| names(text, it));
        for member in named.filter(|it| tool.parameter(it).is_none()) {
            match members.iter_mut().find(|(known, _)| *known == member) {
                Some((_, parameters)) => parameters.push(&parameter.name),
                None => members.push((member, vec![&parameter.name])),
            }
        }
    }
    let told = |(member, parameters): &(&str, Vec<&str>)| {
        format!("; `{member}` is given by `{}`", parameters.join("`, `"))
    };
    members.iter().map(told).collect()
}

/// The member of the request that holds what goes to a place.
fn member(place: &Place) -> Option<&str> {
    match place {
        Place::Path(name) | Place::Query(name, _) | Place::Part(name) => Some(name),
        Place::Body(name) => name.split('.').next(),
        Place::WholeBody | Place::Nowhere => None,
    }
}

/// Whether a text speaks of a member. Names that are words too, such as `body`, must stand where a member does.
fn names(text: &str, member: &str) -> bool {
    let unlike_a_word = member.contains('-') || member.chars().any(|it| it.is_ascii_uppercase());
    text.match_indices(member).any(|(place, _)| {
        let (before, after) =
            (text[..place].chars().next_back(), text[place + member.len()..].chars().next());
        let part_of_a_word = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '-');
        let whole = !part_of_a_word(before) && !part_of_a_word(after);
        whole && (unlike_a_word || (before.is_none() && matches!(after, Some(':' | '.'))))
    })
}

#[cfg(test)]
mod tests {
    use headwater_catalog::connector::Connector as _;

    use super::*;
    use crate::Confluence;

    #[test]
    fn members_are_told_by_the_names_of_their_parameters() {
        let confluence = Confluence::new().unwrap();
        let table = [
            (
                "confluence_inline_comment_create",
                "inlineCommentProperties: must not be null",
                "; `inlineCommentProperties` is given by `inline_comment_text_selection`, \
                 `inline_comment_text_selection_match_count`, `inline_comment_text_selection_match_index`",
            ),
            (
                "confluence_custom_content_create",
                "blogPostId: unknown",
                "; `blogPostId` is given by `blog_post_id`",
            ),
            (
                "confluence_page_list",
                "Provided value for 'body-format' is wrong",
                "; `body-format` is given by `body_format`",
            ),
            (
                "confluence_page_update",
                "version.number: too small",
                "; `version` is given by `version_number`, `version_message`",
            ),
            ("confluence_page_update", "Could not read the body: of version 7", ""),
            ("confluence_page_create", "spaceId: must not be null", ""),
            ("confluence_page_list", "no-body-format, body-formats", ""),
        ];
        for (name, text, expected) in table {
            let tool = confluence.catalogue().get(name).unwrap();
            assert_eq!(translated(tool, text), expected, "{text}");
        }
    }
}
