//! Tools for tests, read from TOML like real ones.

use std::sync::LazyLock;

use crate::definition::Tool;
use crate::file::read;

/// A tool with one parameter of every kind.
pub(crate) const SAMPLE: &str = r#"
[[tool]]
name = "sample_thing_update"
title = "Update a thing"
description = "Changes a thing."
request = "PUT /wiki/api/v2/things/{id}/parts/{part}"
scopes = { granular = ["write:thing"] }
hints = { read_only = false, destructive = true, idempotent = false, open_world = true }
together = [["body_representation", "body_value"]]
paging = "cursor"

[[tool.advice]]
status = [400]
refusal = ["another box", "other box"]
say = "thing_move moves it"

[[tool.advice]]
argument = ["box_id"]
say = "thing_move moves it to another box"

[[tool.advice]]
argument = ["sort"]
values = ["title"]
say = "thing_list sorts by title"

[[tool.parameter]]
name = "id"
type = "string"
format = "id"
required = true
path = "id"
body = "id"
description = "Id."
example = "98400"

[[tool.parameter]]
name = "part"
type = "string"
required = true
path = "part"
description = "Part."

[[tool.parameter]]
name = "count"
type = "integer"
query = "count"
minimum = 1
maximum = 250
default = 25
description = "Count."

[[tool.parameter]]
name = "ratio"
type = "number"
query = "ratio"
description = "Ratio."

[[tool.parameter]]
name = "private"
type = "boolean"
query = "is-private"
description = "Private."

[[tool.parameter]]
name = "ids"
type = "array"
format = "id"
query = "ids"
max_items = 3
description = "Ids."

[[tool.parameter]]
name = "keys"
type = "array"
style = "comma"
query = "keys"
description = "Keys."

[[tool.parameter]]
name = "numbers"
type = "array"
items = "integer"
query = "numbers"
description = "Numbers."

[[tool.parameter]]
name = "space_id"
type = "string"
format = "id"
comma_list = true
query = "space-id"
description = "Spaces."
example = "1,2"

[[tool.parameter]]
name = "status"
type = "string"
comma_list = true
allowed = ["current", "archived"]
query = "status"
description = "States."

[[tool.parameter]]
name = "sort"
type = "string"
allowed = ["id", "-id"]
query = "sort"
description = "Order."

[[tool.parameter]]
name = "cursor"
type = "string"
format = "cursor"
query = "cursor"
description = "Cursor."

[[tool.parameter]]
name = "title"
type = "string"
min_length = 1
max_length = 10
body = "title"
description = "Title."

[[tool.parameter]]
name = "body_representation"
type = "string"
body = "body.representation"
description = "Representation."

[[tool.parameter]]
name = "body_value"
type = "string"
format = "document"
body = "body.value"
description = "Value."

[[tool.parameter]]
name = "metadata"
type = "object"
body = "metadata"
empty_members = ["replace"]
description = "Metadata."

[[tool.parameter]]
name = "order"
type = "string"
allowed = ["created-date", "title", "-title"]
synonyms = { new = "created-date" }
sorted_here = { members = ["title"], if_more = "In order within this page only." }
query = "order"
description = "Order."

[[tool.parameter]]
name = "limit"
type = "integer"
query = "limit"
minimum = 1
maximum = 200
description = "Page size."

[[tool.parameter]]
name = "exact"
type = "string"
query = "exact"
if_nothing = "Names match whole: search for parts of them."
description = "Exact name."

[[tool.parameter]]
name = "note"
type = "string"
body = "note"
may_be_empty = true
description = "Note."

[[tool.parameter]]
name = "tags"
type = "array"
comma_list = true
query = "tags"
description = "Tags."
"#;

/// The tool of [`SAMPLE`].
pub(crate) fn sample() -> &'static Tool {
    static TOOL: LazyLock<Tool> = LazyLock::new(|| read("sample.toml", SAMPLE).unwrap().pop().unwrap());
    &TOOL
}

/// A tool whose body has fixed members, JSON written as text, members that come along, and a parameter that is not sent.
pub(crate) const NOTE: &str = r#"
[[tool]]
name = "note_create"
title = "Create a note"
description = "Makes a note."
request = "POST /wiki/api/v2/notes"
scopes = { granular = ["write:note"] }
hints = { read_only = false, destructive = false, idempotent = false, open_world = true }
fixed = { status = "current" }

[[tool.parameter]]
name = "value_json"
type = "string"
format = "json"
body = "value"
description = "Value."

[[tool.parameter]]
name = "summary"
type = "string"
body = "summary.value"
with = { "summary.representation" = "plain" }
description = "Summary."

[[tool.parameter]]
name = "version"
type = "integer"
unsent = true
description = "Version."
"#;

/// A tool whose body is one argument.
pub(crate) const MEMBERS: &str = r#"
[[tool]]
name = "members_set"
title = "Set the members"
description = "Sets the members."
request = "PUT /wiki/api/v2/members"
scopes = { granular = ["write:member"] }
hints = { read_only = false, destructive = true, idempotent = true, open_world = true }

[[tool.parameter]]
name = "members"
type = "array"
items = "object"
required = true
body = "*"
description = "Members."
"#;
