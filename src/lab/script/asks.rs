//! What scripts ask of their peers again and again, each in a few words.
//!
//! It owns how these steps are worded, and which of them set things up and which observe. It must not know what any
//! experiment is about.

use std::path::Path;

use crate::bytes::size::counted;
use crate::lab::words::{map_words, stored_words};
use crate::peer::calls::{Advice, Call, FileAccess, MapCall, Outcome, Prot, Source, SyncHow};

use super::{Peer, Script, StepId, load, store};

/// The mapping that most steps are about.
const M: &str = "m";

/// What of memory and files sets things up.
impl Script {
    /// open(2) of a scratch file to read and write.
    pub fn open(&mut self, peer: Peer, file: &str) {
        self.open_as(peer, file, FileAccess::ReadWrite);
    }

    /// open(2) of a scratch file.
    pub fn open_as(&mut self, peer: Peer, file: &str, access: FileAccess) {
        let what = open_words(file, access);
        self.open_path(peer, &what, file, Path::new(file), access);
    }

    /// open(2) of any path, by the name `file` from then on. One that is not absolute is in the scratch folder.
    pub fn open_path(
        &mut self,
        peer: Peer,
        what: &str,
        file: &str,
        path: &Path,
        access: FileAccess,
    ) {
        let call = Call::Open {
            file: file.to_owned(),
            path: path.as_os_str().to_owned(),
            access,
        };
        self.must(peer, what, call);
    }

    /// close(2).
    pub fn close(&mut self, peer: Peer, file: &str) {
        let call = Call::Close {
            file: file.to_owned(),
        };
        self.must(peer, format!("closes {file}"), call);
    }

    /// mmap(2).
    pub fn map(&mut self, peer: Peer, call: MapCall) {
        self.must(peer, map_words(&call), Call::Map(call));
    }

    /// Opens the file to read and write, and maps it as `call` says.
    pub fn open_and_map(&mut self, peer: Peer, call: MapCall) {
        if let Source::File(file) = &call.source {
            self.open(peer, file);
        }
        self.map(peer, call);
    }

    /// Stores bytes through the mapping `m`.
    pub fn store(&mut self, peer: Peer, at: u64, bytes: &[u8]) {
        self.must(peer, store_words(M, at, bytes), store(M, at, bytes));
    }

    /// Stores bytes through another mapping than `m`.
    pub fn store_in(&mut self, peer: Peer, map: &str, at: u64, bytes: &[u8]) {
        let what = store_words(map, at, bytes);
        self.must(peer, what, store(map, at, bytes));
    }

    /// One load or store a page.
    pub fn touch(&mut self, peer: Peer, at: u64, len: u64, write: bool) {
        let pages = len.div_ceil(self.page());
        let what = match (write, pages) {
            (true, 1) => "stores a byte into one page".to_owned(),
            (true, _) => format!("stores a byte into each of {pages} pages"),
            (false, 1) => "loads a byte of one page".to_owned(),
            (false, _) => format!("loads a byte of each of {pages} pages"),
        };
        let call = Call::Touch {
            map: M.to_owned(),
            at,
            len,
            write,
        };
        self.must(peer, what, call);
    }

    /// One store a page, all over another mapping than `m`.
    pub fn fill(&mut self, peer: Peer, map: &str, len: u64) {
        let call = Call::Touch {
            map: map.to_owned(),
            at: 0,
            len,
            write: true,
        };
        self.must(peer, format!("stores a byte into each page of {map}"), call);
    }

    /// pwrite(2).
    pub fn write(&mut self, peer: Peer, file: &str, at: u64, bytes: &[u8]) {
        let what = format!("writes {} at {at} of {file} by pwrite", stored_words(bytes));
        let call = Call::Write {
            file: file.to_owned(),
            at,
            bytes: bytes.to_vec(),
        };
        self.must(peer, what, call);
    }

    /// ftruncate(2).
    pub fn truncate(&mut self, peer: Peer, file: &str, len: u64) {
        let what = truncate_words(file, len);
        let call = Call::Truncate {
            file: file.to_owned(),
            len,
        };
        self.must(peer, what, call);
    }

    /// madvise(2) with `MADV_DONTNEED`.
    pub fn drop_pages(&mut self, peer: Peer, len: u64) {
        let call = Call::Advise {
            map: M.to_owned(),
            at: 0,
            len,
            advice: Advice::DontNeed,
        };
        self.must(peer, "says MADV_DONTNEED of its pages", call);
    }

    /// madvise(2) with `MADV_NOHUGEPAGE` of `m`, so that pages come one by one. A kernel without huge pages does not know
    /// it, which is as well.
    pub fn no_huge_pages(&mut self, peer: Peer, len: u64) {
        let call = Call::Advise {
            map: M.to_owned(),
            at: 0,
            len,
            advice: Advice::NoHugePage,
        };
        let _ = self.attempt(peer, "says MADV_NOHUGEPAGE of its pages", call);
    }

    /// malloc(3), by the name of a mapping from then on.
    pub fn malloc(&mut self, peer: Peer, map: &str, len: u64) {
        let call = Call::Malloc {
            map: map.to_owned(),
            len,
        };
        self.must(peer, format!("calls malloc for {map}, {len} bytes"), call);
    }

    /// free(3).
    pub fn free(&mut self, peer: Peer, map: &str) {
        let call = Call::Free {
            map: map.to_owned(),
        };
        self.must(peer, format!("calls free for {map}"), call);
    }

    /// fsync(2).
    pub fn fsync(&mut self, peer: Peer, file: &str) -> StepId {
        let call = Call::Fsync {
            file: file.to_owned(),
        };
        self.must(peer, format!("calls fsync of {file}"), call)
    }
}

/// What is there to be checked.
impl Script {
    /// mmap(2) that may well fail.
    #[must_use = "an observation is there to be checked"]
    pub fn try_map(&mut self, peer: Peer, what: &str, call: MapCall) -> StepId {
        self.attempt(peer, what, Call::Map(call))
    }

    /// A store through `m` that may well end its peer.
    #[must_use = "an observation is there to be checked"]
    pub fn try_store(&mut self, peer: Peer, at: u64, bytes: &[u8]) -> StepId {
        let what = format!("tries to store {} at {at}", stored_words(bytes));
        self.attempt(peer, what, store(M, at, bytes))
    }

    /// Loads bytes through the mapping `m`.
    #[must_use = "an observation is there to be checked"]
    pub fn load(&mut self, peer: Peer, at: u64, len: u64) -> StepId {
        let what = match len {
            1 => format!("loads the byte at {at}"),
            _ => format!("loads {len} bytes at {at}"),
        };
        self.attempt(peer, what, load(M, at, len))
    }

    /// Stores bytes through the mapping `m`; whoever stores has to see them there.
    pub fn store_and_see(&mut self, peer: Peer, at: u64, bytes: &[u8]) {
        self.store(peer, at, bytes);
        let own = self.load(peer, at, bytes.len() as u64);
        self.expect_bytes(own, bytes);
    }

    /// Loads bytes through another mapping than `m`.
    #[must_use = "an observation is there to be checked"]
    pub fn load_of(&mut self, peer: Peer, map: &str, at: u64, len: u64) -> StepId {
        let what = match len {
            1 => format!("loads the byte at {at} of {map}"),
            _ => format!("loads {len} bytes at {at} of {map}"),
        };
        self.attempt(peer, what, load(map, at, len))
    }

    /// Reads a file by pread(2).
    #[must_use = "an observation is there to be checked"]
    pub fn read(&mut self, peer: Peer, file: &str, at: u64, len: u64) -> StepId {
        let what = match len {
            1 => format!("reads the byte at {at} of {file} by pread"),
            _ => format!("reads {len} bytes at {at} of {file} by pread"),
        };
        let file = file.to_owned();
        self.attempt(peer, what, Call::Read { file, at, len })
    }

    /// lseek(2) to the end: the file's length must be `len`.
    pub fn expect_length(&mut self, peer: Peer, file: &str, len: u64) {
        let call = Call::Length {
            file: file.to_owned(),
        };
        let told = self.attempt(peer, format!("asks how long {file} is"), call);
        self.expect(told, Outcome::Number { value: len });
    }

    /// munmap(2) of a part of `m`.
    #[must_use = "an observation is there to be checked"]
    pub fn unmap(&mut self, peer: Peer, at: u64, len: u64) -> StepId {
        let what = format!("unmaps {} at {at}", counted(len, "byte"));
        let map = M.to_owned();
        self.attempt(peer, what, Call::Unmap { map, at, len })
    }

    /// mprotect(2) of a part of `m`.
    #[must_use = "an observation is there to be checked"]
    pub fn protect(&mut self, peer: Peer, at: u64, len: u64, prot: Prot) -> StepId {
        let allowed = match prot {
            Prot::None => "no access",
            Prot::Read => "reading only",
            Prot::ReadWrite => "reading and writing",
            Prot::Write => "writing only",
            Prot::Execute => "running only",
            Prot::ReadExecute => "reading and running",
            Prot::All => "reading, writing and running",
        };
        let what = format!(
            "has mprotect allow {allowed} of {} at {at}",
            counted(len, "byte")
        );
        let call = Call::Protect {
            map: M.to_owned(),
            at,
            len,
            prot,
        };
        self.attempt(peer, what, call)
    }

    /// msync(2) from the start of `m`.
    #[must_use = "an observation is there to be checked"]
    pub fn sync(&mut self, peer: Peer, len: u64, how: SyncHow) -> StepId {
        let flag = match how {
            SyncHow::Async => "MS_ASYNC",
            SyncHow::Sync => "MS_SYNC",
        };
        let call = Call::Sync {
            map: M.to_owned(),
            at: 0,
            len,
            how,
        };
        self.attempt(peer, format!("calls msync with {flag}"), call)
    }

    /// What backs the pages of `m`; touches none.
    #[must_use = "an observation is there to be checked"]
    pub fn pages(&mut self, peer: Peer, at: u64, len: u64) -> StepId {
        let map = M.to_owned();
        let call = Call::Pages { map, at, len };
        self.attempt(peer, "looks up what backs its pages", call)
    }

    /// The lines of `/proc/self/maps` where a mapping was made.
    #[must_use = "an observation is there to be checked"]
    pub fn maps(&mut self, peer: Peer, map: &str) -> StepId {
        let call = Call::Maps {
            map: map.to_owned(),
        };
        self.must(peer, format!("looks up {map} in /proc/self/maps"), call)
    }

    /// The sums of `/proc/self/smaps` over `m`.
    #[must_use = "an observation is there to be checked"]
    pub fn sums(&mut self, peer: Peer) -> StepId {
        let call = Call::Sums { map: M.to_owned() };
        self.must(peer, "looks up m in /proc/self/smaps", call)
    }

    /// The size of a peer's process.
    #[must_use = "an observation is there to be checked"]
    pub fn memory(&mut self, peer: Peer) -> StepId {
        self.must(peer, "looks up how large its process is", Call::Memory)
    }

    /// How many page faults a peer has had.
    #[must_use = "an observation is there to be checked"]
    pub fn faults(&mut self, peer: Peer) -> StepId {
        self.must(peer, "looks up how many page faults it had", Call::Faults)
    }
}

fn open_words(file: &str, access: FileAccess) -> String {
    let how = match access {
        FileAccess::Read => "to read",
        FileAccess::ReadWrite => "to read and write",
        FileAccess::Write => "to write only",
        FileAccess::Direct => "to read and write past the page cache",
    };
    format!("opens {file} {how}")
}

fn store_words(map: &str, at: u64, bytes: &[u8]) -> String {
    let of = if map == M {
        String::new()
    } else {
        format!(" of {map}")
    };
    format!("stores {} at {at}{of}", stored_words(bytes))
}

fn truncate_words(file: &str, len: u64) -> String {
    format!("makes {file} {} long", counted(len, "byte"))
}

/// A call in the words of a step that sets things up, where there are such words.
pub(super) fn what_of(call: &Call) -> Option<String> {
    Some(match call {
        Call::Open { file, access, .. } => open_words(file, *access),
        Call::Map(map) => map_words(map),
        Call::Store { map, at, bytes } => store_words(map, *at, bytes),
        Call::Truncate { file, len } => truncate_words(file, *len),
        _ => return None,
    })
}
