//! Templates of whiteboards. The sandbox keeps only the name of a template, as the text of the board.

use super::super::fields::Fields;
use crate::request::Refusal;
use crate::request::v2_error::wrong_type;

/// The keys of the templates.
const TEMPLATES: &[&str] = &[
    "2x2-prioritization",
    "4ls-retro",
    "annual-calendar",
    "brainwriting",
    "concept-map",
    "crazy-8s",
    "daily-sync",
    "disruptive-brainstorm",
    "dot-voting",
    "elevator-pitch",
    "flow-chart",
    "gap-analysis",
    "ice-breakers",
    "incident-postmortem",
    "journey-mapping-kit",
    "kanban-board",
    "lean-coffee",
    "network-of-teams",
    "org-chart",
    "pi-planning",
    "prioritization",
    "prioritization-experiment",
    "product-roadmap",
    "product-vision-board",
    "rice",
    "sailboat-retro",
    "service-blueprint",
    "simple-retrospective",
    "sprint-planning",
    "sticky-note-pack",
    "swimlanes",
    "team-formation-guide",
    "timeline",
    "timeline-workflow",
    "user-story-map",
    "workflow",
    "vision-board",
    "venn-diagram",
    "storyboard",
    "action-plan",
    "root-cause-analysis",
    "executive-summary",
    "stakeholder-mapping",
    "annual-calendar-2025-2026",
    "health-monitor",
    "okr-planning",
    "swot-analysis",
    "poker-planning",
    "fishbone-diagram",
    "risk-assessment",
    "bounded-context",
    "hopes-and-fears",
    "swimlane-vertical",
];

/// The languages templates come in.
const LOCALES: &[&str] = &[
    "de-DE", "cs-CZ", "ko-KR", "fr-FR", "it-IT", "ja-JP", "nl-NL", "nb-NO", "da-DK", "sv-SE", "fi-FI",
    "ru-RU", "pl-PL", "tr-TR", "hu-HU", "en-GB", "en-US", "pt-BR", "zh-CN", "zh-TW", "es-ES",
];

/// Returns the body of a new whiteboard in storage format.
pub(super) fn read(fields: &Fields) -> Result<String, Refusal> {
    if let Some(locale) = fields.text("locale")?
        && !LOCALES.contains(&locale)
    {
        return Err(wrong_type("locale", locale, "Locale"));
    }
    match fields.text("templateKey")? {
        None => Ok(String::new()),
        Some(key) if TEMPLATES.contains(&key) => Ok(format!("<p>{key}</p>")),
        Some(key) => Err(wrong_type("templateKey", key, "WhiteboardTemplateKey")),
    }
}
