//! Which macro becomes what.

/// How a macro is shown.
pub(crate) enum Shape {
    /// A coloured box around its body.
    Panel(&'static str),
    /// Its plain body, as code.
    Code,
    /// A box that opens.
    Expand,
    /// A coloured word: its `title` parameter.
    Status,
    /// Nothing is known: a box with its name, around its body.
    Unknown,
}

/// The shape of the macro `name`.
pub(crate) fn shape(name: &str) -> Shape {
    match name {
        "info" => Shape::Panel("info"),
        "note" => Shape::Panel("note"),
        "warning" => Shape::Panel("warning"),
        "tip" => Shape::Panel("tip"),
        "panel" => Shape::Panel("plain"),
        "code" | "noformat" => Shape::Code,
        "expand" => Shape::Expand,
        "status" => Shape::Status,
        _ => Shape::Unknown,
    }
}
