//! Real files that are gone through: as a view shows them, and cut meanwhile.

use std::fs::File;
use std::path::Path;
use std::sync::RwLock;
use std::sync::atomic::{AtomicU64, Ordering};

use mapscope::bytes::Span;
use mapscope::map::{Access, CallLog, Gap, MapRequest, Mapping, Mode, OpenFile};
use mapscope::work::shown_bytes::{Part, Searched, SearchedFile};

/// A file that is open, and a view of it.
pub(crate) struct Opened {
    pub(crate) file: OpenFile,
    pub(crate) view: RwLock<Mapping>,
}

impl Opened {
    pub(crate) fn new(path: &Path, mode: Mode, span: Option<Span>) -> Self {
        let log = CallLog::new();
        let file = OpenFile::open(path, &log).unwrap();
        let access = Access::ReadWrite;
        let request = MapRequest { mode, access, span };
        let view = RwLock::new(Mapping::create(&file, request, &log).unwrap());
        Self { file, view }
    }

    pub(crate) fn store(&self, offset: u64, bytes: &[u8]) {
        let view = self.view.read().unwrap();
        view.store(offset, bytes, &self.file).unwrap();
    }

    /// What the view shows.
    pub(crate) fn shown(&self) -> SearchedFile<'_> {
        SearchedFile::of_view(&self.file, &self.view)
    }
}

/// Cuts the file while it is gone through.
pub(crate) struct Cutting<'a> {
    shown: SearchedFile<'a>,
    path: &'a Path,
    /// How long it is then.
    to: u64,
    reads_left: AtomicU64,
}

impl<'a> Cutting<'a> {
    /// It is cut `to` this length right before the read of this number, from 1 on.
    pub(crate) fn new(opened: &'a Opened, path: &'a Path, to: u64, number: u64) -> Self {
        Self {
            shown: opened.shown(),
            path,
            to,
            reads_left: AtomicU64::new(number),
        }
    }
}

impl Searched for Cutting<'_> {
    fn span(&self) -> Span {
        self.shown.span()
    }

    fn part(&self, at: u64) -> Part {
        self.shown.part(at)
    }

    fn read(&self, at: u64, into: &mut [u8]) -> Vec<Gap> {
        if self.reads_left.fetch_sub(1, Ordering::SeqCst) == 1 {
            let file = File::options().write(true).open(self.path).unwrap();
            file.set_len(self.to).unwrap();
        }
        self.shown.read(at, into)
    }
}
