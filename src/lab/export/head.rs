//! What stands at the top of a program: what it is about, where it was written and how it ends.
//!
//! It must not know any language.

use super::subject::ExportSubject;

/// All lines, each of any length.
pub(super) fn lines_of(subject: &ExportSubject) -> Vec<String> {
    let mut lines = subject.heading.clone();
    lines.push(String::new());
    let (environment, facts) = (subject.script.environment(), &subject.facts);
    let (kernel, machine) = (&environment.kernel, &environment.machine);
    let matters = match &facts.file_system {
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
