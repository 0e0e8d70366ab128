//! No body makes the renderers panic.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| headwater_sandbox::fuzzing::render(text));
