//! What varies by nature, taken out of what steps observed.
//!
//! It owns which words stand for a number that says nothing. It must not know what differences mean.

use serde_json::Value;

/// Calls that tell what happens by chance, or grows with everything else that a process does: of these only the check counts.
const BY_CHANCE: [&str; 6] = ["faults", "memory", "pass", "race", "count", "maps"];

/// Calls of these kinds whose answer is a number that says nothing: an address, a name that the system gives, how much of a
/// file system others leave.
const ARBITRARY: [(&str, &str); 3] = [
    ("area", "where"),
    ("object", "segment_make"),
    ("object", "room"),
];

/// The word of the call that a step made, and of its kind where it has kinds: `area`, `where`.
fn call_of(doing: &Value) -> (&str, &str) {
    let Some(call) = doing.get("call") else {
        return ("", "");
    };
    let name = call.get("call").and_then(Value::as_str).unwrap_or_default();
    let kind = call.get(name).and_then(Value::as_str).unwrap_or_default();
    (name, kind)
}

/// Whether what a step leaves in memory is a matter of chance.
pub(super) fn is_race(doing: &Value) -> bool {
    ["race", "count"].contains(&call_of(doing).0)
}

/// What a step observed, without what varies, and how its check came out. `after_race`: what is in memory is a matter of chance,
/// but where it is checked.
pub(super) fn observed(
    doing: &Value,
    observed: &str,
    holds: Option<bool>,
    after_race: bool,
) -> String {
    let (call, kind) = call_of(doing);
    let is_own = doing.get("is").and_then(Value::as_str) == Some("look");
    let is_arbitrary = ARBITRARY.contains(&(call, kind));
    let is_chance = after_race && call == "load" && holds.is_none();
    let mut words = if BY_CHANCE.contains(&call) || is_own || is_arbitrary || is_chance {
        "a number".to_owned()
    } else {
        steady(observed)
    };
    words.push_str(match holds {
        None => "",
        Some(true) => " (as expected)",
        Some(false) => " (not as expected)",
    });
    words
}

/// A text with a sign in the place of each address, number of a process or frame, and time.
pub(super) fn steady(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let mut steady = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let before = at
            .checked_sub(1)
            .and_then(|at| words.get(at))
            .copied()
            .unwrap_or_default();
        let after = words.get(at + 1).copied().unwrap_or_default();
        let core = word.trim_end_matches([',', ';', ':', ')']);
        let rest = &word[core.len()..];
        let is_number = !core.is_empty() && core.chars().all(|c| c.is_ascii_digit() || c == '.');
        let is_unit =
            ["ns", "\u{b5}s", "ms", "s"].contains(&after.trim_end_matches([',', ';', ')']));
        let is_address = core.strip_prefix("0x").is_some_and(is_hex) || is_range(core);
        if (is_number && (is_unit || ["process", "pid"].contains(&before))) || is_address {
            steady.push(format!("#{rest}"));
        } else {
            steady.push((*word).to_owned());
        }
    }
    steady.join(" ")
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// `7f12a4c5d000-7f12a4c5e000`
fn is_range(text: &str) -> bool {
    let Some((from, to)) = text.split_once('-') else {
        return false;
    };
    from.len() >= 6 && is_hex(from) && is_hex(to)
}
