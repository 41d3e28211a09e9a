//! What scripts ask of their peers again and again, each in a few words.
//!
//! It owns how these steps are worded. It must not know what any experiment is about.

use crate::bytes::size::counted;
use crate::lab::stage::{Peer, Stage, Stop, Told, load, outcome_words, store, stored_words};
use crate::peer::calls::{Advice, Call, FileAccess, MapCall, Memory, Outcome, Prot, Sums, SyncHow};
use crate::peer::wire::PeerPage::{self, PrivateCopy, Swapped};

/// The mapping that most steps are about.
const M: &str = "m";

/// open(2) of a scratch file to read and write, without a mapping.
pub(super) fn open(s: &mut Stage<'_>, peer: Peer, file: &str) -> Result<(), Stop> {
    s.open(peer, file, FileAccess::ReadWrite)
}

/// close(2).
pub(super) fn close(s: &mut Stage<'_>, peer: Peer, file: &str) -> Result<(), Stop> {
    let call = Call::Close {
        file: file.to_owned(),
    };
    s.must(peer, format!("closes {file}"), call).map(drop)
}

/// pwrite(2).
pub(super) fn write(
    s: &mut Stage<'_>,
    peer: Peer,
    file: &str,
    at: u64,
    bytes: &[u8],
) -> Result<(), Stop> {
    let what = format!("writes {} at {at} of {file} by pwrite", stored_words(bytes));
    let call = Call::Write {
        file: file.to_owned(),
        at,
        bytes: bytes.to_vec(),
    };
    s.must(peer, what, call).map(drop)
}

/// ftruncate(2).
pub(super) fn truncate(s: &mut Stage<'_>, peer: Peer, file: &str, len: u64) -> Result<(), Stop> {
    let call = Call::Truncate {
        file: file.to_owned(),
        len,
    };
    s.must(
        peer,
        format!("makes {file} {} long", counted(len, "byte")),
        call,
    )
    .map(drop)
}

/// lseek(2) to the end: the file's length must be `len`.
pub(super) fn expect_length(
    s: &mut Stage<'_>,
    peer: Peer,
    file: &str,
    len: u64,
) -> Result<(), Stop> {
    let call = Call::Length {
        file: file.to_owned(),
    };
    let told = s.attempt(peer, format!("asks how long {file} is"), call)?;
    s.expect(&told, &Outcome::Number { value: len });
    Ok(())
}

/// mmap(2) that may well fail.
pub(super) fn try_map(
    s: &mut Stage<'_>,
    peer: Peer,
    what: &str,
    call: MapCall,
) -> Result<Told, Stop> {
    s.attempt(peer, what, Call::Map(call))
}

/// A load through another mapping than `m`.
pub(super) fn load_of(
    s: &mut Stage<'_>,
    peer: Peer,
    map: &str,
    at: u64,
    len: u64,
) -> Result<Told, Stop> {
    let what = match len {
        1 => format!("loads the byte at {at} of {map}"),
        _ => format!("loads {len} bytes at {at} of {map}"),
    };
    s.attempt(peer, what, load(map, at, len))
}

/// A store that may well end its peer.
pub(super) fn try_store(
    s: &mut Stage<'_>,
    peer: Peer,
    at: u64,
    bytes: &[u8],
) -> Result<Told, Stop> {
    let what = format!("tries to store {} at {at}", stored_words(bytes));
    s.attempt(peer, what, store(M, at, bytes))
}

/// One load or store a page.
pub(super) fn touch(
    s: &mut Stage<'_>,
    peer: Peer,
    at: u64,
    len: u64,
    write: bool,
) -> Result<(), Stop> {
    let pages = len.div_ceil(s.page());
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
    s.must(peer, what, call).map(drop)
}

/// One store a page, all over another mapping than `m`.
pub(super) fn fill(s: &mut Stage<'_>, peer: Peer, map: &str, len: u64) -> Result<(), Stop> {
    let call = Call::Touch {
        map: map.to_owned(),
        at: 0,
        len,
        write: true,
    };
    let what = format!("stores a byte into each page of {map}");
    s.must(peer, what, call).map(drop)
}

/// munmap(2); what comes of it is there to be checked.
pub(super) fn unmap(s: &mut Stage<'_>, peer: Peer, at: u64, len: u64) -> Result<Told, Stop> {
    let call = Call::Unmap {
        map: M.to_owned(),
        at,
        len,
    };
    s.attempt(
        peer,
        format!("unmaps {} at {at}", counted(len, "byte")),
        call,
    )
}

/// mprotect(2); what comes of it is there to be checked.
pub(super) fn protect(
    s: &mut Stage<'_>,
    peer: Peer,
    at: u64,
    len: u64,
    prot: Prot,
) -> Result<Told, Stop> {
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
    s.attempt(peer, what, call)
}

/// madvise(2) with `MADV_DONTNEED`.
pub(super) fn drop_pages(s: &mut Stage<'_>, peer: Peer, len: u64) -> Result<(), Stop> {
    let call = Call::Advise {
        map: M.to_owned(),
        at: 0,
        len,
        advice: Advice::DontNeed,
    };
    s.must(peer, "says MADV_DONTNEED of its pages", call)
        .map(drop)
}

/// msync(2) from the mapping's start; what comes of it is there to be checked.
pub(super) fn sync(s: &mut Stage<'_>, peer: Peer, len: u64, how: SyncHow) -> Result<Told, Stop> {
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
    s.attempt(peer, format!("calls msync with {flag}"), call)
}

/// fsync(2).
pub(super) fn fsync(s: &mut Stage<'_>, peer: Peer, file: &str) -> Result<Told, Stop> {
    let call = Call::Fsync {
        file: file.to_owned(),
    };
    s.must(peer, format!("calls fsync of {file}"), call)
}

/// The pages must be these, where a private copy may have been swapped out meanwhile.
pub(super) fn expect_copies(s: &mut Stage<'_>, told: &Told, wanted: &[PeerPage]) {
    let holds = match &told.outcome {
        Outcome::Pages { pages } => {
            let is_as = |(found, wanted): (&PeerPage, &PeerPage)| {
                found == wanted || (*wanted == PrivateCopy && *found == Swapped)
            };
            pages.len() == wanted.len() && pages.iter().zip(wanted).all(is_as)
        }
        _ => false,
    };
    let pages = wanted.to_vec();
    s.judge(told, &outcome_words(&Outcome::Pages { pages }), holds);
}

/// The lines of `/proc/self/maps` where a mapping was made.
pub(super) fn maps(s: &mut Stage<'_>, peer: Peer, map: &str) -> Result<(Told, Vec<Area>), Stop> {
    let call = Call::Maps {
        map: map.to_owned(),
    };
    let told = s.must(peer, format!("looks up {map} in /proc/self/maps"), call)?;
    let areas = told.lines().iter().filter_map(|line| area(line)).collect();
    Ok((told, areas))
}

/// What a line of `/proc/PID/maps` says (`proc_pid_maps(5)`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Area {
    /// Address of its first byte.
    pub(super) start: u64,
    /// Address one past its last byte.
    pub(super) end: u64,
    /// Such as `rw-s`.
    pub(super) allows: String,
    /// Offset in the file.
    pub(super) offset: u64,
    /// The file, or a name in brackets; empty where there is none.
    pub(super) name: String,
}

fn area(line: &str) -> Option<Area> {
    let mut words = line.split_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let hex = |digits| u64::from_str_radix(digits, 16).ok();
    let (start, end) = (hex(start)?, hex(end)?);
    let allows = words.next()?.to_owned();
    let offset = hex(words.next()?)?;
    // Device and inode stand before the name.
    let name = words.skip(2).collect::<Vec<_>>().join(" ");
    Some(Area {
        start,
        end,
        allows,
        offset,
        name,
    })
}

/// The sums of `/proc/self/smaps` over `m`.
pub(super) fn sums(s: &mut Stage<'_>, peer: Peer) -> Result<(Told, Sums), Stop> {
    let call = Call::Sums { map: M.to_owned() };
    let told = s.must(peer, "looks up m in /proc/self/smaps", call)?;
    match told.outcome {
        Outcome::Sums(sums) => Ok((told, sums)),
        _ => Err(unasked("sums")),
    }
}

/// The size of a peer's process.
pub(super) fn memory(s: &mut Stage<'_>, peer: Peer) -> Result<(Told, Memory), Stop> {
    let told = s.must(peer, "looks up how large its process is", Call::Memory)?;
    match told.outcome {
        Outcome::Memory(memory) => Ok((told, memory)),
        _ => Err(unasked("sizes")),
    }
}

/// How many page faults a peer has had that needed no storage.
pub(super) fn faults(s: &mut Stage<'_>, peer: Peer) -> Result<u64, Stop> {
    let told = s.must(peer, "looks up how many page faults it had", Call::Faults)?;
    match told.outcome {
        Outcome::Faults { minor, .. } => Ok(minor),
        _ => Err(unasked("a number of faults")),
    }
}

/// A peer told something of another kind than it was asked for.
fn unasked(wanted: &str) -> Stop {
    Stop::NotDone(format!(
        "a process was asked for {wanted} and told something else"
    ))
}
