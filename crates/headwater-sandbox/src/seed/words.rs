//! Made-up prose: sentences from a short list of words, the same for the same seed.

/// A splitmix64 sequence.
pub(super) struct Dice(u64);

/// Words of a harbour; the earlier ones come more often.
const WORDS: [&str; 96] = [
    "harbour",
    "buoy",
    "tide",
    "sensor",
    "station",
    "release",
    "deploy",
    "report",
    "channel",
    "forecast",
    "battery",
    "packet",
    "signal",
    "current",
    "depth",
    "storm",
    "pilot",
    "vessel",
    "berth",
    "anchor",
    "mooring",
    "lock",
    "quay",
    "crane",
    "cargo",
    "manifest",
    "customs",
    "tariff",
    "ferry",
    "timetable",
    "delay",
    "incident",
    "review",
    "owner",
    "handover",
    "checklist",
    "budget",
    "invoice",
    "supplier",
    "contract",
    "radar",
    "beacon",
    "lantern",
    "fog",
    "visibility",
    "swell",
    "wave",
    "gauge",
    "salinity",
    "temperature",
    "calibration",
    "firmware",
    "gateway",
    "antenna",
    "solar",
    "panel",
    "winch",
    "rope",
    "chain",
    "dredger",
    "survey",
    "chart",
    "bearing",
    "compass",
    "latitude",
    "longitude",
    "estuary",
    "delta",
    "marsh",
    "heron",
    "oyster",
    "mussel",
    "seal",
    "otter",
    "eel",
    "herring",
    "net",
    "licence",
    "quota",
    "inspection",
    "helmet",
    "ladder",
    "drill",
    "siren",
    "evacuation",
    "rota",
    "shift",
    "training",
    "interview",
    "onboarding",
    "holiday",
    "policy",
    "retention",
    "archive",
    "backup",
    "restore",
];

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Returns a number below `sides`.
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (word ^ (word >> 31)) % sides.max(1)
    }

    /// Returns a word, by the smaller of two rolls, so that some are much more common than others.
    pub(super) fn word(&mut self) -> &'static str {
        let sides = u64::try_from(WORDS.len()).unwrap_or(1);
        let place = self.roll(sides).min(self.roll(sides));
        usize::try_from(place).ok().and_then(|place| WORDS.get(place)).copied().unwrap_or("harbour")
    }

    /// Returns a sentence with its full stop.
    pub(super) fn sentence(&mut self) -> String {
        let words: Vec<&str> = (0..6 + self.roll(8)).map(|_| self.word()).collect();
        let text = words.join(" ");
        let mut letters = text.chars();
        let first = letters.next().map(|it| it.to_ascii_uppercase());
        first.into_iter().chain(letters).chain(['.']).collect()
    }
}
