//! Facts about the mapping and its file, for the panel that shows them: asked of the kernel only while it is shown.

use std::time::Instant;

use crate::bytes::size::group_digits;
use crate::map::{self, Mapping, Mode, OpenFile};
use crate::model::event::{Event, Facts};

use super::Worker;

impl Worker {
    /// Shows or hides the facts.
    pub(super) fn show_facts(&mut self, shown: bool) {
        self.live.facts_shown = shown;
        self.live.next_facts = Instant::now();
    }

    /// Reads and reports them.
    pub(super) fn read_facts(&mut self) {
        let Some(mut lines) = self.view(mapping_facts) else {
            return;
        };
        match map::cache_facts(&self.file) {
            Ok(cache) => {
                lines.push(("In the page cache".to_owned(), pages(cache.cached_pages)));
                lines.push(("Dirty there".to_owned(), pages(cache.dirty_pages)));
                lines.push(("Being written".to_owned(), pages(cache.writeback_pages)));
            }
            Err(why) => lines.push(("In the page cache".to_owned(), why.to_string())),
        }
        let facts = Facts {
            lines,
            calls: self.log.entries(),
            painted_reads: self.log.painted_reads(),
        };
        self.say(Event::Facts(Box::new(facts)));
    }
}

fn pages(n_pages: u64) -> String {
    if n_pages == 1 {
        "1 page".to_owned()
    } else {
        format!("{} pages", group_digits(n_pages))
    }
}

fn mapping_facts(mapping: &Mapping, file: &OpenFile) -> Vec<(String, String)> {
    let span = mapping.span();
    let line = |name: &str, value: String| (name.to_owned(), value);
    let mut lines = vec![
        line("Path", file.path().display().to_string()),
        line("Mode", format!("{}, {}", mapping.mode(), mapping.access())),
        line("Mapped at", format!("{:#x}", mapping.address())),
        line(
            "Covers",
            format!("{span} ({} bytes)", group_digits(span.len())),
        ),
        line("Page size", format!("{} bytes", mapping.page_bytes())),
    ];
    if mapping.mode() == Mode::Private {
        lines.push(line(
            "Private copies",
            match mapping.private_copies(100_000) {
                Ok(copies) => pages(
                    copies
                        .iter()
                        .map(|span| span.len() / mapping.page_bytes().max(1))
                        .sum(),
                ),
                Err(why) => why.to_string(),
            },
        ));
    }
    if let Ok(Some(links)) = file.link_count() {
        lines.push(line("Names of the file", links.to_string()));
    }
    lines
}
