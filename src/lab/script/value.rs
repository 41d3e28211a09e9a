//! Numbers that are computed from what steps told, and sentences with such numbers in them.
//!
//! It must not know what was told: that is looked up when a script is carried out.

use std::ops::{Add, Mul, Sub};

use super::StepId;

/// A number, or how it is computed. It may be below zero on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// This one.
    Number(u64),
    /// What a step told.
    Of(StepId, Figure),
    /// How many different stretches the lines of maps cover that these steps told; lines that overlap are one.
    Stretches(Vec<StepId>),
    /// The first and the second.
    Plus(Box<Self>, Box<Self>),
    /// The first without the second.
    Minus(Box<Self>, Box<Self>),
    /// The first as often as the second says.
    Times(Box<Self>, Box<Self>),
}

/// What stands for a time, and for how often something was seen.
const TIME: &str = "{time}";
const SEEN: &str = "{seen}";

/// A number in what a step tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// The number it told.
    Number,
    /// The bytes it read, at most eight, as one number; the first byte is the lowest.
    Word,
    /// How many bytes it read.
    Bytes,
    /// Page faults without a read from storage.
    Minor,
    /// Page faults with one.
    Major,
    /// KiB of smaps: resident.
    Rss,
    /// KiB of smaps: resident, shared pages by their share.
    Pss,
    /// KiB of smaps: clean, and mapped by others too.
    SharedClean,
    /// KiB of smaps: dirty, and mapped by others too.
    SharedDirty,
    /// KiB of smaps: clean, and mapped by nobody else.
    PrivateClean,
    /// KiB of smaps: dirty, and mapped by nobody else.
    PrivateDirty,
    /// KiB of smaps: of no file.
    Anonymous,
    /// KiB swapped out: of smaps, or of the process.
    Swapped,
    /// KiB of smaps: in huge pages, of no file.
    Huge,
    /// KiB of page tables of the process.
    PageTables,
    /// How many lines the process has in maps.
    Areas,
    /// How often a call succeeded that was repeated.
    Times,
    /// When a file's bytes were changed last, in nanoseconds.
    Modified,
    /// How many pages mincore(2) says are in memory.
    InMemory,
    /// The frame of memory of a page; the first page is 0.
    Frame(usize),
    /// Rounds in which both sides loaded what was there before the other's store.
    BothSawOld,
    /// KiB of memory that is locked, of the process.
    Locked,
    /// Blocks of 512 bytes that a file occupies.
    Blocks,
    /// Aligned words that were half old and half new.
    TornWords,
    /// Pairs of words of which one was old and the other new.
    TornPairs,
    /// KiB of address space of the process.
    AddressSpace,
    /// KiB resident of the process.
    Resident,
    /// Pages of a file in memory.
    Cached,
    /// Of these, changed since they were written last.
    DirtyPages,
    /// Of these, being written.
    Writeback,
    /// How many lines of maps.
    Lines,
    /// The first address of a line of maps; the first line is 0.
    Start(usize),
    /// One past its last address.
    End(usize),
    /// Its offset in the file.
    Offset(usize),
    /// How many pages it told of.
    Pages,
    /// How many of them are there, or swapped out.
    PagesThere,
    /// How long its calls took.
    Nanoseconds,
}

impl StepId {
    /// A number in what this step tells.
    #[must_use]
    pub fn get(self, field: Figure) -> Value {
        Value::Of(self, field)
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl<T: Into<Self>> Add<T> for Value {
    type Output = Self;

    fn add(self, other: T) -> Self {
        Self::Plus(Box::new(self), Box::new(other.into()))
    }
}

impl<T: Into<Self>> Sub<T> for Value {
    type Output = Self;

    fn sub(self, other: T) -> Self {
        Self::Minus(Box::new(self), Box::new(other.into()))
    }
}

impl<T: Into<Self>> Mul<T> for Value {
    type Output = Self;

    fn mul(self, other: T) -> Self {
        Self::Times(Box::new(self), Box::new(other.into()))
    }
}

/// A sentence with numbers that are not known yet: each `{}` stands for the next of them, each `{time}` for it as a time,
/// where it counts nanoseconds, each `{seen}` for how often something was seen, if at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    text: String,
    values: Vec<Value>,
}

impl Words {
    /// This text with these numbers.
    #[must_use]
    pub fn new(text: &str, values: impl IntoIterator<Item = Value>) -> Self {
        Self {
            text: text.to_owned(),
            values: values.into_iter().collect(),
        }
    }

    /// The text with its `{}` and `{time}`, and the numbers for them.
    pub(in crate::lab) fn parts(&self) -> (&str, &[Value]) {
        (&self.text, &self.values)
    }

    /// The sentence, where there is no number in it.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        self.values.is_empty().then_some(&self.text)
    }

    /// The sentence, with each number as `number` writes it: `true` asks for a time.
    #[must_use]
    pub fn filled(&self, mut number: impl FnMut(&Value, bool) -> String) -> String {
        let mut rest = self.text.as_str();
        let mut words = String::new();
        for value in &self.values {
            let found = ["{}", TIME, SEEN].map(|mark| rest.find(mark).map(|at| (at, mark)));
            let Some((at, mark)) = found.into_iter().flatten().min() else {
                break;
            };
            words.push_str(&rest[..at]);
            let number = number(value, mark == TIME);
            let number = if mark == SEEN { seen(&number) } else { number };
            words.push_str(&number);
            rest = &rest[at + mark.len()..];
        }
        words + rest
    }
}

/// How often something was seen, in words.
fn seen(times: &str) -> String {
    match times {
        "0" => "not seen".to_owned(),
        "1" => "seen once".to_owned(),
        times => format!("seen {times} times"),
    }
}

impl From<&str> for Words {
    fn from(text: &str) -> Self {
        Self::new(text, [])
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self {
            text,
            values: Vec::new(),
        }
    }
}
