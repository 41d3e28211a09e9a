//! What a step does, told as what it did: the sentence about a run is of the past, the list of its steps is not.
//!
//! It must not know steps, nor who tells of them.

/// The verbs that steps begin with, each with its past.
const VERBS: [(&str, &str); 42] = [
    ("adds", "added"),
    ("asks", "asked"),
    ("attaches", "attached"),
    ("calls", "called"),
    ("closes", "closed"),
    ("compares", "compared"),
    ("computes", "computed"),
    ("counts", "counted"),
    ("cuts", "cut"),
    ("ends", "ended"),
    ("finds", "found"),
    ("has", "had"),
    ("limits", "limited"),
    ("loads", "loaded"),
    ("locks", "locked"),
    ("looks", "looked"),
    ("makes", "made"),
    ("maps", "mapped"),
    ("notes", "noted"),
    ("opens", "opened"),
    ("punches", "punched"),
    ("puts", "put"),
    ("reads", "read"),
    ("removes", "removed"),
    ("says", "said"),
    ("seals", "sealed"),
    ("sets", "set"),
    ("splices", "spliced"),
    ("stores", "stored"),
    ("switches", "switched"),
    ("takes", "took"),
    ("tells", "told"),
    ("tries", "tried"),
    ("unlocks", "unlocked"),
    ("unmaps", "unmapped"),
    ("vmsplices", "vmspliced"),
    ("waits", "waited"),
    ("wakes", "woke"),
    ("watches", "watched"),
    ("writes", "wrote"),
    // What comes of a step.
    ("fails", "failed"),
    ("succeeds", "succeeded"),
];

/// `looks up m` as `looked up m`; `None` where the verb is not known.
#[must_use]
pub fn in_past(what: &str) -> Option<String> {
    let (verb, rest) = what.split_once(' ').unwrap_or((what, ""));
    let past = VERBS.iter().find(|(now, _)| *now == verb)?.1;
    let space = if rest.is_empty() { "" } else { " " };
    Some(format!("{past}{space}{rest}"))
}

/// What came of a step, in words: `fails with EINVAL` as `failed with EINVAL`, and all else as it is.
#[must_use]
pub fn outcome_in_past(observed: &str) -> String {
    let told = in_past(observed).unwrap_or_else(|| observed.to_owned());
    told.replace(", then fails with ", ", then failed with ")
}
