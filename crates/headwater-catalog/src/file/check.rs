//! Whether a tool makes sense: what a schema of the file cannot say.

use std::collections::HashSet;

use serde_json::Value;

use super::Problem;
use crate::definition::schema::property;
use crate::definition::{Advice, Format, Kind, Method, Paging, Parameter, Place, Reply, Segment, Tool};

/// The longest tool name that the wire contract lets through.
const MAX_NAME: usize = 100;

type Check = Result<(), Problem>;

fn ensure(holds: bool, what: impl FnOnce() -> String, remedy: &str) -> Check {
    if holds { Ok(()) } else { Err(Problem::new(what(), remedy)) }
}

/// Checks one parameter by itself.
pub(super) fn parameter(parameter: &Parameter) -> Check {
    let name = &parameter.name;
    let says = |what: &'static str| move || format!("parameter `{name}` {what}");
    ensure(
        word(name) && name.len() <= MAX_NAME,
        says("has a name with other characters than letters, digits and `_`"),
        "rename it",
    )?;
    ensure(
        !parameter.description.trim().is_empty(),
        says("has no description"),
        "say what it means and allows",
    )?;
    ensure(
        !(parameter.required && parameter.default.is_some()),
        says("is required and has a default"),
        "remove one of the two",
    )?;
    format(parameter)?;
    words(parameter)?;
    bounds(parameter)?;
    samples(parameter)
}

/// What counts as not given, and which words stand for others.
fn words(parameter: &Parameter) -> Check {
    let Parameter { name, kind, format, allowed, .. } = parameter;
    let free = *kind == Kind::String
        && allowed.is_empty()
        && !matches!(format, Some(Format::Id | Format::Cursor | Format::Download | Format::Json))
        && parameter.min_length.is_none_or(|it| it == 0);
    ensure(
        free || !parameter.may_be_empty,
        || format!("parameter `{name}` `may_be_empty`, but an empty text is none of its values"),
        "remove `may_be_empty`",
    )?;
    let objects = matches!(kind, Kind::Object | Kind::Array(crate::definition::ItemKind::Object));
    ensure(
        objects || parameter.empty_members.is_empty(),
        || format!("parameter `{name}` has `empty_members` but holds no objects"),
        "remove them",
    )?;
    ensure(
        parameter.synonyms.iter().all(|(word, meant)| allowed.contains(meant) && !allowed.contains(word)),
        || format!("a synonym of parameter `{name}` is allowed itself, or stands for what is not"),
        "let every synonym stand for one of the `allowed` values",
    )?;
    let sorted = |here: &crate::definition::SortedHere| {
        here.members.iter().all(|it| allowed.contains(it) && allowed.contains(&format!("-{it}")))
    };
    ensure(
        parameter.sorted_here.as_ref().is_none_or(|here| sorted(here) && !here.if_more.trim().is_empty()),
        || format!("parameter `{name}` has `sorted_here` that is not `allowed` in both directions"),
        "allow each member, and each with `-` before it; say in `if_more` what is then not in order",
    )
}

fn format(parameter: &Parameter) -> Check {
    let name = &parameter.name;
    let (kind, format) = (parameter.kind, parameter.format);
    let texts = matches!(kind, Kind::String | Kind::Array(crate::definition::ItemKind::String));
    let fits = match format {
        None => true,
        Some(Format::Id) => texts && parameter.allowed.is_empty(),
        Some(Format::Cursor | Format::Document | Format::Json) => {
            kind == Kind::String && !parameter.comma_list
        }
        Some(Format::Base64 | Format::Download) => {
            let part = |place: &Place| matches!(place, Place::Part(name) if !name.contains('.'));
            kind == Kind::String && parameter.places.iter().all(part)
        }
    };
    ensure(
        fits,
        || format!("parameter `{name}` has a `format` that does not fit its type"),
        "correct one of the two",
    )?;
    ensure(
        parameter.allowed.is_empty() || texts,
        || format!("parameter `{name}` has `allowed` values but is no text"),
        "use `minimum` and `maximum`, or another type",
    )?;
    let choosable = format == Some(Format::Id) || !parameter.allowed.is_empty();
    let array = kind == Kind::Array(crate::definition::ItemKind::String);
    let words = kind == Kind::String && choosable && parameter.allowed.iter().all(|it| plain(it));
    ensure(
        !parameter.comma_list || array || words,
        || format!("parameter `{name}` cannot be a `comma_list`"),
        "make it an array of strings, or a string with `allowed` words or of the format `id`",
    )
}

fn bounds(parameter: &Parameter) -> Check {
    let Parameter { name, kind, minimum, maximum, min_length, max_length, max_items, .. } = parameter;
    let numeric = matches!(kind, Kind::Integer | Kind::Number);
    let fits = (numeric || (minimum.is_none() && maximum.is_none()))
        && (*kind == Kind::String || (min_length.is_none() && max_length.is_none()))
        && (matches!(kind, Kind::Array(_)) || max_items.is_none());
    ensure(
        fits,
        || format!("parameter `{name}` has a bound that does not fit its type"),
        "remove the bound",
    )?;
    let ordered = minimum.zip(*maximum).is_none_or(|(low, high)| low <= high)
        && min_length.zip(*max_length).is_none_or(|(low, high)| low <= high);
    ensure(ordered, || format!("parameter `{name}` has a lower bound above its upper one"), "swap them")
}

/// A default or example that the schema would refuse misleads every model that reads it.
fn samples(parameter: &Parameter) -> Check {
    let schema = Value::Object(property(parameter));
    let validator = jsonschema::draft202012::new(&schema).map_err(|error| {
        Problem::new(format!("parameter `{}` has no valid schema: {error}", parameter.name), "correct it")
    })?;
    for sample in parameter.default.iter().chain(&parameter.example) {
        ensure(
            validator.is_valid(sample),
            || format!("parameter `{}` does not allow its own default or example {sample}", parameter.name),
            "correct the value",
        )?;
    }
    Ok(())
}

/// Checks a tool as a whole.
pub(super) fn tool(tool: &Tool) -> Check {
    let lower =
        tool.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    ensure(
        lower && (1..=MAX_NAME).contains(&tool.name.len()),
        || "the name holds other characters than `a` to `z`, digits and `_`, or is too long".to_owned(),
        "rename it",
    )?;
    ensure(
        !tool.title.trim().is_empty() && !tool.description.trim().is_empty(),
        || "it has no title or no description".to_owned(),
        "say what it does and when to use it",
    )?;
    ensure(
        !(tool.scopes.granular.is_empty() && tool.scopes.classic.is_empty()),
        || "it names no scope".to_owned(),
        "name the scopes that its operation needs",
    )?;
    hints(tool)?;
    unique(tool)?;
    advice(tool)?;
    path(tool)?;
    query(tool)?;
    body(tool)?;
    form(tool)?;
    together(tool)?;
    keep(tool)?;
    paging(tool)
}

fn hints(tool: &Tool) -> Check {
    let hints = tool.hints;
    ensure(
        !(hints.read_only && hints.destructive),
        || "it is `read_only` and `destructive` at once".to_owned(),
        "set one of them to false",
    )?;
    let fits = match tool.request.method {
        Method::Get => hints.read_only && hints.idempotent,
        Method::Delete => !hints.read_only && hints.destructive,
        Method::Post | Method::Put => true,
    };
    ensure(
        fits,
        || format!("its hints contradict the method {}", tool.request.method.as_str()),
        "GET is `read_only` and `idempotent`; DELETE is `destructive`",
    )
}

fn unique(tool: &Tool) -> Check {
    let mut names = HashSet::new();
    let twice = tool.parameters.iter().find(|it| !names.insert(it.name.as_str()));
    twice.map_or(Ok(()), |it| {
        Err(Problem::new(format!("parameter `{}` is there twice", it.name), "rename one"))
    })
}

/// Advice that is about nothing would never be given.
fn advice(tool: &Tool) -> Check {
    let defect = tool.advice.iter().find_map(Advice::defect);
    defect.map_or(Ok(()), |what| {
        let remedy = "give it `refusal` or `status`, or `argument`, and what to `say`";
        Err(Problem::new(format!("a piece of its advice {what}"), remedy))
    })
}

/// Path variables and the parameters that fill them must match one to one.
fn path(tool: &Tool) -> Check {
    let mut filled = HashSet::new();
    for parameter in &tool.parameters {
        for place in &parameter.places {
            let Place::Path(variable) = place else { continue };
            let known = tool.request.segments.contains(&Segment::Variable(variable.clone()));
            ensure(
                known && filled.insert(variable.as_str()),
                || {
                    format!(
                        "parameter `{}` fills `{{{variable}}}`, which is not free in the path",
                        parameter.name
                    )
                },
                "correct the path or the parameter",
            )?;
            ensure(
                parameter.required && matches!(parameter.kind, Kind::String | Kind::Integer),
                || {
                    format!(
                        "parameter `{}` stands in the path but is optional or no single value",
                        parameter.name
                    )
                },
                "make it required and a string or an integer",
            )?;
        }
    }
    let mut variables = HashSet::new();
    for segment in &tool.request.segments {
        let Segment::Variable(name) = segment else { continue };
        ensure(
            filled.contains(name.as_str()) && variables.insert(name),
            || format!("nothing fills `{{{name}}}` in the path, or it is there twice"),
            "add a parameter with this `path`",
        )?;
    }
    Ok(())
}

fn query(tool: &Tool) -> Check {
    let mut names = HashSet::new();
    for parameter in &tool.parameters {
        for place in &parameter.places {
            let Place::Query(name, _) = place else { continue };
            ensure(
                !name.is_empty() && names.insert(name),
                || format!("the query parameter `{name}` of `{}` is empty or used twice", parameter.name),
                "correct the `query` name",
            )?;
            ensure(
                parameter.kind != Kind::Object,
                || format!("parameter `{}` is an object and cannot stand in the query", parameter.name),
                "put it into the body",
            )?;
        }
    }
    Ok(())
}

/// Body names must make a tree in which no name is both a value and a parent.
fn body(tool: &Tool) -> Check {
    let of = |place: &Place| match place {
        Place::Body(name) => Some(name.clone()),
        Place::Path(_) | Place::Query(..) | Place::WholeBody | Place::Part(_) | Place::Nowhere => None,
    };
    whole_body(tool)?;
    let names: Vec<String> = tool.parameters.iter().flat_map(|it| &it.places).filter_map(of).collect();
    ensure(
        (names.is_empty() && tool.fixed.is_empty()) || tool.request.method.has_body(),
        || format!("{} requests have no body", tool.request.method.as_str()),
        "put the parameter into the query or change the method",
    )?;
    for (place, name) in names.iter().enumerate() {
        let clash = names.iter().enumerate().any(|(other_place, other)| {
            other_place != place && (other == name || other.starts_with(&format!("{name}.")))
        }) || name.split('.').next().is_some_and(|first| tool.fixed.contains_key(first));
        ensure(
            !clash && name.split('.').all(|part| !part.is_empty()),
            || format!("the body name `{name}` is malformed, used twice or also the parent of another"),
            "correct the `body` name",
        )?;
    }
    Ok(())
}

/// A parameter that is the whole body leaves no room for others.
fn whole_body(tool: &Tool) -> Check {
    let places = || tool.parameters.iter().flat_map(|it| &it.places);
    let whole = places().filter(|it| **it == Place::WholeBody).count();
    let parts = places().filter(|it| matches!(it, Place::Body(_))).count() + tool.fixed.len();
    ensure(
        whole == 0 || (whole == 1 && parts == 0 && tool.request.method.has_body()),
        || "a parameter is the whole body, and something else stands in it too, or there is none".to_owned(),
        "give the others names in the body, or let one parameter be all of it",
    )
}

/// A form leaves no room for a JSON body, and what tells about a file needs the file.
fn form(tool: &Tool) -> Check {
    let places = || tool.parameters.iter().flat_map(|it| &it.places);
    let bodies = places().any(|it| matches!(it, Place::Body(_) | Place::WholeBody));
    ensure(
        !tool.sends_form() || (!bodies && tool.keep.is_none() && tool.request.method.has_body()),
        || "it has a `part`, and also a JSON body, or a method without a body".to_owned(),
        "make all of them parts, of a POST or PUT request",
    )?;
    let is_file = |it: &Parameter| matches!(it.format, Some(Format::Base64 | Format::Download));
    for (parameter, name) in tool.parts() {
        let about = name.split_once('.');
        let known = about.is_none_or(|(file, what)| {
            ["filename", "type"].contains(&what)
                && tool.parts().any(|(other, part)| part == file && is_file(other))
        });
        let twice = tool.parts().any(|(other, part)| {
            part == name && other.name != parameter.name && !(is_file(other) && is_file(parameter))
        });
        ensure(
            known && !twice && !name.is_empty(),
            || format!("the part `{name}` is there twice, or tells about no file"),
            "a `part` is a name of its own, or `filename` or `type` behind the part of a file and a dot",
        )?;
    }
    ensure(
        tool.reply == Reply::Json || tool.request.method == Method::Get,
        || "only GET requests bring a file".to_owned(),
        "remove `reply`",
    )
}

fn together(tool: &Tool) -> Check {
    for group in &tool.together {
        let known = group.iter().all(|name| tool.parameter(name).is_some_and(|it| !it.required));
        ensure(
            known && group.len() > 1,
            || format!("the group {group:?} in `together` does not name two or more optional parameters"),
            "correct the names",
        )?;
    }
    Ok(())
}

fn keep(tool: &Tool) -> Check {
    let Some(keep) = &tool.keep else { return Ok(()) };
    let below = format!("{}.", keep.member);
    let sets = |place: &Place| matches!(place, Place::Body(name) if *name == keep.member || name.starts_with(&below));
    let setters: Vec<&Parameter> =
        tool.parameters.iter().filter(|parameter| parameter.places.iter().any(sets)).collect();
    ensure(
        tool.request.method == Method::Put
            && keep.from.starts_with('/')
            && !setters.is_empty()
            && setters.iter().all(|it| !it.required),
        || format!("it cannot `keep` `{}`", keep.member),
        "keep a member of a PUT body that only optional parameters set; `from` is a JSON Pointer",
    )
}

fn paging(tool: &Tool) -> Check {
    let has_cursor = tool.parameters.iter().any(|it| it.format == Some(Format::Cursor));
    ensure(
        has_cursor == (tool.paging == Some(Paging::Cursor)),
        || "`paging = \"cursor\"` and a parameter of the format `cursor` must come together".to_owned(),
        "add the one that is missing",
    )?;
    let has_start = tool.parameter("start").is_some_and(|it| it.kind == Kind::Integer);
    ensure(
        has_start || tool.paging != Some(Paging::Start),
        || "`paging = \"start\"` needs an integer parameter named `start`".to_owned(),
        "add it",
    )
}

fn word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a word stands for itself in a regular expression.
fn plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
