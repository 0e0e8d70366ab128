//! Public bug reports about other connectors, each played against headwater. `docs/field-reports.md` lists them; every
//! test is named after what the user met, and its comment names the project and the number of the report.

mod agents;
mod confluence;
mod consent;
mod refresh;
