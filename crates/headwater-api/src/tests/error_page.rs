//! docs/errors.md, from the codes and from what this crate makes of them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use headwater_domain::error_code::ErrorCode;

use crate::error::{code, http_status};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
const HEAD: &str = "# Error codes

Every error names a code that keeps its meaning from release to release, in `error_code` of its details. The message says
what was wrong in this case. gRPC calls end with the status, REST calls with the HTTP status; a tool error
(`TOOL_ERROR`) has the provider's own code in its details as well.

Exceptions: over REST a body that is too large is answered with 413, and a method that an address does not take with 405.
`ANSWER_TOO_LARGE`, which only gRPC clients meet, ends with OutOfRange.
The proxy answers 403 for an account or a connection that is not active and 502 where headwater is at fault, and never
401, because clients would take that for a failure of their own token.

This page is written by `cargo xtask docs`.

| code | status | meaning | what to do |
|---|---|---|---|
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for error in ErrorCode::ALL {
        let status = |kind| {
            let code = code(kind);
            format!("{code:?} {}", http_status(code).as_u16())
        };
        let statuses: Vec<String> = error.kinds().iter().map(|kind| status(*kind)).collect();
        let statuses =
            if statuses.is_empty() { "the end user's page".to_owned() } else { statuses.join(", ") };
        writeln!(page, "| `{error}` | {statuses} | {} | {} |", error.meaning(), error.remedy()).unwrap();
    }
    page
}

/// `UPDATE_GOLDEN=1` writes the page instead.
#[test]
#[expect(clippy::disallowed_methods, reason = "whether to write is told by a variable")]
fn the_page_of_errors_is_what_the_codes_say() {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(Path::new(PAGE), page()).unwrap();
    }
    assert_eq!(fs::read_to_string(PAGE).unwrap_or_default(), page(), "run `cargo xtask docs`");
}
