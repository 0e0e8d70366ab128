//! Rules that can be switched while the sandbox runs: what the vendor does not state, what differs from site to
//! site, and what tests want shorter or stricter.

mod consent;
mod content;
mod rates;
mod tokens;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::consent::{ConsentOutcome, ConsentSites};
pub use self::content::{BlogTitles, ChildrenOfTrashed, ContentRules, VersionConflict, ZeroLimit};
pub use self::rates::{RateRefusal, RateRules};
pub(crate) use self::tokens::milliseconds;
pub use self::tokens::{LateRefresh, RepeatedRefresh, Rotation, StaleTokens, TokenRules};

/// The rules in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Switches {
    pub(crate) stale_tokens: StaleTokens,
    pub(crate) tokens: TokenRules,
    pub(crate) rates: RateRules,
    pub(crate) content: ContentRules,
}

impl Switches {
    /// Returns these rules with the members of an object, at any depth, in place of their own. Fails when a member or a
    /// value is unknown.
    pub(crate) fn changed(self, change: &Value) -> Result<Self, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        overwrite(&mut value, change);
        serde_json::from_value(value)
    }
}

/// Replaces values by those of the same members; members that are not named stay.
fn overwrite(under: &mut Value, over: &Value) {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => {
            for (name, value) in over {
                overwrite(under.entry(name.as_str()).or_insert(Value::Null), value);
            }
        }
        (under, over) => *under = over.clone(),
    }
}
