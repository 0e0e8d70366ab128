//! Where the code of others comes from, and the oldest versions of it without known holes.

/// Where every package that is not ours comes from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Packages of which older versions must not come back, with the reason.
const AT_LEAST: &[(&str, [u64; 3], &str)] = &[
    ("h2", [0, 4, 16], "RUSTSEC-2026-0258: empty DATA frames without end"),
    ("libsqlite3-sys", [0, 37, 0], "before SQLite 3.51.3 a write-ahead log can be reset while it is used"),
    ("sqlx", [0, 8, 1], "RUSTSEC-2024-0363: lengths beyond 4 GiB"),
    ("tokio-postgres", [0, 7, 18], "RUSTSEC-2026-0178: a short row ends the process"),
    ("tracing-subscriber", [0, 3, 20], "RUSTSEC-2025-0055: escape sequences in the log"),
];

/// Complaints about the lock file.
pub(crate) fn check(lock: &str) -> Vec<String> {
    lock.split("[[package]]").skip(1).flat_map(check_package).collect()
}

fn check_package(text: &str) -> Vec<String> {
    let value = |key: &str| {
        text.lines().find_map(|line| line.strip_prefix(&format!("{key} = \""))?.strip_suffix('"'))
    };
    let (name, version) = (value("name").unwrap_or_default(), value("version").unwrap_or_default());
    let mut complaints = Vec::new();
    match value("source") {
        Some(REGISTRY) if value("checksum").is_some_and(|it| it.len() == 64) => {}
        None if name.starts_with("headwater") || name == "xtask" => {}
        source => complaints.push(format!(
            "{name} {version} comes from {}: everything comes from crates.io, with a checksum",
            source.unwrap_or("a path")
        )),
    }
    for (package, least, reason) in AT_LEAST {
        if *package == name && numbers(version) < *least {
            complaints.push(format!("{name} {version} is too old: {reason}"));
        }
    }
    complaints
}

fn numbers(version: &str) -> [u64; 3] {
    let mut parts = version.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0));
    [(); 3].map(|()| parts.next().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f10_code_from_elsewhere_and_old_holes_are_found() {
        let package = |name: &str, version: &str, rest: &str| {
            format!("version = 4\n\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n{rest}")
        };
        let sum = "a".repeat(64);
        let good = format!("source = \"{REGISTRY}\"\nchecksum = \"{sum}\"\n");
        for (lock, expected) in [
            (package("bytes", "1.0.0", &good), 0),
            (package("headwater-domain", "0.0.0", ""), 0),
            (package("bytes", "1.0.0", ""), 1),
            (package("bytes", "1.0.0", &format!("source = \"{REGISTRY}\"\n")), 1),
            (package("bytes", "1.0.0", &good.replace("registry+", "git+")), 1),
            (package("h2", "0.4.15", &good), 1),
            (package("h2", "0.4.16", &good), 0),
            (package("h2", "0.3.27", &good), 1),
            (package("h2", "1.0.0-rc.1", &good), 0),
        ] {
            assert_eq!(check(&lock).len(), expected, "{lock}: {:?}", check(&lock));
        }
    }
}
