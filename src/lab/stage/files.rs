//! The scratch files of an experiment: made, renamed and deleted by mapscope itself.
//!
//! It must not know what they are for.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use crate::bytes::escape::path_in_sentence;
use crate::bytes::size::counted;
use crate::lab::claim::{Contents, Doing};

use super::{Stage, Stop};

/// Bytes that are written at once.
const CHUNK: u64 = 1 << 20;
/// After so many bytes the storage is waited for, so that it is never long in one go.
const SYNC_EVERY: u64 = 64 << 20;
/// Errors that say that there is too little of something here, or a limit.
const TOO_LITTLE: [io::ErrorKind; 4] = [
    io::ErrorKind::FileTooLarge,
    io::ErrorKind::StorageFull,
    io::ErrorKind::QuotaExceeded,
    io::ErrorKind::OutOfMemory,
];

impl Stage<'_> {
    fn path_of(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// Makes a scratch file.
    pub(super) fn make_file(&mut self, name: &str, contents: &Contents) -> Result<(), Stop> {
        let path = self.path_of(name);
        let len = contents.len(self.page);
        let written = match contents {
            Contents::Letters { first, pages } => {
                File::create(&path).and_then(|file| self.write_letters(file, *first, *pages))
            }
            Contents::Bytes { bytes } => fs::write(&path, bytes),
            Contents::Hole { len } => File::create(&path).and_then(|file| file.set_len(*len)),
            Contents::Noise { len } => {
                if let Some(why) = self.no_room(*len) {
                    return Err(Stop::NotAvailable(why));
                }
                self.write_large(&path, *len)
            }
        };
        if let Err(error) = written {
            self.not_cancelled()?;
            let why = format!(
                "the scratch file {} of {} cannot be written: {error}",
                path_in_sentence(&path),
                counted(len, "byte")
            );
            let has_too_little = TOO_LITTLE.contains(&error.kind());
            let stop = if has_too_little {
                Stop::NotAvailable
            } else {
                Stop::NotDone
            };
            return Err(stop(why));
        }
        let what = format!("makes the scratch file {name}, {}", counted(len, "byte"));
        let doing = Doing::MakeFile {
            name: name.to_owned(),
            contents: contents.clone(),
        };
        self.push(None, what, doing, Vec::new(), "done".to_owned());
        Ok(())
    }

    fn write_letters(&self, mut file: File, first: char, pages: u64) -> io::Result<()> {
        let mut page = vec![0; usize::try_from(self.page).unwrap_or(4096)];
        for index in 0..pages {
            let letter = u32::from(first) + u32::try_from(index % 26).unwrap_or(0);
            page.fill(u8::try_from(letter).unwrap_or(b'?'));
            file.write_all(&page)?;
        }
        Ok(())
    }

    fn write_large(&self, path: &Path, len: u64) -> io::Result<()> {
        let mut file = File::create(path)?;
        let page = self.page;
        let mut chunk = noise(usize::try_from(CHUNK.min(len)).unwrap_or_default());
        let mut at = 0;
        while at < len {
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let part = CHUNK.min(len - at);
            for (index, page_of) in
                (0..).zip(chunk.chunks_mut(usize::try_from(page).unwrap_or(4096)))
            {
                let number = at / page + index;
                for (byte, of_number) in page_of.iter_mut().zip(number.to_le_bytes()) {
                    *byte = of_number;
                }
            }
            file.write_all(&chunk[..usize::try_from(part).unwrap_or_default()])?;
            at += part;
            if at % SYNC_EVERY == 0 {
                file.sync_data()?;
            }
        }
        file.sync_all()
    }

    /// Deletes a scratch file.
    pub(super) fn delete(&mut self, name: &str) -> Result<(), Stop> {
        let removed = fs::remove_file(self.path_of(name));
        let what = format!("deletes {name}");
        let name = name.to_owned();
        self.done(what, Doing::DeleteFile { name }, removed)
    }

    /// Renames a scratch file.
    pub(super) fn rename(&mut self, from: &str, to: &str) -> Result<(), Stop> {
        let renamed = fs::rename(self.path_of(from), self.path_of(to));
        let what = format!("renames {from} to {to}");
        let (from, to) = (from.to_owned(), to.to_owned());
        self.done(what, Doing::RenameFile { from, to }, renamed)
    }

    /// Lists what mapscope itself did to a scratch file.
    fn done(&mut self, what: String, doing: Doing, result: io::Result<()>) -> Result<(), Stop> {
        if let Err(error) = result {
            return Err(Stop::NotDone(format!("mapscope {what}: {error}")));
        }
        self.push(None, what, doing, Vec::new(), "done".to_owned());
        Ok(())
    }

    /// Removes a scratch file that takes much room, before the experiment is over, without a step.
    pub(super) fn remove(&mut self, name: &str) -> Result<(), Stop> {
        let path = self.path_of(name);
        fs::remove_file(&path).map_err(|error| {
            Stop::NotDone(format!(
                "the scratch file {} cannot be removed: {error}",
                path_in_sentence(&path)
            ))
        })
    }
}

/// Bytes without a pattern.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}
