//! Secrets at rest: envelope encryption and the key ring.
