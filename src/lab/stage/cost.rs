//! What it costs to take a file's bytes, measured.
//!
//! All ways take the same bytes in the same order and add them up; the sums must be equal. They take turns, so that what
//! else the machine does meets each. What is told is the median of an odd number of passes. It must not know what a person
//! may expect.

use std::time::{Duration, Instant};

use crate::bytes::size::human_size;
use crate::lab::claim::{Contents, CostPoint, time_words};
use crate::lab::script::{CostWay, Peer, shared};
use crate::lab::words::{map_words, outcome_words};
use crate::peer::calls::{Call, FileAccess, Outcome, PassCall, PassDone, Prot};

use super::{Stage, Stop};

/// A size of file, and how many passes of either way are timed: warm ones, and cold ones. Odd, so that there is a middle.
struct Size {
    bytes: u64,
    warm: usize,
    cold: usize,
}

impl Size {
    const fn of(bytes: u64, warm: usize, cold: usize) -> Self {
        Self { bytes, warm, cold }
    }
}

const SIZES: [Size; 6] = [
    Size::of(4 << 10, 101, 15),
    Size::of(64 << 10, 101, 15),
    Size::of(1 << 20, 51, 9),
    Size::of(16 << 20, 15, 5),
    Size::of(256 << 20, 5, 3),
    Size::of(1 << 30, 3, 3),
];

/// A size that would be over later than this after the begin is left out: nobody waits for minutes.
const ENOUGH: Duration = Duration::from_secs(40);

/// Up to here nothing is left out for its time: small sizes are quick, and do not tell how long large ones take.
const MUCH: u64 = 16 << 20;

impl CostWay {
    /// A pass over a file of `bytes` bytes.
    fn pass(self, taking: Taking, bytes: u64, page: u64) -> PassCall {
        PassCall {
            file: FILE.to_owned(),
            by_loads: taking != Taking::Read,
            over: (taking == Taking::Kept).then(|| KEPT.to_owned()),
            len: bytes,
            random_pages: self.draws.map(|most| most.min(bytes / page)),
            seed: 0x6d61_7073_636f_7065,
        }
    }
}

const FILE: &str = "f";
/// The mapping that stays.
const KEPT: &str = "kept";

/// A way to take the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Taking {
    /// `read` into a buffer.
    Read,
    /// A mapping is made, loaded from and removed, each time.
    Mapped,
    /// Loads from a mapping that stays.
    Kept,
}

impl Taking {
    const ALL: [Self; 3] = [Self::Read, Self::Mapped, Self::Kept];

    fn words(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Mapped => "mmap and loads",
            Self::Kept => "loads from a mapping that is kept",
        }
    }
}

impl Stage<'_> {
    /// Carries out a step that measures.
    pub(super) fn measure(&mut self, peer: Peer, way: CostWay) -> Result<(), Stop> {
        measure(self, peer, way)
    }
}

fn measure(s: &mut Stage<'_>, a: Peer, way: CostWay) -> Result<(), Stop> {
    let begin = Instant::now();
    let page = s.page;
    let mut told = Vec::new();
    // The size before and how long it took; the next one is taken to need as much for each byte.
    let mut before: Option<(u64, Duration)> = None;
    for size in &SIZES {
        let needs = before.map_or(Duration::ZERO, |(bytes, took)| {
            took * u32::try_from(size.bytes / bytes).unwrap_or(u32::MAX)
        });
        let name = human_size(size.bytes);
        let left_out = if way.draws.is_some() && size.bytes < page {
            Some(format!("a page has {page} bytes"))
        } else if size.bytes > MUCH && begin.elapsed() + needs > ENOUGH {
            Some("judging by the smaller ones it would take too long here".to_owned())
        } else {
            s.no_room(size.bytes)
        };
        if let Some(why) = left_out {
            s.note(&format!("leaves out {name}"), why);
            continue;
        }
        let begin_size = Instant::now();
        s.make_file(FILE, &Contents::Noise { len: size.bytes })?;
        let open = Call::Open {
            file: FILE.to_owned(),
            path: FILE.into(),
            access: FileAccess::Read,
        };
        s.listed(a, format!("opens {FILE} to read"), open, true)?;
        if let Some(point) = measure_size(s, a, way, size)? {
            told.push(format!("{name}: {}", point.winner()));
            s.costs.push(point);
        }
        let close = Call::Close {
            file: FILE.to_owned(),
        };
        let _ = s.quietly(a, &close)?;
        s.remove(FILE)?;
        before = Some((size.bytes, begin_size.elapsed()));
    }
    s.note(
        "compares the medians; a tenth is no difference",
        told.join("; "),
    );
    Ok(())
}

/// The passes of one way.
#[derive(Default)]
struct Passes {
    nanoseconds: Vec<u64>,
    minor: Vec<u64>,
    major: Vec<u64>,
}

impl Passes {
    fn add(&mut self, done: PassDone) {
        self.nanoseconds.push(done.nanoseconds);
        self.minor.push(done.minor);
        self.major.push(done.major);
    }

    fn seconds(&self) -> f64 {
        Duration::from_nanos(median(&self.nanoseconds)).as_secs_f64()
    }

    fn faults(&self) -> (u64, u64) {
        (median(&self.minor), median(&self.major))
    }

    fn words(&self) -> String {
        let words = |nanoseconds| time_words(Duration::from_nanos(nanoseconds).as_secs_f64());
        let (minor, major) = self.faults();
        let least = self.nanoseconds.iter().copied().min().unwrap_or(0);
        let most = self.nanoseconds.iter().copied().max().unwrap_or(0);
        format!(
            "median {}, from {} to {}; {minor} minor and {major} major faults",
            words(median(&self.nanoseconds)),
            words(least),
            words(most),
        )
    }
}

/// The middle one; 0 of none.
fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

/// Measures one size; `None` where its file could not be made cold.
fn measure_size(
    s: &mut Stage<'_>,
    a: Peer,
    way: CostWay,
    size: &Size,
) -> Result<Option<CostPoint>, Stop> {
    let page = s.page;
    let repeats = if way.cold { size.cold } else { size.warm };
    // What is mapped cannot be made cold.
    let takings = &Taking::ALL[..if way.cold { 2 } else { 3 }];
    if !way.cold {
        let call = shared(FILE, size.bytes).allowing(Prot::Read).named(KEPT);
        s.listed(a, map_words(&call), Call::Map(call), true)?;
    }
    let mut passes = [Passes::default(), Passes::default(), Passes::default()];
    let mut all: Vec<(u64, u64)> = Vec::new();
    if !warm_up(s, a, way, size, takings, &mut all)? {
        return Ok(None);
    }
    for turn in 0..repeats {
        for index in 0..takings.len() {
            // No way always comes first.
            let index = (turn + index) % takings.len();
            if way.cold && !cool_quietly(s, a, size.bytes)? {
                return Ok(None);
            }
            let call = Call::Pass(way.pass(takings[index], size.bytes, page));
            let done = pass_done(s.quietly(a, &call)?)?;
            all.push((done.bytes, done.sum));
            passes[index].add(done);
        }
    }
    for (taking, passes) in takings.iter().zip(&passes) {
        let what = format!("times {repeats} passes by {}", taking.words());
        s.note(&what, passes.words());
    }
    if !way.cold {
        let (map, len) = (KEPT.to_owned(), size.bytes);
        expect_done(s.quietly(a, &Call::Unmap { map, at: 0, len })?)?;
    }
    let [reads, loads, kept] = passes;
    let taken = match way.pass(Taking::Read, size.bytes, page).random_pages {
        Some(pages) => pages * page,
        None => size.bytes,
    };
    check_same(s, &all, taken);
    Ok(Some(CostPoint {
        bytes: size.bytes,
        taken,
        read_seconds: reads.seconds(),
        load_seconds: loads.seconds(),
        read_faults: reads.faults(),
        load_faults: loads.faults(),
        kept_seconds: (!way.cold).then(|| kept.seconds()),
    }))
}

/// A pass of each way that is listed with its calls, and not counted: it warms up what is not of the file. Whether the file
/// could be made cold where it has to be.
fn warm_up(
    s: &mut Stage<'_>,
    a: Peer,
    way: CostWay,
    size: &Size,
    takings: &[Taking],
    all: &mut Vec<(u64, u64)>,
) -> Result<bool, Stop> {
    for taking in takings {
        if way.cold && !cool(s, a, size.bytes)? {
            return Ok(false);
        }
        let call = Call::Pass(way.pass(*taking, size.bytes, s.page));
        let what = format!("takes {} by {}", human_size(size.bytes), taking.words());
        let done = pass_done(s.listed(a, what, call, true)?)?;
        all.push((done.bytes, done.sum));
    }
    Ok(true)
}

/// All passes must have taken `taken` bytes with the same sum: of each, what it took and the sum.
fn check_same(s: &mut Stage<'_>, passes: &[(u64, u64)], taken: u64) {
    let (n_bytes, sum) = passes.first().copied().unwrap_or_default();
    let same = passes.iter().all(|one| *one == (n_bytes, sum));
    let not = if same { "" } else { "not " };
    s.check(
        "compares what all passes took",
        format!("{n_bytes} bytes, sum {sum:#018x}, {not}the same each time"),
        format!("{taken} bytes, the same sum each time"),
        same && n_bytes == taken,
    );
}

/// Makes the file cold, and looks whether it is.
fn cool(s: &mut Stage<'_>, a: Peer, bytes: u64) -> Result<bool, Stop> {
    let file = || FILE.to_owned();
    let what = "makes f cold".to_owned();
    s.listed(a, what, Call::Cool { file: file() }, true)?;
    let what = "asks what of f is in memory".to_owned();
    let told = s.listed(a, what, Call::Cache { file: file() }, false)?;
    let Outcome::Cache { cached, .. } = told else {
        let why = "this kernel does not tell what of a file is in memory; the major faults are all there is to go by";
        s.note("cannot verify that f is cold", why.to_owned());
        return Ok(true);
    };
    if is_cold(s, cached, bytes) {
        return Ok(true);
    }
    leave_out(s, cached, bytes);
    Ok(false)
}

/// As [`cool`] before each pass that is timed, without a step; again where some of the file stayed, so that no warm pass
/// is counted.
fn cool_quietly(s: &mut Stage<'_>, a: Peer, bytes: u64) -> Result<bool, Stop> {
    const ATTEMPTS: u32 = 5;
    let file = || FILE.to_owned();
    let mut stayed = 0;
    for _ in 0..ATTEMPTS {
        expect_done(s.quietly(a, &Call::Cool { file: file() })?)?;
        let Outcome::Cache { cached, .. } = s.quietly(a, &Call::Cache { file: file() })? else {
            // That the kernel does not tell was noted before.
            return Ok(true);
        };
        if is_cold(s, cached, bytes) {
            return Ok(true);
        }
        stayed = cached;
    }
    leave_out(s, stayed, bytes);
    Ok(false)
}

fn is_cold(s: &Stage<'_>, cached: u64, bytes: u64) -> bool {
    cached * 100 <= bytes.div_ceil(s.page)
}

fn leave_out(s: &mut Stage<'_>, cached: u64, bytes: u64) {
    let pages = bytes.div_ceil(s.page);
    let why = format!("{cached} of its {pages} pages stayed in memory");
    s.note(&format!("leaves out {}", human_size(bytes)), why);
}

fn pass_done(outcome: Outcome) -> Result<PassDone, Stop> {
    match outcome {
        Outcome::Pass(done) => Ok(done),
        other => Err(failed(&other)),
    }
}

fn expect_done(outcome: Outcome) -> Result<(), Stop> {
    match outcome {
        Outcome::Done => Ok(()),
        other => Err(failed(&other)),
    }
}

fn failed(outcome: &Outcome) -> Stop {
    let words = outcome_words(outcome);
    Stop::NotDone(format!("a pass over the file came to this: {words}"))
}
