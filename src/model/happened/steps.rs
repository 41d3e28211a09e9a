//! *What happened* as steps: a session that can be cited, and done again by hand.
//!
//! It owns the format: Markdown, the same for the same session but for its surroundings. First a table of the surroundings,
//! which whoever writes the file fills in ([`StepsText`]), then numbered steps: when, who, by which call, at which offset,
//! which bytes, what stood there, and what each row read after it.

use std::fmt::Write as _;

use super::{By, Fate, Happened, Happening, How, KeptBytes, Occurrence, RowSaw, Saw, StepsText};
use crate::bytes::escape::escape_path;
use crate::bytes::hex::format_hex;
use crate::bytes::size::counted;
use crate::map::Mode;
use crate::model::doc::Doc;

/// How many bytes of a store stand in a step.
const STEP_BYTES: usize = 64;

impl Doc {
    /// The session so far.
    #[must_use]
    pub fn as_steps(&self) -> StepsText {
        let view = self.view();
        let path = if self.is_sample() {
            "a scratch copy of the built-in sample".to_owned()
        } else {
            escape_path(&self.path)
        };
        let mut head = format!(
            "# What happened with {}\n\n| | |\n| --- | --- |\n",
            self.name()
        );
        let rows = [
            ("Date", self.happened.now.to_string()),
            ("Program", format!("mapscope {}", env!("CARGO_PKG_VERSION"))),
            ("File", path),
            ("File size", counted(self.file_len, "byte")),
            ("Page size", counted(self.page_bytes, "byte")),
            ("View", format!("{}, {}", view.mode, view.access)),
        ];
        for (name, value) in rows {
            let _ = writeln!(head, "| {name} | {} |", value.replace('|', "\\|"));
        }
        let steps = self.happened.steps();
        StepsText { head, steps }
    }
}

impl Happened {
    fn steps(&self) -> String {
        let mut text = String::from("\n## Steps\n\n");
        if self.n_forgotten() > 0 {
            let n = self.n_forgotten();
            let _ = writeln!(text, "Those before step {} are forgotten.\n", n + 1);
        }
        for entry in self.newest_first().rev() {
            entry.step(&mut text);
        }
        text
    }
}

impl Happening {
    fn step(&self, text: &mut String) {
        let done = match &self.fate {
            Fate::Done => self.call(),
            Fate::Changed(_) | Fate::Refused(_) | Fate::Faulted(_) => {
                format!("not done: {}", self.call())
            }
            Fate::NotKnown(_) => format!("not known whether done: {}", self.call()),
        };
        let _ = writeln!(
            text,
            "{}. {} {}.",
            self.number,
            self.at.time(),
            self.words()
        );
        let _ = writeln!(text, "   - call: {done}");
        if let Occurrence::Wrote {
            offset, old, new, ..
        } = &self.what
        {
            let _ = writeln!(text, "   - offset: {offset} ({offset:#x})");
            let _ = writeln!(text, "   - bytes: {}", digits(new));
            if let Some(old) = old {
                let _ = writeln!(text, "   - before: {}", digits(old));
            }
        }
        for row in &self.saw {
            let _ = writeln!(text, "   - {}", observed(row));
        }
    }

    /// The call that does it again.
    fn call(&self) -> String {
        let mapped = |mode: Mode| match mode {
            Mode::Private => "MAP_PRIVATE",
            Mode::Shared => "MAP_SHARED",
        };
        let how = match &self.what {
            Occurrence::Wrote { how, .. } | Occurrence::WroteMore { how, .. } => Some(*how),
            _ => None,
        };
        match (&self.what, &self.by, how) {
            (_, _, Some(How::WriteBack)) | (_, By::Calls { .. }, Some(_)) => {
                "pwrite to the file".to_owned()
            }
            (_, By::View { mode, .. }, Some(_)) => {
                format!("store through the view's mapping ({})", mapped(*mode))
            }
            (_, By::SecondMapping { mode, .. }, Some(_)) => {
                format!("store through a second mapping ({})", mapped(*mode))
            }
            (_, By::Process(name), Some(_)) => format!(
                "store through the mapping ({}) of {}",
                mapped(name.mode),
                name.words()
            ),
            (_, By::Somebody, Some(_)) => "not known: found by reading the file".to_owned(),
            (Occurrence::Started, By::Process(name), _) => {
                format!("start a process that maps the file ({})", mapped(name.mode))
            }
            (Occurrence::Forked { .. }, ..) => "fork".to_owned(),
            (Occurrence::Signalled(_), ..) => "kill with that signal".to_owned(),
            (Occurrence::Synced(_), ..) => "msync of the view's mapping".to_owned(),
            (Occurrence::Discarded { .. }, ..) => "madvise(MADV_DONTNEED) of the pages".to_owned(),
            (Occurrence::Mapped { mode, .. }, ..) => {
                format!("mmap ({})", mode.map_or("refused", mapped))
            }
            (Occurrence::Conflicts { .. }, ..) => "compare before pwrite".to_owned(),
            _ => "none of ours".to_owned(),
        }
    }
}

fn digits(kept: &KeptBytes) -> String {
    let shown = kept.bytes.get(..STEP_BYTES).unwrap_or(&kept.bytes);
    let digits = format_hex(shown);
    if shown.len() as u64 == kept.len {
        digits
    } else {
        format!("{digits} \u{2026} ({})", counted(kept.len, "byte"))
    }
}

fn observed(row: &RowSaw) -> String {
    let name = &row.name;
    match row.saw {
        Saw::Seen(time) => format!("{name}: saw it within {}", super::within(time)),
        Saw::Not => format!("{name}: did not see it"),
        Saw::Before => format!("{name}: had the same before"),
        Saw::Waiting => format!("{name}: was not read after it"),
        Saw::Unclear => {
            format!("{name}: not clear, as what it showed may be of another store there")
        }
    }
}
