//! `mapscope who`: which other processes map a byte, through which memory, and what each sees; and who has the file open.
//!
//! It must not know how that is found out, nor the window.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::bytes::Span;
use crate::bytes::answer::answer_error;
use crate::bytes::class::text_char;
use crate::bytes::escape::{escape_name, escape_path};
use crate::bytes::hex::format_hex;
use crate::bytes::lookup::{Context, parse};
use crate::bytes::rows::offset_digits;
use crate::bytes::size::counted;
use crate::map::{
    Access, CacheFacts, CallLog, FileKey, MapRequest, Mapping, Mode, OpenFile, OtherProcess,
    Others, Sameness, SeenBytes, Unavailable, cache_facts_in, describe_errno, errno_name,
    look_at_others, page_bytes,
};
use crate::model::who::{Backing, WhoRow, rows};

use super::output::{FINE, INVALID, NOT_OPENED, Unwritten, complain, print, print_json, say};

/// Of a range so many bytes are compared: what one line can show.
const SHOWN_BYTES: u64 = 16;

/// The form of the JSON.
const JSON_VERSION: u32 = 1;

/// What `mapscope who` takes.
#[derive(Debug, Args)]
pub(super) struct WhoArguments {
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
    /// The file
    file: PathBuf,
    /// An index, or a range of at most 16 bytes in one page, such as 65, p12 or 3..7; else the first byte
    #[arg(allow_hyphen_values = true)]
    expression: Option<String>,
}

/// All that was found out.
struct Answer {
    path: PathBuf,
    span: Span,
    /// What pread(2) gives there.
    file: Option<Vec<u8>>,
    cache: Result<CacheFacts, Unavailable>,
    others: Others,
}

/// Why there is no answer, and the exit code.
enum NoAnswer {
    /// A sentence for standard error.
    Refused(String, u8),
    /// What a lookup would be told.
    Invalid(String),
}

/// Does what the arguments say.
pub(super) fn who(arguments: &WhoArguments) -> Result<u8, Unwritten> {
    match Answer::find(arguments) {
        Ok(answer) if arguments.json => print_json(&answer.json())?,
        Ok(answer) => print(&answer.text())?,
        Err(NoAnswer::Invalid(text)) => {
            say(&text)?;
            return Ok(INVALID);
        }
        Err(NoAnswer::Refused(text, code)) => {
            complain(&text);
            return Ok(code);
        }
    }
    Ok(FINE)
}

/// The file, and a mapping of ours that tells what the kernel calls it.
fn opened(path: &Path) -> Result<(OpenFile, Mapping), String> {
    let log = CallLog::new();
    let file = OpenFile::open(path, &log).map_err(|error| error.to_string())?;
    let request = MapRequest {
        mode: Mode::Shared,
        access: Access::ReadOnly,
        span: None,
    };
    let mapping = Mapping::create(&file, request, &log).map_err(|error| error.to_string())?;
    Ok((file, mapping))
}

/// The bytes that `expression` is about: few, and in one page.
fn asked(expression: &str, file: &OpenFile, extent: Span) -> Result<Span, NoAnswer> {
    let context = Context {
        extent,
        file_len: file.file_len().unwrap_or(extent.end()),
        cursor: extent.start(),
        page_bytes: page_bytes(),
        column_digits: offset_digits(extent),
    };
    let found = parse(expression, &context);
    let span = found
        .map_err(|error| NoAnswer::Invalid(answer_error(expression, &error, &context)))?
        .span();
    let pages = span.pages(page_bytes());
    let n_pages = pages.end - pages.start;
    if n_pages == 1 && span.len() <= SHOWN_BYTES {
        return Ok(span);
    }
    let text = format!(
        "{span} is {} on {}; this is answered for at most {SHOWN_BYTES} bytes of one page",
        counted(span.len(), "byte"),
        counted(n_pages, "page"),
    );
    Err(NoAnswer::Refused(text, INVALID))
}

/// `31 '1'`, `31 32 "12"`.
fn shown(bytes: &[u8]) -> String {
    let text: String = bytes.iter().map(|byte| text_char(*byte)).collect();
    let quote = if bytes.len() == 1 { '\'' } else { '"' };
    format!("{} {quote}{text}{quote}", format_hex(bytes))
}

fn may(row: &WhoRow<'_>) -> String {
    let signs = row.mapping.may.iter().zip(["r", "w", "x"]);
    signs
        .map(|(may, sign)| if *may { sign } else { "-" })
        .collect()
}

/// What the row sees, in a few signs.
fn sees(row: &WhoRow<'_>) -> String {
    match row.mapping.page().map(|page| &page.seen) {
        Some(SeenBytes::Bytes(bytes)) if bytes.is_empty() => "nothing".to_owned(),
        Some(SeenBytes::Bytes(bytes)) => shown(bytes),
        Some(SeenBytes::NotPresent | SeenBytes::NotTold(_)) | None => "--".to_owned(),
        Some(SeenBytes::Refused(errno)) => errno_name(*errno).to_owned(),
    }
}

/// Why less is known than there is to know.
fn why(row: &WhoRow<'_>) -> Option<String> {
    let page = row.mapping.page()?;
    if let Err(why) = page.fact {
        return Some(format!("its page is {why}"));
    }
    if let SeenBytes::Refused(errno) = page.seen {
        return Some(format!(
            "its bytes cannot be read: {}",
            describe_errno(errno)
        ));
    }
    let why = match row.mapping.sameness {
        Sameness::Proven => return None,
        Sameness::OtherSubvolume => {
            "on btrfs a file of another subvolume can have the same device and inode"
        }
        Sameness::OtherLayer => {
            "on overlayfs a mapping made before the file was copied up keeps the lower layer's page"
        }
    };
    Some(why.to_owned())
}

impl Answer {
    fn find(arguments: &WhoArguments) -> Result<Self, NoAnswer> {
        let not_opened = |message| NoAnswer::Refused(message, NOT_OPENED);
        let path = super::given_path(&arguments.file).map_err(not_opened)?;
        let (file, mapping) = opened(&path).map_err(not_opened)?;
        let expression = arguments.expression.as_deref().unwrap_or("0");
        let span = asked(expression, &file, mapping.span())?;
        let key = FileKey::of(&mapping, &file);
        drop(mapping);
        let others = key
            .and_then(|key| look_at_others(&key, span))
            .map_err(|why| not_opened(format!("who maps {} is {why}", escape_path(&path))))?;
        // Asked before the bytes, as reading them brings the page into the cache.
        let pages = span.pages(page_bytes());
        let page = Span::new(pages.start * page_bytes(), pages.end * page_bytes());
        let cache = cache_facts_in(&file, page.unwrap_or(span));
        let read = file.pread(span);
        Ok(Self {
            file: read.gaps.is_empty().then_some(read.bytes),
            path,
            span,
            cache,
            others,
        })
    }

    fn cache_words(&self) -> String {
        match &self.cache {
            Ok(facts) if facts.writeback_pages > 0 => "being written to the storage".to_owned(),
            Ok(facts) if facts.dirty_pages > 0 => {
                "not yet written to the storage, or a neighbor in its folio is not".to_owned()
            }
            Ok(facts) if facts.cached_pages > 0 => "nothing left to write".to_owned(),
            Ok(_) => "not in the page cache".to_owned(),
            Err(why) => format!("whether it is written is {why}"),
        }
    }

    fn text(&self) -> String {
        let rows = rows(&self.others, self.file.as_deref());
        let page = self.span.start() / page_bytes();
        let place = if self.span.len() == 1 {
            format!("Byte {} ({:#x})", self.span.start(), self.span.start())
        } else {
            format!("{} at {}", counted(self.span.len(), "byte"), self.span)
        };
        let bytes = self.file.as_deref().map_or_else(
            || "it cannot be read".to_owned(),
            |bytes| format!("it has {}", shown(bytes)),
        );
        let mut text = format!(
            "{place} of {}, page {page}\n  the file: {bytes}; its page: {}\n",
            escape_path(&self.path),
            self.cache_words(),
        );
        let lines: Vec<[String; 5]> = rows
            .iter()
            .map(|row| {
                let sign = match row.differs {
                    Some(true) => "differs",
                    Some(false) => "same",
                    None => "",
                };
                [
                    row.process.pid.to_string(),
                    escape_name(&row.process.name),
                    format!("{} {}", row.mapping.mode, may(row)),
                    format!("{} {sign}", sees(row)).trim_end().to_owned(),
                    row.memory.name().to_owned(),
                ]
            })
            .collect();
        let width = |column: usize| {
            let widths = lines.iter().map(|line| line[column].chars().count());
            widths.max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..4).map(width).collect();
        for (line, row) in lines.iter().zip(&rows) {
            text.push_str("  ");
            for (cell, width) in line.iter().zip(&widths) {
                let _ = write!(text, "{cell:<width$}  ");
            }
            text.push_str(&line[4]);
            text.push('\n');
            if let Some(why) = why(row) {
                let _ = writeln!(text, "    {why}");
            }
        }
        self.only_open()
            .for_each(|process| say_open(process, &mut text));
        text.push_str(&self.sum(&rows));
        text
    }

    /// Those that have the file open and do not map the bytes.
    fn only_open(&self) -> impl Iterator<Item = &OtherProcess> {
        let all = self.others.processes.iter();
        all.filter(|process| process.only_has_it_open())
    }

    fn sum(&self, rows: &[WhoRow<'_>]) -> String {
        let n_differ = rows.iter().filter(|row| row.differs == Some(true)).count();
        let mut text = match rows.len() {
            0 => "No other process maps it".to_owned(),
            n => format!(
                "{} in {}; {} than the file",
                counted(n as u64, "mapping"),
                counted_processes(self.others.processes.len()),
                match n_differ {
                    0 => "none sees something else".to_owned(),
                    1 => "1 sees something else".to_owned(),
                    n => format!("{n} see something else"),
                }
            ),
        };
        let n_open = self.only_open().count();
        if n_open > 0 {
            let has = if n_open == 1 { "has" } else { "have" };
            let _ = write!(
                text,
                "; {} {has} it open without mapping it",
                counted_processes(n_open)
            );
        }
        if self.others.n_hidden() > 0 {
            let _ = write!(
                text,
                "; {} cannot be looked at by this user",
                counted_processes(self.others.n_hidden())
            );
        }
        text.push_str(".\n");
        text
    }

    fn json(&self) -> String {
        let rows = rows(&self.others, self.file.as_deref());
        let report = Report {
            format: "mapscope-who",
            version: JSON_VERSION,
            file: escape_path(&self.path),
            offset: self.span.start(),
            length: self.span.len(),
            page: self.span.start() / page_bytes(),
            page_bytes: page_bytes(),
            bytes: self.file.as_deref().map(format_hex),
            page_cache: self.cache_words(),
            mappings: rows.iter().map(Row::new).collect(),
            open: self.others.processes.iter().flat_map(OpenRow::of).collect(),
            processes_looked_at: self.others.n_looked,
            processes_hidden: self.others.n_hidden(),
        };
        // Numbers, strings and lists: nothing that JSON cannot hold.
        let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn counted_processes(n: usize) -> String {
    match n {
        1 => "1 process".to_owned(),
        n => format!("{n} processes"),
    }
}

/// The answer as JSON.
#[derive(Serialize)]
struct Report {
    format: &'static str,
    version: u32,
    file: String,
    offset: u64,
    length: u64,
    page: u64,
    page_bytes: u64,
    bytes: Option<String>,
    page_cache: String,
    mappings: Vec<Row>,
    open: Vec<OpenRow>,
    processes_looked_at: usize,
    processes_hidden: usize,
}

/// A mapping in it.
#[derive(Serialize)]
struct Row {
    pid: u32,
    process: String,
    mode: String,
    protection: String,
    address: String,
    offset: u64,
    path: String,
    /// That path leads there no more.
    deleted: bool,
    memory: &'static str,
    frame: Option<String>,
    sees: Option<String>,
    differs: Option<bool>,
    why_not_known: Option<String>,
}

impl Row {
    fn new(row: &WhoRow<'_>) -> Self {
        let mapping = row.mapping;
        Self {
            pid: row.process.pid,
            process: escape_name(&row.process.name),
            mode: mapping.mode.to_string(),
            protection: may(row),
            address: format!("{:#x}", mapping.addresses.0),
            offset: mapping.span.start(),
            path: escape_name(&mapping.path),
            deleted: mapping.is_deleted,
            memory: memory_word(row.memory),
            frame: mapping
                .page()
                .and_then(|page| page.fact.ok()?.frame)
                .map(|frame| format!("{frame:#x}")),
            sees: match mapping.page().map(|page| &page.seen) {
                Some(SeenBytes::Bytes(bytes)) => Some(format_hex(bytes)),
                _ => None,
            },
            differs: row.differs,
            why_not_known: why(row),
        }
    }
}

fn say_open(process: &OtherProcess, text: &mut String) {
    let (pid, name) = (process.pid, escape_name(&process.name));
    let _ = writeln!(
        text,
        "  {pid}  {name}  has it open: {}",
        descriptors(process)
    );
}

/// `3 read and write, 5 read`.
fn descriptors(process: &OtherProcess) -> String {
    let told = process.open.iter().map(|open| {
        let way = match open.may {
            Some([true, true]) => " read and write",
            Some([true, false]) => " read",
            Some([false, true]) => " write",
            Some([false, false]) => " its path alone",
            None => "",
        };
        format!("{}{way}", open.descriptor)
    });
    let told: Vec<String> = told.collect();
    match process.n_open - told.len() {
        0 => format!("descriptor {}", told.join(", ")),
        n_more => format!("descriptor {} and {n_more} more", told.join(", ")),
    }
}

/// A descriptor of the file, in the JSON.
#[derive(Serialize)]
struct OpenRow {
    pid: u32,
    process: String,
    descriptor: u32,
    read: Option<bool>,
    write: Option<bool>,
    path: String,
    deleted: bool,
}

impl OpenRow {
    fn of(process: &OtherProcess) -> impl Iterator<Item = Self> {
        process.open.iter().map(|open| Self {
            pid: process.pid,
            process: escape_name(&process.name),
            descriptor: open.descriptor,
            read: open.may.map(|may| may[0]),
            write: open.may.map(|may| may[1]),
            path: escape_name(&open.path),
            deleted: open.is_deleted,
        })
    }
}

/// The word of the JSON.
fn memory_word(memory: Backing) -> &'static str {
    match memory {
        Backing::FilePage => "file page",
        Backing::OwnCopy => "own copy",
        Backing::SharedCopy { .. } => "shared copy",
        Backing::CopyOfSeveral => "copy of several",
        Backing::SomeCopy => "copy",
        Backing::Swapped => "swapped",
        Backing::NotPresent => "not present",
        Backing::NotKnown => "not known",
    }
}
