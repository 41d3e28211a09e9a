//! The file of a journal: made, written, put on the disk, and made short again.
//!
//! It owns the order of those calls and that nobody else writes: the file is locked from before its first byte, and the
//! lock goes with the last descriptor, however the program ends, or where the journal is let go. A record that could not be
//! written as a whole is taken off again. It must not know threads or what becomes of a failure.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ledger::{Recovered, recover};
use super::record::{BookId, Record, header, write_record};
use crate::os::state_folder::make_own_folder;
use crate::os::temp_folder::random_name;

/// How the name of a journal ends.
pub(super) const ENDING: &str = "journal";
/// And one that is being made.
pub(super) const PART: &str = "part";
/// Room that is kept for the next records, so that what became of a store can be written down when its start was.
const AHEAD_BYTES: u64 = 256 << 10;

type SyncFile = dyn Fn(&File) -> io::Result<()> + Send + Sync;

/// How bytes that were written get on the disk: fdatasync(2), or what stands in for a disk that fails.
#[derive(Clone)]
pub struct Disk(Arc<SyncFile>);

impl Disk {
    /// One that `sync` is asked of.
    pub fn new(sync: impl Fn(&File) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(sync))
    }

    /// Puts on the disk what was written to `file`.
    pub(super) fn sync(&self, file: &File) -> io::Result<()> {
        (self.0)(file)
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self::new(File::sync_data)
    }
}

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Disk")
    }
}

/// A journal that is written.
#[derive(Debug)]
pub(super) struct Book {
    file: File,
    disk: Disk,
    path: PathBuf,
    id: BookId,
    seq: u64,
    len: u64,
    /// Bytes that there is room for on the file system.
    room: u64,
    /// A record could not be taken off again: nothing may follow it.
    is_torn: bool,
}

impl Book {
    /// A new one in `folder`, locked, with these records.
    pub(super) fn create(folder: &Path, disk: &Disk, records: &[Record]) -> io::Result<Self> {
        make_own_folder(folder)?;
        let new = || {
            let path = folder.join(format!("{}.{ENDING}", random_name()));
            Self::make(&path, disk, records)
        };
        // another run that looks for journals may have come between its making and its lock
        let book = new().or_else(|error| match error.kind() {
            io::ErrorKind::WouldBlock => new(),
            _ => Err(error),
        })?;
        if let Err(error) = book.sync().and_then(|()| sync_folder(folder)) {
            book.remove(); // else the same edits would be offered twice
            return Err(error);
        }
        Ok(book)
    }

    fn make(path: &Path, disk: &Disk, records: &[Record]) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).append(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::Error(error) => error,
            TryLockError::WouldBlock => io::ErrorKind::WouldBlock.into(),
        })?;
        if std::fs::symlink_metadata(path).is_err() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let mut id = [0; 16];
        for (to, from) in id.chunks_mut(8).zip([random_name(), random_name()]) {
            let number = u64::from_str_radix(&from, 16).unwrap_or(0);
            to.copy_from_slice(&number.to_le_bytes());
        }
        let mut book = Self {
            file,
            disk: disk.clone(),
            path: path.to_owned(),
            id,
            seq: 0,
            len: 0,
            room: 0,
            is_torn: false,
        };
        let head = header(&id);
        let made = book.write(&head).and_then(|()| book.append(records));
        if let Err(error) = made {
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
        Ok(book)
    }

    /// One that was found and read, to go on with; whoever gives `file` holds its lock.
    pub(super) fn go_on(file: File, path: PathBuf, disk: &Disk, read: &Recovered) -> Self {
        Self {
            file,
            disk: disk.clone(),
            path,
            id: read.id,
            seq: read.seq,
            len: read.len,
            room: 0,
            is_torn: read.cut.is_some(),
        }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Its length in bytes.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Writes records, all or none.
    pub(super) fn append(&mut self, records: &[Record]) -> io::Result<()> {
        let mut bytes = Vec::new();
        let mut seq = self.seq;
        for record in records {
            write_record(&mut bytes, &self.id, seq, record);
            seq += 1;
        }
        self.write(&bytes)?;
        self.seq = seq;
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.is_torn {
            self.file.set_len(self.len)?;
            self.is_torn = false;
        }
        let end = self.len + bytes.len() as u64;
        if end > self.room {
            self.make_room(end);
        }
        match self.file.write_all(bytes) {
            Ok(()) => {
                self.len = end;
                Ok(())
            }
            Err(error) => {
                self.is_torn = self.file.set_len(self.len).is_err();
                self.room = 0;
                Err(error)
            }
        }
    }

    /// Has the file system keep room for what ends at `end` and some more. Where it cannot, writing says so itself.
    fn make_room(&mut self, end: u64) {
        #[cfg(target_os = "linux")]
        {
            let room = end + AHEAD_BYTES;
            let len = room.saturating_sub(self.len);
            let keeps = rustix::fs::FallocateFlags::KEEP_SIZE;
            if rustix::fs::fallocate(&self.file, keeps, self.len, len).is_ok() {
                self.room = room;
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (end, AHEAD_BYTES);
    }

    /// What puts it on the disk, for a thread that does.
    pub(super) fn syncing(&self) -> io::Result<impl FnOnce() -> io::Result<()> + use<>> {
        let (file, disk) = (self.file.try_clone()?, self.disk.clone());
        Ok(move || disk.sync(&file))
    }

    /// Puts on the disk what was written.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.disk.sync(&self.file)
    }

    /// What it comes to, read anew from its file.
    pub(super) fn read(&mut self) -> io::Result<Recovered> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut bytes = Vec::new();
        (&self.file).take(self.len).read_to_end(&mut bytes)?;
        let read = recover(&bytes).ok().filter(|read| read.seq == self.seq);
        read.ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                "it reads otherwise than written",
            )
        })
    }

    /// Puts a short one in its place that comes to the same, but for the oldest of what is in files, where all takes more
    /// than `room` bytes. Returns how many bytes can no longer be taken back.
    pub(super) fn compact(&mut self, room: u64) -> io::Result<u64> {
        let mut read = self.read()?;
        let n_forgotten = read.ledger.shrink(room);
        let part = self.path.with_extension(PART);
        let _ = std::fs::remove_file(&part); // of an earlier try; the lock on the journal says that it is ours
        let mut short = Self::make(&part, &self.disk, &read.ledger.records())?;
        let named = short
            .sync()
            .and_then(|()| std::fs::rename(&part, &self.path));
        if let Err(error) = named {
            let _ = std::fs::remove_file(&part);
            return Err(error);
        }
        short.path.clone_from(&self.path);
        *self = short;
        self.path.parent().map_or(Ok(()), sync_folder)?;
        Ok(n_forgotten)
    }

    /// Its last record was read by nobody, and nothing is to be offered: it goes.
    pub(super) fn remove(self) {
        // What cannot be removed is offered once more, which does no harm.
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        let_go(&self.file);
    }
}

/// Gives up the lock on a journal. Closing it is not enough: a process that is being started just then has the descriptor too,
/// up to its exec, and whoever looks for journals meanwhile would take this one for that of a run that goes on.
pub(super) fn let_go(file: &File) {
    let _ = file.unlock(); // else it goes with the last descriptor
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
