//! The answer as JSON: the picture and the processes that only have the file open, as data and in the picture's words.
//!
//! It owns the fields. Each row and box of the text is an object here, in the same order.

use serde::Serialize;

use crate::bytes::Span;
use crate::bytes::escape::{escape_name, escape_path};
use crate::map::{OtherMapping, OtherProcess};
use crate::model::others::only_open;
use crate::model::picture::{
    Below, Cells, Compared, Group, Known, Maps, MemoryBox, PageCache, Row, RowMemory, Sees,
    Sentence, Who,
};

use super::look::Seen;

/// The form of the JSON.
const JSON_VERSION: u32 = 2;

pub(super) fn json(seen: &Seen) -> String {
    // Numbers, strings and lists: nothing that JSON cannot hold.
    let mut text = serde_json::to_string_pretty(&Report::new(seen)).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Report {
    format: &'static str,
    version: u32,
    file: String,
    page_bytes: u64,
    /// What is compared.
    subject: Part,
    is_cut: bool,
    /// What the rows show of it, and the number of its page.
    shown: Part,
    page: u64,
    sentence: String,
    differing: Option<Differing>,
    rows: Vec<RowOut>,
    boxes: Vec<BoxOut>,
    storage: Said,
    open: Vec<Open>,
    remarks: Vec<String>,
    processes_looked_at: usize,
    processes_hidden: usize,
}

#[derive(Serialize)]
struct Part {
    offset: u64,
    length: u64,
}

impl Part {
    fn of(span: Span) -> Self {
        Self {
            offset: span.start(),
            length: span.len(),
        }
    }
}

/// How many bytes differ, and the offset of the first.
#[derive(Serialize)]
struct Differing {
    bytes: u64,
    first: u64,
}

/// A case by its name, and in the words of the text.
#[derive(Serialize)]
struct Said {
    is: &'static str,
    words: String,
}

impl Report {
    fn new(seen: &Seen) -> Self {
        let picture = &seen.picture;
        let boxes = picture.boxes();
        let rows = picture.rows.iter().enumerate();
        Self {
            format: "mapscope-who",
            version: JSON_VERSION,
            file: escape_path(&seen.path),
            page_bytes: picture.page_bytes,
            subject: Part::of(picture.subject),
            is_cut: picture.is_cut,
            shown: Part::of(picture.shown),
            page: picture.page,
            sentence: Sentence::of(picture, None).whole(),
            differing: picture
                .differing
                .map(|(bytes, first)| Differing { bytes, first }),
            rows: rows
                .map(|(index, row)| RowOut::new(seen, &boxes, index, row))
                .collect(),
            boxes: boxes.iter().map(|it| BoxOut::new(seen, it)).collect(),
            storage: Said {
                is: storage_name(&picture.storage),
                words: picture.storage.words(),
            },
            open: only_open(&seen.others).map(Open::new).collect(),
            remarks: seen.remarks.clone(),
            processes_looked_at: seen.others.n_looked,
            processes_hidden: seen.others.n_hidden(),
        }
    }
}

#[derive(Serialize)]
struct RowOut {
    group: &'static str,
    name: String,
    pid: Option<u32>,
    mode: Option<String>,
    access: Option<String>,
    sees: SeesOut,
    compared: &'static str,
    differing: Option<Differing>,
    memory: Said,
    /// The place of its box, from 1 on as in the text.
    r#box: Option<usize>,
    known_by: Option<Said>,
    frame: Option<String>,
    note: Option<String>,
    mapping: Option<MappingOut>,
}

/// What a row sees of the bytes that are shown.
#[derive(Serialize)]
struct SeesOut {
    is: &'static str,
    /// In hex; `??` where there is none.
    bytes: Option<String>,
    why: Option<String>,
}

/// What another process's list of mappings says of it.
#[derive(Serialize)]
struct MappingOut {
    address: String,
    offset: u64,
    protection: String,
    path: String,
    /// That path leads there no more.
    deleted: bool,
}

impl RowOut {
    fn new(seen: &Seen, boxes: &[MemoryBox], index: usize, row: &Row) -> Self {
        let picture = &seen.picture;
        let (mode, access) = match row.maps {
            Maps::As(mode, access) => (Some(mode.to_string()), Some(access.to_string())),
            Maps::Calls => (None, None),
        };
        let differing = match row.compared {
            Compared::Differs { n_bytes, first } => Some(Differing {
                bytes: n_bytes,
                first,
            }),
            Compared::Same | Compared::NotKnown => None,
        };
        let at = boxes.iter().position(|it| it.rows.contains(&index));
        Self {
            group: group_name(row.group),
            name: row.name.clone(),
            pid: match row.who {
                Who::Other { pid, .. } => Some(pid),
                _ => None,
            },
            mode,
            access,
            sees: SeesOut::of(&row.sees),
            compared: match row.compared {
                Compared::Same => "same",
                Compared::Differs { .. } => "differs",
                Compared::NotKnown => "not-known",
            },
            differing,
            memory: Said {
                is: memory_name(&row.memory),
                words: row.memory.words(picture.n_users(&row.memory)),
            },
            r#box: at.map(|at| at + 1),
            known_by: picture.known_by(row).map(|known| Said {
                is: known_name(known),
                words: known.words().to_owned(),
            }),
            frame: row.frame.map(|frame| format!("{frame:#x}")),
            note: row.note.as_ref().map(|note| note.text.clone()),
            mapping: mapping_of(seen, row.who).map(MappingOut::new),
        }
    }
}

fn mapping_of(seen: &Seen, who: Who) -> Option<&OtherMapping> {
    let Who::Other { pid, address } = who else {
        return None;
    };
    let mut all = seen.others.processes.iter();
    let process = all.find(|process| process.pid == pid)?;
    let mut mappings = process.mappings.iter();
    mappings.find(|mapping| mapping.addresses.0 == address)
}

impl MappingOut {
    fn new(mapping: &OtherMapping) -> Self {
        let signs = mapping.may.iter().zip(["r", "w", "x"]);
        Self {
            address: format!("{:#x}", mapping.addresses.0),
            offset: mapping.span.start(),
            protection: signs
                .map(|(may, sign)| if *may { sign } else { "-" })
                .collect(),
            path: escape_name(&mapping.path),
            deleted: mapping.is_deleted,
        }
    }
}

impl SeesOut {
    fn of(sees: &Sees) -> Self {
        let of = |is, cells: Option<&Cells>, why| Self {
            is,
            bytes: cells.map(Cells::hex),
            why,
        };
        match sees {
            Sees::Bytes(cells) => {
                let why = cells.gap.map(|why| why.to_string());
                of("bytes", Some(cells), why)
            }
            Sees::NotAsked => of("not-asked", None, None),
            Sees::Hidden(why) => of("hidden", None, Some(why.clone())),
            Sees::Waiting => of("waiting", None, None),
            Sees::Stopped(last) => of("stopped", last.as_ref(), None),
            Sees::Earlier(cells) => of("earlier", Some(cells), None),
            Sees::Late(last) => of("late", last.as_ref(), None),
            Sees::Ended(how) => of("ended", None, Some(how.clone())),
        }
    }
}

#[derive(Serialize)]
struct BoxOut {
    memory: &'static str,
    /// In hex.
    bytes: Option<String>,
    /// Of the file's page: what the page cache says.
    page_cache: Option<Said>,
    frame: Option<String>,
    /// The places of its rows, from 0 on.
    rows: Vec<usize>,
}

impl BoxOut {
    fn new(seen: &Seen, it: &MemoryBox) -> Self {
        let cache = &seen.picture.page_cache;
        let page_cache = (it.memory == RowMemory::FilePage).then(|| Said {
            is: page_cache_name(cache),
            words: cache.words(),
        });
        Self {
            memory: memory_name(&it.memory),
            bytes: it.cells.as_ref().map(Cells::hex),
            page_cache,
            frame: it.frame.map(|frame| format!("{frame:#x}")),
            rows: it.rows.clone(),
        }
    }
}

/// A process that has the file open without mapping the bytes.
#[derive(Serialize)]
struct Open {
    pid: u32,
    name: String,
    descriptors: Vec<Descriptor>,
    more_descriptors: usize,
}

#[derive(Serialize)]
struct Descriptor {
    number: u32,
    read: Option<bool>,
    write: Option<bool>,
    path: String,
    deleted: bool,
}

impl Open {
    fn new(process: &OtherProcess) -> Self {
        let descriptors = process.open.iter().map(|open| Descriptor {
            number: open.descriptor,
            read: open.may.map(|may| may[0]),
            write: open.may.map(|may| may[1]),
            path: escape_name(&open.path),
            deleted: open.is_deleted,
        });
        Self {
            pid: process.pid,
            name: format!("{} {}", escape_name(&process.name), process.pid),
            descriptors: descriptors.collect(),
            more_descriptors: process.n_open.saturating_sub(process.open.len()),
        }
    }
}

fn group_name(group: Group) -> &'static str {
    match group {
        Group::Here => "this-program",
        Group::Ours => "our-processes",
        Group::Others => "other-processes",
        Group::Calls => "system-calls",
    }
}

fn memory_name(memory: &RowMemory) -> &'static str {
    match memory {
        RowMemory::FilePage => "file-page",
        RowMemory::Copy(_) => "copy",
        RowMemory::CopyOfSeveral => "copy-of-several",
        RowMemory::Swapped => "swapped",
        RowMemory::NotPresent => "not-present",
        RowMemory::PastEnd => "past-end",
        RowMemory::NotMapped => "not-mapped",
        RowMemory::Waiting => "waiting",
        RowMemory::Gone => "gone",
        RowMemory::NotKnown(_) => "not-known",
    }
}

fn known_name(known: Known) -> &'static str {
    match known {
        Known::PageTable => "page-table",
        Known::MapsAndPageTable => "maps-and-page-table",
        Known::Alone => "page-table-alone",
        Known::Frame => "frame",
        Known::OnlyWay => "only-way",
        Known::Call => "call",
        Known::FileLength => "file-length",
        Known::MappingEnd => "mapping-end",
    }
}

fn page_cache_name(cache: &PageCache) -> &'static str {
    match cache {
        PageCache::Waiting => "waiting",
        PageCache::Clean => "clean",
        PageCache::Dirty => "dirty",
        PageCache::BeingWritten => "being-written",
        PageCache::NotCached => "not-cached",
        PageCache::PastEnd => "past-end",
        PageCache::NotKnown(_) => "not-known",
    }
}

fn storage_name(below: &Below) -> &'static str {
    match below {
        Below::None => "none",
        Below::NothingLeft => "nothing-left",
        Below::Older => "older",
        Below::BeingWritten => "being-written",
        Below::Hole => "hole",
        Below::Refused(_) => "refused",
        Below::InDoubt(_) | Below::NotKnown => "not-known",
    }
}
