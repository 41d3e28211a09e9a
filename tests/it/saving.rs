//! Saving: new files that are never half there, copies of what a view shows, against oracles that share no code.

mod anew;
mod cause;
mod copy;
mod ends;
mod file;
mod part;
mod programs;

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::RwLock;

use mapscope::bytes::Span;
use mapscope::map::{Access, CallLog, MapRequest, Mapping, Mode, OpenFile};
use mapscope::work::copy::{CopyError, CopyOptions, CopyProgress, CopyReport, CopySource, copy};
use tempfile::TempDir;

const PAGE: u64 = 4096;

/// A file that is open, and a view of it.
struct Opened {
    file: OpenFile,
    view: RwLock<Mapping>,
}

impl Opened {
    fn new(path: &Path, mode: Mode, span: Option<Span>) -> Self {
        let log = CallLog::new();
        let file = OpenFile::open(path, &log).unwrap();
        let access = Access::ReadWrite;
        let request = MapRequest { mode, access, span };
        let view = RwLock::new(Mapping::create(&file, request, &log).unwrap());
        Self { file, view }
    }

    fn private(path: &Path) -> Self {
        Self::new(path, Mode::Private, None)
    }

    #[track_caller]
    fn store(&self, offset: u64, bytes: &[u8]) {
        let view = self.view.read().unwrap();
        view.store(offset, bytes, &self.file).unwrap();
    }

    fn copy(&self, to: &Path) -> Result<CopyReport, CopyError> {
        self.copy_as(to, CopyOptions::default(), |_| ControlFlow::Continue(()))
    }

    fn copy_as(
        &self,
        to: &Path,
        options: CopyOptions,
        mut progress: impl FnMut(CopyProgress) -> ControlFlow<()>,
    ) -> Result<CopyReport, CopyError> {
        let source = CopySource::of_view(&self.file, &self.view);
        copy(&source, to, options, &mut progress)
    }
}

/// A folder with a file of these bytes.
fn folder_with(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("source");
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// The names in a folder, hidden ones too.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn pattern(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// Disk space of a file in bytes.
fn allocated(path: &Path) -> u64 {
    fs::metadata(path).unwrap().blocks() * 512
}
