//! Compiles the wire contract: messages and services for tonic, descriptors for the REST surface, and the checks
//! that the fields' rules ask for.

#[path = "build/checks.rs"]
mod checks;

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use prost::Message as _;
use prost_reflect::DescriptorPool;

const FILES: [&str; 7] = [
    "headwater/v1/webhooks/webhooks.proto",
    "scalekit/v1/tools/tools.proto",
    "scalekit/v1/connected_accounts/connected_accounts.proto",
    "scalekit/v1/connections/connections.proto",
    "scalekit/v1/events/events.proto",
    "scalekit/v1/errdetails/errdetails.proto",
    "google/rpc/status.proto",
];

/// Messages that hold secrets: their `Debug` is written by hand.
const SECRET: [&str; 4] = [
    "headwater.v1.webhooks.WebhookSecret",
    "scalekit.v1.connected_accounts.OauthToken",
    "scalekit.v1.connected_accounts.StaticAuth",
    "scalekit.v1.connections.OAuthConnectionConfig",
];

#[expect(clippy::disallowed_methods, reason = "cargo and build scripts talk by environment and output")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    println!("cargo::rerun-if-changed=build");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut compiler = protox::Compiler::new(["proto"])?;
    compiler.include_imports(true).include_source_info(true).open_files(FILES)?;
    let descriptors = compiler.encode_file_descriptor_set();
    fs::write(out.join("descriptors.bin"), &descriptors)?;
    fs::write(out.join("checks.rs"), checks::generate(&DescriptorPool::decode(&descriptors[..])?))?;
    let files = prost_reflect::prost_types::FileDescriptorSet::decode(&descriptors[..])?;
    tonic_prost_build::configure()
        .build_client(false)
        .build_transport(false)
        .skip_debug(SECRET)
        .compile_fds(files)?;
    Ok(())
}
