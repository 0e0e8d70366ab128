//! The markers that tie inline comments to a text: `<ac:inline-comment-marker ac:ref="…">text</…>`.

const END: &str = "</ac:inline-comment-marker>";

fn start(reference: &str) -> String {
    format!("<ac:inline-comment-marker ac:ref=\"{reference}\">")
}

/// Returns whether the marker is in a body.
pub(super) fn is_in(body: &str, reference: &str) -> bool {
    body.contains(&start(reference))
}

/// Puts the marker around one occurrence of a text, counted from 0. `None` when the text does not occur `count` times,
/// or not within one element.
pub(super) fn put(
    body: &str,
    selection: &str,
    index: usize,
    count: usize,
    reference: &str,
) -> Option<String> {
    let wanted = selection.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let places = occurrences(body, &wanted);
    let place = *places.get(index).filter(|_| places.len() == count)?;
    let (before, rest) = (body.get(..place)?, body.get(place..)?);
    let after = rest.strip_prefix(wanted.as_str())?;
    Some(format!("{before}{}{wanted}{END}{after}", start(reference)))
}

/// Removes the marker from a body; its text stays.
pub(super) fn take_out(body: &str, reference: &str) -> String {
    let start = start(reference);
    let Some((before, rest)) = body.split_once(&start) else { return body.to_owned() };
    let Some((text, after)) = rest.split_once(END) else { return body.to_owned() };
    format!("{before}{text}{after}")
}

/// Finds where a text occurs outside of tags and CDATA sections.
fn occurrences(body: &str, wanted: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut place = 0;
    while let Some(rest) = body.get(place..).filter(|rest| !rest.is_empty()) {
        let skipped = if rest.starts_with("<![CDATA[") {
            rest.find("]]>").map_or(rest.len(), |end| end + 3)
        } else if rest.starts_with('<') {
            rest.find('>').map_or(rest.len(), |end| end + 1)
        } else if !wanted.is_empty() && rest.starts_with(wanted) {
            places.push(place);
            wanted.len()
        } else {
            rest.chars().next().map_or(1, char::len_utf8)
        };
        place += skipped;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_occurrence_is_marked_and_can_be_unmarked() {
        let body =
            "<p title=\"cat\">cat &amp; cat</p><ac:plain-text-body><![CDATA[cat]]></ac:plain-text-body>";
        let marked = put(body, "cat", 1, 2, "r").unwrap();
        assert!(
            marked.contains(
                "cat &amp; <ac:inline-comment-marker ac:ref=\"r\">cat</ac:inline-comment-marker></p>"
            )
        );
        assert!(is_in(&marked, "r") && !is_in(&marked, "other"));
        assert_eq!(take_out(&marked, "r"), body);
        assert_eq!(take_out(body, "r"), body);
        assert!(put(body, "cat & cat", 0, 1, "r").is_some());
    }

    #[test]
    fn what_does_not_occur_so_often_is_not_found() {
        let body = "<p>one <b>two</b> one</p>";
        for (selection, index, count) in
            [("one", 2, 2), ("one", 0, 1), ("one", 0, 3), ("one two", 0, 1), ("", 0, 1), ("p", 0, 1)]
        {
            assert_eq!(put(body, selection, index, count, "r"), None, "{selection} {index} {count}");
        }
    }
}
