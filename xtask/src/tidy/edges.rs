//! Who may depend on whom.

use super::metadata::Package;

/// What our crates start with.
const PREFIX: &str = "headwater-";

/// The allowed edges between our crates. A new edge is a decision: change this table and the one in
/// ARCHITECTURE.md in the same commit, and say why.
const EDGES: &[(&str, &[&str])] = &[
    ("headwater-domain", &[]),
    ("headwater-catalog", &["headwater-domain"]),
    ("headwater-confluence", &["headwater-domain", "headwater-catalog"]),
    ("headwater-ports", &["headwater-domain"]),
    ("headwater-service", &["headwater-domain", "headwater-ports", "headwater-catalog"]),
    ("headwater-store", &["headwater-domain", "headwater-ports"]),
    ("headwater-seal", &["headwater-domain", "headwater-ports"]),
    ("headwater-upstream", &["headwater-domain", "headwater-ports"]),
    ("headwater-api", &["headwater-domain", "headwater-service"]),
    ("headwater-dashboard", &["headwater-domain", "headwater-service"]),
    (
        "headwater-server",
        &[
            "headwater-domain",
            "headwater-catalog",
            "headwater-confluence",
            "headwater-ports",
            "headwater-service",
            "headwater-store",
            "headwater-seal",
            "headwater-upstream",
            "headwater-api",
            "headwater-dashboard",
        ],
    ),
    ("headwater", &["headwater-domain", "headwater-service", "headwater-server", "headwater-sandbox"]),
    ("headwater-sandbox", &[]),
    ("headwater-e2e", &[]),
    // `docs` writes the reference of the tools from their data, and the page of limits from the bounds.
    ("xtask", &["headwater-catalog", "headwater-confluence", "headwater-domain"]),
];

/// Crates from outside that only some of ours may use, with the reason.
const RESERVED: &[(&[&str], &[&str], &str)] = &[
    (
        &["hyper-rustls", "reqwest", "ureq"],
        &["headwater-upstream", "headwater-e2e"],
        "only headwater-upstream opens client sockets (invariant 2)",
    ),
    (
        &["aws-lc-rs", "ring", "jsonwebtoken", "sha2", "aes-gcm"],
        &["headwater-seal", "headwater-api", "headwater-sandbox"],
        "cryptography stands in headwater-seal and in the token signer of headwater-api (invariant 2)",
    ),
    (
        &["aws-config", "aws-sdk-kms", "aws-smithy-runtime-api", "aws-smithy-types"],
        &["headwater-seal"],
        "Amazon's SDK is for the key file only, and sends through the port for outbound HTTP (invariant 2)",
    ),
    (&["sqlx"], &["headwater-store", "headwater-sandbox"], "SQL stands in headwater-store (invariant 4)"),
    (
        &["tonic", "prost", "prost-reflect"],
        &["headwater-api"],
        "wire types stay in their adapter (invariant 4)",
    ),
    (&["figment"], &["headwater-server"], "only headwater-server reads configuration (invariant 9)"),
];

/// Crates that do I/O, read the clock or draw random numbers: not for the pure ones.
const IMPURE: &[&str] = &[
    "tokio",
    "async-trait",
    "axum",
    "hyper",
    "sqlx",
    "rand",
    "getrandom",
    "uuid",
    "tracing",
    "futures-util",
    "moka",
];
/// The pure crates.
const PURE: &[&str] = &["headwater-domain", "headwater-catalog", "headwater-confluence", "headwater-markup"];

/// Complaints about packages and their dependencies.
pub(crate) fn check(packages: &[Package]) -> Vec<String> {
    packages.iter().flat_map(check_package).collect()
}

fn check_package(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let mut complaints = Vec::new();
    if package.folder != name {
        complaints
            .push(format!("{name} lies in folder `{}`: a folder is named like its package", package.folder));
    }
    let Some((_, allowed)) = EDGES.iter().find(|(from, _)| *from == name) else {
        complaints.push(format!(
            "{name} is not in the table of crates: add it to ARCHITECTURE.md and xtask/src/tidy/edges.rs"
        ));
        return complaints;
    };
    for dependency in package.dependencies.iter().map(String::as_str) {
        if (dependency.starts_with(PREFIX) || dependency == "headwater") && !allowed.contains(&dependency) {
            complaints
                .push(format!("{name} uses {dependency}: the table of crates does not allow this edge"));
        }
        if PURE.contains(&name) && IMPURE.contains(&dependency) {
            complaints.push(format!(
                "{name} uses {dependency}: it is pure, without I/O, time and chance (invariant 1)"
            ));
        }
        for (crates, users, reason) in RESERVED {
            if crates.contains(&dependency) && !users.contains(&name) {
                complaints.push(format!("{name} uses {dependency}: {reason}"));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(name: &str, folder: &str, dependencies: &[&str]) -> usize {
        let dependencies = dependencies.iter().map(|it| (*it).to_owned()).collect();
        check(&[Package { name: name.to_owned(), folder: folder.to_owned(), dependencies }]).len()
    }

    #[test]
    fn broken_edges_are_found() {
        let table: &[(&str, &[&str], usize)] = &[
            ("headwater-service", &["headwater-domain", "headwater-ports", "moka"], 0),
            ("headwater-service", &["headwater-api"], 1),
            ("headwater-service", &["headwater-store"], 1),
            ("headwater-api", &["headwater-dashboard"], 1),
            ("headwater-sandbox", &["headwater-domain"], 1),
            ("headwater-server", &["headwater-sandbox"], 1),
            ("headwater-domain", &["tokio"], 1),
            ("headwater-catalog", &["getrandom"], 1),
            ("headwater-service", &["sqlx"], 1),
            ("headwater-service", &["aws-lc-rs"], 1),
            ("headwater-dashboard", &["hyper-rustls"], 1),
            ("headwater-service", &["tonic"], 1),
            ("headwater-api", &["figment"], 1),
            ("headwater-surprise", &[], 1),
        ];
        for (name, dependencies, expected) in table {
            assert_eq!(complaints(name, name, dependencies), *expected, "{name} with {dependencies:?}");
        }
        assert_eq!(complaints("headwater-domain", "domain", &[]), 1);
    }
}
