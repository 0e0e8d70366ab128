//! The levels of the organisation that owns the sandbox's sites.

use serde_json::{Value, json};

/// One level. The higher the order, the more sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) id: &'static str,
    order: i64,
    name: &'static str,
    description: &'static str,
    guideline: &'static str,
    color: &'static str,
}

/// All published levels, least sensitive first.
pub(super) const LEVELS: [Level; 4] = [
    Level {
        id: "4a0e2c1e-51a5-4f5c-9d0c-6b1f0b6f6a01",
        order: 0,
        name: "Public",
        description: "Anyone may know this.",
        guideline: "May leave the company without asking.",
        color: "GREEN",
    },
    Level {
        id: "4a0e2c1e-51a5-4f5c-9d0c-6b1f0b6f6a02",
        order: 1,
        name: "Internal",
        description: "Everyone in the company may know this.",
        guideline: "Ask the owner before it leaves the company.",
        color: "BLUE",
    },
    Level {
        id: "4a0e2c1e-51a5-4f5c-9d0c-6b1f0b6f6a03",
        order: 2,
        name: "Confidential",
        description: "Those who work with it may know this.",
        guideline: "Share it by name, never with a whole space.",
        color: "ORANGE",
    },
    Level {
        id: "4a0e2c1e-51a5-4f5c-9d0c-6b1f0b6f6a04",
        order: 3,
        name: "Restricted",
        description: "Named people may know this.",
        guideline: "Do not copy it, and do not export it.",
        color: "RED_BOLD",
    },
];

/// Returns the level with this id.
pub(super) fn find(id: &str) -> Option<&'static Level> {
    LEVELS.iter().find(|level| level.id == id)
}

impl Level {
    /// Shows the level.
    pub(super) fn show(&self) -> Value {
        json!({
            "id": self.id,
            "status": "PUBLISHED",
            "order": self.order,
            "name": self.name,
            "description": self.description,
            "guideline": self.guideline,
            "color": self.color,
        })
    }
}
