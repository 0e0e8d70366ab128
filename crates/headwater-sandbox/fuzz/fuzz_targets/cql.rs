//! No query makes the reader panic, and what it has understood it understands again from its normal form.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(normal) = headwater_sandbox::fuzzing::normalise(text) {
        assert_eq!(headwater_sandbox::fuzzing::normalise(&normal).as_ref(), Some(&normal));
    }
});
