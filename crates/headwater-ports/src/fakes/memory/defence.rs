//! What protects a grant in the store, and a store that does without. A test that passes on such a store proves
//! nothing; so each check of the refresh protocol is shown to fail on one.

/// Something that a store does so that no grant is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Defence {
    /// A lease that somebody has is not given to anybody else.
    Lease,
    /// Who lost the lease cannot write, nor can who comes with an old generation.
    Fence,
    /// A presentation is written down before it is made.
    WriteAhead,
    /// What was committed stays.
    Durability,
}
