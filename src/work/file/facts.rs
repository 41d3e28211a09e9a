//! Facts about a mapping and its file, for the panel that shows them: asked of the kernel only while it is shown.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::bytes::size::counted;
use crate::map::{self, Mapping, Mode, OpenFile, PageOrigin, PathState};
use crate::model::ReadBy;
use crate::model::event::{Facts, FileNews};

use super::serve::Worker;

/// How often facts are told of which only the number of reads for painting is another: it grows ten times a second, and
/// each report costs a frame.
const COUNT_EVERY: Duration = Duration::from_secs(10);

impl Worker {
    /// Shows or hides the facts of the view at `index`.
    pub(super) fn show_facts(&mut self, index: usize, shown: bool) {
        self.watcher.facts_of = self.views.get(index).filter(|_| shown).map(|view| view.id);
        self.watcher.facts_told = None;
        self.watcher.next_facts = Instant::now();
    }

    /// Reads them, and reports them where they are others than before.
    pub(super) fn read_facts(&mut self) {
        let shown = self.watcher.facts_of;
        let Some(index) = self.views.iter().position(|view| Some(view.id) == shown) else {
            return;
        };
        let file = Arc::clone(&self.file);
        let Some(mut lines) = self.with(index, |mapping| mapping_facts(mapping, &file)) else {
            return;
        };
        let shown_by = match self.views.get(index).map(|view| view.read_by) {
            Some(ReadBy::Pread) => "pread of the file; private copies through the mapping",
            Some(ReadBy::Mapping) | None => "reads through the mapping",
        };
        lines.push(("Bytes shown by".to_owned(), shown_by.to_owned()));
        let origins = self.views.get(index).and_then(|view| view.origins.as_ref());
        if let Some(origins) = origins {
            let of_storage = |origin: &&PageOrigin| **origin == PageOrigin::Storage;
            let n_given = origins.pages.iter().filter(of_storage).count();
            let words = format!("{n_given} of {}", pages(origins.pages.len() as u64));
            lines.push(("In sight, on the storage".to_owned(), words));
        }
        match map::cache_facts(&self.file) {
            Ok(cache) => {
                lines.push(("In the page cache".to_owned(), pages(cache.cached_pages)));
                lines.push(("Dirty there".to_owned(), pages(cache.dirty_pages)));
                lines.push(("Being written".to_owned(), pages(cache.writeback_pages)));
            }
            Err(why) => lines.push(("In the page cache".to_owned(), why.to_string())),
        }
        if let PathState::Unknown(why) = self.file.path_state() {
            lines.push(("What its path names".to_owned(), why.to_string()));
        }
        let facts = Facts {
            lines,
            calls: self.log.entries(),
            painted_reads: self.log.painted_reads(),
        };
        let now = Instant::now();
        let is_known = |(told, at): &(Facts, Instant)| {
            told.lines == facts.lines
                && told.calls == facts.calls
                && (told.painted_reads == facts.painted_reads || now < *at + COUNT_EVERY)
        };
        if self.watcher.facts_told.as_ref().is_some_and(is_known) {
            return;
        }
        self.watcher.facts_told = Some((facts.clone(), now));
        self.say(index, None, FileNews::Facts(Box::new(facts)));
    }
}

fn pages(n_pages: u64) -> String {
    counted(n_pages, "page")
}

fn mapping_facts(mapping: &Mapping, file: &OpenFile) -> Vec<(String, String)> {
    let span = mapping.span();
    let line = |name: &str, value: String| (name.to_owned(), value);
    let mut lines = vec![
        line("Path", crate::bytes::escape::escape_path(file.path())),
        line("Mode", format!("{}, {}", mapping.mode(), mapping.access())),
        line("Mapped at", format!("{:#x}", mapping.address())),
        line(
            "Covers",
            format!("{span} ({})", counted(span.len(), "byte")),
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
