//! What peers do and tell, in words.
//!
//! It must not know scripts, nor who shows the words.

use std::fmt::Write as _;

use crate::bytes::class::{hex_pair, is_graphic};
use crate::bytes::size::counted;
use crate::lab::claim::HeldPage;
use crate::peer::calls::{
    FileFacts, MapCall, Memory, Outcome, PassDone, Prot, Raced, Source, Sums,
};
use crate::peer::wire::PeerPage;

/// Bytes that are written out; of more, the rest is counted.
const SHOWN: usize = 16;

/// What came of a call, in words.
#[must_use]
pub(crate) fn outcome_words(outcome: &Outcome) -> String {
    words_of(outcome, Backing::File)
}

/// What came of a call that is about a mapping of this.
pub(super) fn words_of(outcome: &Outcome, backing: Backing) -> String {
    match outcome {
        Outcome::Done => "done".to_owned(),
        Outcome::Failed { errno } => format!("fails with {errno}"),
        Outcome::Bytes { bytes } => bytes_words(bytes),
        Outcome::Pages { pages } => pages_words(pages, backing),
        Outcome::Lines { lines } if lines.is_empty() => "no line".to_owned(),
        Outcome::Lines { lines } => lines.join("\n"),
        Outcome::Sums(sums) => sums_words(sums),
        Outcome::Memory(memory) => memory_words(memory),
        Outcome::Faults { minor, major } => {
            format!("{minor} minor and {}", counted(*major, "major fault"))
        }
        Outcome::Cache {
            cached,
            dirty,
            writeback,
        } => format!(
            "{} cached, {dirty} dirty, {writeback} being written",
            counted(*cached, "page")
        ),
        Outcome::Resident { pages } => format!(
            "{} of {} in memory",
            pages.iter().filter(|page| **page).count(),
            counted(pages.len() as u64, "page")
        ),
        Outcome::Frames { frames } => frames_words(frames),
        Outcome::Stat(facts) => stat_words(facts),
        Outcome::Repeated { times, errno: None } => format!("succeeds {times} times"),
        Outcome::Repeated {
            times,
            errno: Some(errno),
        } => format!("succeeds {times} times, then fails with {errno}"),
        Outcome::Raced(raced) => raced_words(raced),
        Outcome::Number { value } => value.to_string(),
        Outcome::Pass(pass) => pass_words(pass),
        Outcome::Killed(death) => death.to_string(),
    }
}

fn sums_words(sums: &Sums) -> String {
    let mut words = format!(
        "Rss {} KiB, Pss {}, Shared_Clean {}, Shared_Dirty {}, Private_Clean {}, Private_Dirty {}, Anonymous {}",
        sums.rss,
        sums.pss,
        sums.shared_clean,
        sums.shared_dirty,
        sums.private_clean,
        sums.private_dirty,
        sums.anonymous
    );
    let seldom = [
        ("AnonHugePages", sums.huge),
        ("LazyFree", sums.lazy_free),
        ("Swap", sums.swapped),
    ];
    for (name, kib) in seldom.into_iter().filter(|(_, kib)| *kib > 0) {
        let _ = write!(words, ", {name} {kib}");
    }
    words
}

fn memory_words(memory: &Memory) -> String {
    let mut words = format!(
        "address space {} KiB, resident {} KiB",
        memory.address_space, memory.resident
    );
    if memory.swapped > 0 {
        let _ = write!(words, ", swapped {} KiB", memory.swapped);
    }
    words
}

fn pass_words(pass: &PassDone) -> String {
    format!(
        "{} in {:.3} ms, {} minor and {}",
        counted(pass.bytes, "byte"),
        std::time::Duration::from_nanos(pass.nanoseconds).as_secs_f64() * 1e3,
        pass.minor,
        counted(pass.major, "major fault")
    )
}

fn stat_words(facts: &FileFacts) -> String {
    format!(
        "{}, {} of 512, {}",
        counted(facts.len, "byte"),
        counted(facts.blocks, "block"),
        counted(facts.links, "name")
    )
}

/// `frame 0x1a2b, no frame`.
fn frames_words(frames: &[Option<u64>]) -> String {
    let shown = frames.iter().take(SHOWN).map(|frame| match frame {
        Some(frame) => format!("frame {frame:#x}"),
        None => "no frame".to_owned(),
    });
    let mut words: Vec<String> = shown.collect();
    if frames.len() > SHOWN {
        words.push(format!("{} more", frames.len() - SHOWN));
    }
    words.join(", ")
}

/// How often something was seen, where it was at all.
fn raced_words(raced: &Raced) -> String {
    let seen = [
        (raced.torn_words, "torn word"),
        (raced.torn_pairs, "torn pair"),
        (raced.torn_across_lines, "torn word across cache lines"),
        (raced.both_saw_old, "round in which both saw the old"),
    ];
    let mut words = counted(raced.rounds, "round");
    for (count, what) in seen.into_iter().filter(|(count, _)| *count > 0) {
        let _ = write!(words, ", {count} \u{d7} {what}");
    }
    words
}

/// `5a 'Z'`; of many the first, and how many; of many that are all the same, just that.
pub(super) fn bytes_words(bytes: &[u8]) -> String {
    let Some(first) = bytes.first() else {
        return "no bytes".to_owned();
    };
    if bytes.len() > SHOWN && bytes.iter().all(|byte| byte == first) {
        return format!("{} bytes, all {}", bytes.len(), bytes_words(&[*first]));
    }
    let shown = &bytes[..bytes.len().min(SHOWN)];
    let mut words = String::new();
    for byte in shown {
        let _ = write!(
            words,
            "{} ",
            hex_pair(*byte).map(char::from).iter().collect::<String>()
        );
    }
    words.push_str(&quoted(shown));
    if bytes.len() > SHOWN {
        let _ = write!(
            words,
            " and {} more",
            counted((bytes.len() - SHOWN) as u64, "byte")
        );
    }
    words
}

/// Bytes to be stored or written: as text between quotes; of many, how many they are.
pub(super) fn stored_words(bytes: &[u8]) -> String {
    if bytes.len() > SHOWN {
        return format!("{} bytes", bytes.len());
    }
    format!("'{}'", bytes.escape_ascii())
}

/// Bytes as text between quotes; a dot for each that is no character.
fn quoted(bytes: &[u8]) -> String {
    let text = bytes.iter().map(|byte| {
        if is_graphic(*byte) {
            char::from(*byte)
        } else {
            '.'
        }
    });
    format!("'{}'", text.collect::<String>())
}

/// What a mapping is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backing {
    /// A file.
    File,
    /// Memory without a file, of one process.
    Private,
    /// Memory without a file that can be shared.
    Shared,
}

impl Backing {
    /// That of a mapping that is made so.
    pub(super) fn of(call: &MapCall) -> Self {
        match (&call.source, call.shared) {
            (Source::Anonymous, false) => Self::Private,
            (Source::Anonymous, true) => Self::Shared,
            _ => Self::File,
        }
    }

    /// What stands there.
    pub(super) fn held(self, page: &PeerPage) -> HeldPage {
        match (self, page) {
            (Self::Private, PeerPage::PrivateCopy) => HeldPage::Anonymous,
            (Self::Shared, PeerPage::FilePage) => HeldPage::SharedAnonymous,
            (_, PeerPage::PrivateCopy) => HeldPage::PrivateCopy,
            (_, PeerPage::FilePage) => HeldPage::FilePage,
            (_, PeerPage::Swapped) => HeldPage::Swapped,
            (_, PeerPage::NotPresent) => HeldPage::NotPresent,
            (_, PeerPage::Unavailable(_)) => HeldPage::Unknown,
        }
    }

    /// What a page is called. The kernel tells of memory without a file what it tells of a copy, or of a file.
    fn page(self, page: &PeerPage) -> String {
        match (self, page) {
            (Self::Private, PeerPage::PrivateCopy) => "anonymous page".to_owned(),
            (Self::Shared, PeerPage::FilePage) => "shared anonymous page".to_owned(),
            _ => page.to_string(),
        }
    }
}

/// `private copy, 3 × file page`.
pub(super) fn pages_words(pages: &[PeerPage], backing: Backing) -> String {
    let runs: Vec<String> = pages
        .chunk_by(|left, right| left == right)
        .map(|run| match run {
            [page] => backing.page(page),
            [page, ..] => format!("{} \u{d7} {}", run.len(), backing.page(page)),
            [] => String::new(),
        })
        .collect();
    if runs.is_empty() {
        return "no pages".to_owned();
    }
    runs.join(", ")
}

/// `maps 4096 bytes of f, shared, read-write`.
pub(super) fn map_words(call: &MapCall) -> String {
    let len = call.len;
    let of = match &call.source {
        Source::Anonymous => "without a file".to_owned(),
        Source::File(file) if call.offset == 0 => format!("of {file}"),
        Source::File(file) => format!("of {file} from {}", call.offset),
        Source::Descriptor(number) => format!("of descriptor {number}"),
    };
    // `m` is the mapping that steps are about where they name none.
    let name = match call.map.as_str() {
        "m" => String::new(),
        name => format!(", called {name}"),
    };
    format!(
        "maps {} {of}, {}{name}",
        counted(len, "byte"),
        mapping_words(call)
    )
}

/// `shared, read-write`.
pub(super) fn mapping_words(call: &MapCall) -> String {
    let mode = if call.shared { "shared" } else { "private" };
    let prot = match call.prot {
        Prot::None => "no access",
        Prot::Read => "read-only",
        Prot::ReadWrite => "read-write",
        Prot::Write => "write-only",
        Prot::Execute => "execute-only",
        Prot::ReadExecute => "read-execute",
        Prot::All => "read-write-execute",
    };
    match call.source {
        Source::Anonymous => format!("anonymous {mode}, {prot}"),
        _ => format!("{mode}, {prot}"),
    }
}
