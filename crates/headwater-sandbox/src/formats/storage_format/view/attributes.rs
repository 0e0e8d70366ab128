//! Attributes that are kept in a view, and checks that their values are harmless.

use crate::formats::storage_format::tree::Element;

/// The properties that styles may set.
const PROPERTIES: [&str; 5] = ["background-color", "color", "margin-left", "text-align", "width"];

/// Returns the attributes that are kept, and those that the vendor adds.
pub(super) fn kept(name: &str, element: &Element) -> Vec<(String, String)> {
    let wanted: &[&str] = match name {
        "a" => &["href", "title", "data-card-appearance"],
        "td" | "th" => &["colspan", "rowspan", "data-highlight-colour"],
        "ol" => &["start"],
        "table" => &["data-layout", "data-table-width"],
        _ => &[],
    };
    let value = |key: &str| match key {
        "href" => harmless_link(element.attribute(key)).unwrap_or_default().to_owned(),
        _ => element.attribute(key).to_owned(),
    };
    let mut kept: Vec<(String, String)> = wanted.iter().map(|key| ((*key).to_owned(), value(key))).collect();
    let mut style = harmless_style(element.attribute("style"));
    let highlight = element.attribute("data-highlight-colour");
    if !highlight.is_empty() {
        style = harmless_style(&format!("background-color: {highlight};"));
    }
    kept.push(("style".to_owned(), style));
    let class = match name {
        "table" => "confluenceTable",
        "td" => "confluenceTd",
        "th" => "confluenceTh",
        "a" if is_elsewhere(element.attribute("href")) => "external-link",
        _ => "",
    };
    kept.push(("class".to_owned(), class.to_owned()));
    if class == "external-link" {
        kept.push(("rel".to_owned(), "nofollow".to_owned()));
    }
    kept
}

/// Returns a link to the web, to mail, or to a place on the same site; nothing for others, which may run something.
pub(super) fn harmless_link(link: &str) -> Option<&str> {
    let begin = link.trim().to_ascii_lowercase();
    ["http://", "https://", "mailto:", "/", "#"].iter().any(|it| begin.starts_with(it)).then_some(link)
}

/// Returns a day as people read it: `2 Jan 2026`. A text that is no day stays as it is.
pub(super) fn spoken_day(day: &str) -> String {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let mut parts = day.split('-');
    let (year, month, of_month) = (parts.next(), parts.next(), parts.next());
    let month = month.and_then(|month| MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?));
    match (year, month, of_month) {
        (Some(year), Some(month), Some(of_month)) => format!("{of_month} {month} {year}"),
        _ => day.to_owned(),
    }
}

fn is_elsewhere(link: &str) -> bool {
    let begin = link.trim().to_ascii_lowercase();
    begin.starts_with("http://") || begin.starts_with("https://")
}

/// Returns the declarations of a style that are known to be harmless.
fn harmless_style(style: &str) -> String {
    let is_harmless = |(property, value): &(&str, &str)| {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || " #.,%()-".contains(letter);
        PROPERTIES.contains(property)
            && !value.is_empty()
            && value.chars().all(is_plain)
            && (!value.contains('(') || value.starts_with("rgb("))
    };
    let declared = style.split(';').filter_map(|it| it.split_once(':'));
    let trimmed = declared.map(|(property, value)| (property.trim(), value.trim()));
    let kept: Vec<String> =
        trimmed.filter(is_harmless).map(|(property, value)| format!("{property}: {value};")).collect();
    kept.join(" ")
}
