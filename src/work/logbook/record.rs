//! Records of the journal on disk: what each says, and its bytes. Pure: no file is touched here.
//!
//! A journal begins with a header: the eight bytes `MAPSJRNL`, the version (4 bytes), a random id (16 bytes) and a
//! checksum of these. Each record follows as its length (4 bytes), a checksum (4 bytes) and its contents, all numbers
//! little-endian. The checksum is CRC-32 over the id, the length and the contents, so that zeros and the bytes of a file
//! that stood there before are no record. The contents begin with a number that counts records from 0, so that a record
//! that is missing is found.

use std::path::PathBuf;

use super::around::BlockSum;
use crate::bytes::Span;
use crate::os::stamp::FileStamp;

pub use super::header::{BookId, HEADER_BYTES, NoHeader, VERSION, header, read_header};

/// Length of what precedes the contents of a record, in bytes.
pub const FRAME_BYTES: usize = 8;
/// So many equal bytes and more are written as one with a count: a fill is a short record.
const LEAST_REPEATED: usize = 8;
/// No run of bytes is longer; a longer one is damage.
const MOST_BYTES: u64 = 1 << 31;

/// Bytes that became others. Both are of the same length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByteChange {
    /// File offset of the first.
    pub offset: u64,
    /// What stood there.
    pub old: Vec<u8>,
    /// What is to stand there.
    pub new: Vec<u8>,
}

impl ByteChange {
    /// Where.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::at(self.offset, self.new.len() as u64).unwrap_or(Span::empty(self.offset))
    }
}

/// Where changed bytes stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EditPlace {
    /// In the private mapping of this number, and not in the file.
    Private(u64),
    /// In the file.
    File,
}

/// One record. Each but the first kind is about the file of that number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A file that edits follow of.
    File {
        /// Its number in this journal.
        file: u32,
        /// What identifies it.
        stamp: FileStamp,
        /// Where it was opened.
        path: PathBuf,
    },
    /// Bytes are about to be stored.
    Asked {
        /// The file.
        file: u32,
        /// What the outcome names it by.
        ticket: u64,
        /// Where they will stand.
        place: EditPlace,
        /// When, in milliseconds since 1970.
        at: u64,
        /// All that one step changes.
        changes: Vec<ByteChange>,
    },
    /// What became of it: stored in these spans, and nowhere else.
    Outcome {
        /// The file.
        file: u32,
        /// Which.
        ticket: u64,
        /// Where it was stored.
        done: Vec<Span>,
    },
    /// Private edits of this mapping are in the file and on its device.
    Saved {
        /// The file.
        file: u32,
        /// The mapping.
        mapping: u64,
        /// Where.
        spans: Vec<Span>,
    },
    /// This stands so, however it came about.
    Stands {
        /// The file.
        file: u32,
        /// Where.
        place: EditPlace,
        /// What.
        changes: Vec<ByteChange>,
    },
    /// The person decided what becomes of edits: nothing of them is to be offered.
    Retired {
        /// The file.
        file: u32,
        /// Where they stand; `None` for all of the file.
        place: Option<EditPlace>,
    },
    /// What stood around edits before the first of them there: the first one of a block counts.
    Blocks {
        /// The file.
        file: u32,
        /// Blocks of it.
        blocks: Vec<BlockSum>,
    },
}

/// Adds a record, as number `seq` of the journal `id`, to `out`.
pub fn write_record(out: &mut Vec<u8>, id: &BookId, seq: u64, record: &Record) {
    let frame = out.len();
    out.extend([0; FRAME_BYTES]);
    let mut put = Put(out);
    put.u64(seq);
    put.record(record);
    let contents = frame + FRAME_BYTES;
    let len = u32::try_from(out.len() - contents)
        .unwrap_or(u32::MAX)
        .to_le_bytes();
    let sum = checksum(id, len, out.get(contents..).unwrap_or_default());
    if let Some(head) = out.get_mut(frame..contents) {
        head.copy_from_slice(&[len, sum.to_le_bytes()].concat());
    }
}

/// The record at the start of `bytes`, its number and its length; `None` where there is none that is whole.
#[must_use]
pub fn read_record(bytes: &[u8], id: &BookId) -> Option<(u64, Record, usize)> {
    let len: [u8; 4] = bytes.get(..4)?.try_into().ok()?;
    let sum = u32::from_le_bytes(bytes.get(4..8)?.try_into().ok()?);
    let n_bytes = usize::try_from(u32::from_le_bytes(len)).ok()?;
    let end = FRAME_BYTES.checked_add(n_bytes)?;
    let contents = bytes.get(FRAME_BYTES..end)?;
    if checksum(id, len, contents) != sum {
        return None;
    }
    let mut get = Get(contents);
    let seq = get.u64()?;
    let record = get.record()?;
    get.0.is_empty().then_some((seq, record, end))
}

fn checksum(id: &BookId, len: [u8; 4], contents: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(id);
    sum.update(&len);
    sum.update(contents);
    sum.finalize()
}

struct Put<'a>(&'a mut Vec<u8>);

impl Put<'_> {
    fn u8(&mut self, value: u8) {
        self.0.push(value);
    }

    fn u32(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    fn count(&mut self, n: usize) {
        self.u64(n as u64);
    }

    /// A first byte of 1: one byte so often.
    fn bytes(&mut self, bytes: &[u8]) {
        let first = bytes.first().filter(|first| {
            bytes.len() >= LEAST_REPEATED && bytes.iter().all(|byte| byte == *first)
        });
        self.u8(u8::from(first.is_some()));
        self.count(bytes.len());
        match first {
            Some(first) => self.u8(*first),
            None => self.0.extend(bytes),
        }
    }

    fn place(&mut self, place: EditPlace) {
        match place {
            EditPlace::File => self.u8(0),
            EditPlace::Private(mapping) => {
                self.u8(1);
                self.u64(mapping);
            }
        }
    }

    fn spans(&mut self, spans: &[Span]) {
        self.count(spans.len());
        for span in spans {
            self.u64(span.start());
            self.u64(span.len());
        }
    }

    fn changes(&mut self, changes: &[ByteChange]) {
        self.count(changes.len());
        for change in changes {
            self.u64(change.offset);
            self.bytes(&change.old);
            self.bytes(&change.new);
        }
    }

    fn retired(&mut self, place: Option<EditPlace>) {
        self.u8(u8::from(place.is_some()));
        self.place(place.unwrap_or(EditPlace::File));
    }

    fn blocks(&mut self, blocks: &[BlockSum]) {
        self.count(blocks.len());
        for block in blocks {
            self.u64(block.offset);
            self.u32(block.len);
            self.0.extend(block.sum);
        }
    }

    fn stamp(&mut self, stamp: &FileStamp) {
        self.u64(stamp.fsid);
        self.u64(stamp.dev);
        self.u64(stamp.ino);
        self.u8(u8::from(stamp.born.is_some()));
        self.0.extend(stamp.born.unwrap_or(0).to_le_bytes());
        self.u64(stamp.size);
        self.0.extend(stamp.modified.to_le_bytes());
    }

    fn record(&mut self, record: &Record) {
        match record {
            Record::File { file, stamp, path } => {
                self.u8(0);
                self.u32(*file);
                self.stamp(stamp);
                self.bytes(path.as_os_str().as_encoded_bytes());
            }
            Record::Asked {
                file,
                ticket,
                place,
                at,
                changes,
            } => {
                self.u8(1);
                self.u32(*file);
                self.u64(*ticket);
                self.place(*place);
                self.u64(*at);
                self.changes(changes);
            }
            Record::Outcome { file, ticket, done } => {
                self.u8(2);
                self.u32(*file);
                self.u64(*ticket);
                self.spans(done);
            }
            Record::Saved {
                file,
                mapping,
                spans,
            } => {
                self.u8(3);
                self.u32(*file);
                self.u64(*mapping);
                self.spans(spans);
            }
            Record::Stands {
                file,
                place,
                changes,
            } => {
                self.u8(4);
                self.u32(*file);
                self.place(*place);
                self.changes(changes);
            }
            Record::Retired { file, place } => {
                self.u8(5);
                self.u32(*file);
                self.retired(*place);
            }
            Record::Blocks { file, blocks } => {
                self.u8(6);
                self.u32(*file);
                self.blocks(blocks);
            }
        }
    }
}

struct Get<'a>(&'a [u8]);

impl<'a> Get<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(head)
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn flag(&mut self) -> Option<bool> {
        match self.u8()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn i128(&mut self) -> Option<i128> {
        Some(i128::from_le_bytes(self.take(16)?.try_into().ok()?))
    }

    /// A count of things that take at least `least` bytes each: more than there can be is damage, and no room is made.
    fn count(&mut self, least: usize) -> Option<usize> {
        let n = usize::try_from(self.u64()?).ok()?;
        (n <= self.0.len() / least).then_some(n)
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        if self.flag()? {
            let n = self.u64().filter(|n| *n <= MOST_BYTES)?;
            let byte = self.u8()?;
            Some(vec![byte; usize::try_from(n).ok()?])
        } else {
            let n = self.count(1)?;
            Some(self.take(n)?.to_vec())
        }
    }

    fn place(&mut self) -> Option<EditPlace> {
        Some(if self.flag()? {
            EditPlace::Private(self.u64()?)
        } else {
            EditPlace::File
        })
    }

    fn spans(&mut self) -> Option<Vec<Span>> {
        let n = self.count(16)?;
        (0..n).map(|_| Span::at(self.u64()?, self.u64()?)).collect()
    }

    fn changes(&mut self) -> Option<Vec<ByteChange>> {
        let n = self.count(8)?;
        let mut changes = Vec::with_capacity(n);
        for _ in 0..n {
            let change = ByteChange {
                offset: self.u64()?,
                old: self.bytes()?,
                new: self.bytes()?,
            };
            let is_sound = change.old.len() == change.new.len()
                && Span::at(change.offset, change.new.len() as u64).is_some();
            changes.push(Some(change).filter(|_| is_sound)?);
        }
        Some(changes)
    }

    fn blocks(&mut self) -> Option<Vec<BlockSum>> {
        let n = self.count(44)?;
        let mut block = || {
            Some(BlockSum {
                offset: self.u64()?,
                len: self.u32()?,
                sum: self.take(32)?.try_into().ok()?,
            })
        };
        (0..n).map(|_| block()).collect()
    }

    fn stamp(&mut self) -> Option<FileStamp> {
        let (fsid, dev, ino) = (self.u64()?, self.u64()?, self.u64()?);
        let is_known = self.flag()?;
        let born = self.i128()?;
        Some(FileStamp {
            fsid,
            dev,
            ino,
            born: is_known.then_some(born),
            size: self.u64()?,
            modified: self.i128()?,
        })
    }

    fn record(&mut self) -> Option<Record> {
        let kind = self.u8()?;
        let file = self.u32()?;
        Some(match kind {
            0 => Record::File {
                file,
                stamp: self.stamp()?,
                path: path_of(self.bytes()?)?,
            },
            1 => Record::Asked {
                file,
                ticket: self.u64()?,
                place: self.place()?,
                at: self.u64()?,
                changes: self.changes()?,
            },
            2 => Record::Outcome {
                file,
                ticket: self.u64()?,
                done: self.spans()?,
            },
            3 => Record::Saved {
                file,
                mapping: self.u64()?,
                spans: self.spans()?,
            },
            4 => Record::Stands {
                file,
                place: self.place()?,
                changes: self.changes()?,
            },
            5 => {
                let (is_one, place) = (self.flag()?, self.place()?);
                Record::Retired {
                    file,
                    place: is_one.then_some(place),
                }
            }
            6 => Record::Blocks {
                file,
                blocks: self.blocks()?,
            },
            _ => return None,
        })
    }
}

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "elsewhere not all bytes are a path"
)]
fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt as _;
    Some(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    String::from_utf8(bytes).ok().map(PathBuf::from)
}
