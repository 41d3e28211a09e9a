//! The files, and what others do to them and to the processes behind the program's back.

use super::*;

/// A file of some pages of one letter.
pub(super) struct Disk {
    _dir: tempfile::TempDir,
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) letter: u8,
}

impl Disk {
    pub(super) fn new(letter: u8) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(format!("file-{}", char::from(letter)));
        fs::write(&path, vec![letter; usize::try_from(LEN).unwrap()]).unwrap();
        let file = File::options().read(true).write(true).open(&path).unwrap();
        Self {
            _dir: dir,
            path,
            file,
            letter,
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.file.metadata().unwrap().len()
    }

    pub(super) fn inode(&self) -> u64 {
        self.file.metadata().unwrap().ino()
    }

    pub(super) fn read(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    /// Others cut it off.
    pub(super) fn truncate(&self, len: u64) {
        self.file.set_len(len).unwrap();
    }

    /// Others make it longer again, with its letter.
    pub(super) fn extend(&self, to: u64) {
        let len = self.len();
        if to > len {
            let bytes = vec![self.letter; usize::try_from(to - len).unwrap()];
            self.file.write_all_at(&bytes, len).unwrap();
        }
    }
}

/// A mapping of a process, as the kernel lists it.
pub(super) struct Region {
    start: u64,
    end: u64,
    pub(super) is_private: bool,
    offset: u64,
    pub(super) inode: u64,
}

/// The mappings of files that a process has.
pub(super) fn regions(pid: u32) -> Vec<Region> {
    let text = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    let region = |line: &str| {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let rights = words.next()?;
        let hex = |text: &str| u64::from_str_radix(text, 16).ok();
        Some(Region {
            start: hex(start)?,
            end: hex(end)?,
            is_private: rights.ends_with('p'),
            offset: hex(words.next()?)?,
            inode: words.nth(1)?.parse().ok()?,
        })
    };
    text.lines().filter_map(region).collect()
}

/// What a process has in its memory for that offset of the file, if it maps it and it can be read.
pub(super) fn memory(pid: u32, regions: &[Region], inode: u64, offset: u64) -> Option<u8> {
    let region = regions.iter().find(|it| {
        it.inode == inode && (it.offset..it.offset + (it.end - it.start)).contains(&offset)
    })?;
    let memory = File::open(format!("/proc/{pid}/mem")).ok()?;
    let mut byte = [0];
    memory
        .read_exact_at(&mut byte, region.start + offset - region.offset)
        .ok()?;
    Some(byte[0])
}
