//! What stands at the top of a program: the claim, what could happen, what is predicted and why.
//!
//! It must not know any language.

use super::facts::Facts;
use crate::lab::claim::{Claim, Environment};

/// The lines, each of any length.
pub(super) fn lines_of(claim: &Claim, environment: &Environment, facts: &Facts) -> Vec<String> {
    let mut lines = vec![format!("{}: {}.", claim.name, claim.title), String::new()];
    if !claim.choices.is_empty() {
        lines.push("What could happen:".to_owned());
    }
    for (number, choice) in (1..).zip(claim.choices) {
        lines.push(format!("  {number}. {choice}."));
    }
    let predicted = claim.prediction(&environment.file_system);
    lines.push(format!("Predicted ({}): {predicted}.", claim.promise));
    lines.push(format!("Why: {}", claim.why));
    lines.push(format!("Source: {}.", claim.source));
    lines.push(String::new());
    let (kernel, machine) = (&environment.kernel, &environment.machine);
    let matters = match facts.file_system {
        Some(kind) => format!(
            ", and for scratch files on {kind}, for elsewhere other things are to be expected"
        ),
        None => String::new(),
    };
    lines.push(format!(
        "Written by mapscope on {kernel}, {machine}, for pages of {} bytes{matters}. Exit status 0: all was observed as \
         predicted; 1: something was not; 2: it could not be carried out; 77: this system cannot show it. The scratch files \
         are in a folder of their own below the argument, or $TMPDIR, or /tmp, and go at the end.",
        environment.page_bytes
    ));
    lines
}
