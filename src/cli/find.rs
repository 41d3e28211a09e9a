//! `mapscope find`: the offsets at which a pattern stands in a file.
//!
//! It must not know the window; the engine is the same there.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::bytes::Span;
use crate::bytes::escape::{escape_path, path_in_sentence};
use crate::bytes::find::{
    ByteOrder, LetterCase, MatchRun, NumberType, Pattern, PatternKind, TextEncoding, parse,
};
use crate::bytes::size::counted;
use crate::map::{CallLog, Gap, OpenFile};
use crate::model::find::{FindGoal, FindReport, FoundMatches, MatchList};
use crate::work::find::{self, FindOptions, SearchedFile};

use super::output::{
    FINE, INVALID, NOT_OPENED, USAGE, Unwritten, cause, complain, print, print_json,
};
use super::part::{Part, PartArguments};
use super::standard_input;

/// Offsets that are printed at most.
const MOST_LINES: u64 = 100_000;
/// Lines that are printed at a time.
const LINES_AT_ONCE: usize = 4096;

/// What `mapscope find` takes.
#[derive(Debug, Args)]
pub(super) struct FindArguments {
    #[command(flatten)]
    part: PartArguments,
    #[command(flatten)]
    kind: KindArguments,
    /// Print the number of matches only
    #[arg(long)]
    count: bool,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
    /// The file; - is standard input, which is copied to a scratch file first unless it is a file
    file: PathBuf,
    /// What to look for: bytes such as "DE ?? 4? EF", unless an option says otherwise
    #[arg(allow_hyphen_values = true)]
    pattern: String,
}

/// How the pattern is read.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
struct KindArguments {
    /// The pattern is text, in UTF-8
    #[arg(long, conflicts_with_all = ["utf16le", "utf16be", "number", "regex"])]
    text: bool,
    /// The pattern is text, in UTF-16 with the low byte first
    #[arg(long, conflicts_with_all = ["utf16be", "number", "regex"])]
    utf16le: bool,
    /// The pattern is text, in UTF-16 with the high byte first
    #[arg(long, conflicts_with_all = ["number", "regex"])]
    utf16be: bool,
    /// The pattern is a number of this type, or a range such as 1..10 or 0.5..=1.5: u8 to u64, i8 to i64, f32 or f64, with le
    /// (also without it) or be behind it for the order of its bytes
    #[arg(long, value_name = "TYPE", value_parser = number_type, conflicts_with_all = ["regex", "ignore_case"])]
    number: Option<(NumberType, ByteOrder)>,
    /// The pattern is a regular expression over bytes; a dot matches any byte
    #[arg(long)]
    regex: bool,
    /// Upper and lower case are the same; the pattern is text unless an option says otherwise
    #[arg(long, short = 'i')]
    ignore_case: bool,
}

impl KindArguments {
    fn kind(&self) -> PatternKind {
        let case = if self.ignore_case {
            LetterCase::Ignored
        } else {
            LetterCase::Matters
        };
        if let Some((number, order)) = self.number {
            PatternKind::Number(number, order)
        } else if self.regex {
            PatternKind::Expression(case)
        } else if self.utf16le {
            PatternKind::Text(TextEncoding::Utf16Le, case)
        } else if self.utf16be {
            PatternKind::Text(TextEncoding::Utf16Be, case)
        } else if self.text || self.ignore_case {
            PatternKind::Text(TextEncoding::Utf8, case)
        } else {
            PatternKind::Bytes
        }
    }
}

/// `u32`, `u32le` or `u32be`.
fn number_type(text: &str) -> Result<(NumberType, ByteOrder), String> {
    let (name, order) = match (text.strip_suffix("le"), text.strip_suffix("be")) {
        (Some(name), _) => (name, ByteOrder::Little),
        (_, Some(name)) => (name, ByteOrder::Big),
        _ => (text, ByteOrder::Little),
    };
    let number = NumberType::ALL.into_iter().find(|it| it.name() == name);
    number.map(|number| (number, order)).ok_or_else(|| {
        let names = NumberType::ALL.map(NumberType::name).join(", ");
        format!("one of {names} is expected, with le or be behind it")
    })
}

/// Does what the arguments say.
pub(super) fn find(program: &Path, arguments: &FindArguments) -> Result<u8, Unwritten> {
    let pattern = parse(&arguments.pattern, arguments.kind.kind())
        .map_err(|error| format!("the pattern is not understood: {error}"));
    let (pattern, part) = match (pattern, arguments.part.part()) {
        (Ok(pattern), Ok(part)) => (pattern, part),
        (Err(message), _) | (_, Err(message)) => {
            complain(&message);
            return Ok(USAGE);
        }
    };
    let is_input = arguments.file.as_os_str() == "-";
    let scratch = match is_input
        .then(|| standard_input::as_file(program))
        .transpose()
    {
        Ok(scratch) => scratch,
        Err(message) => {
            complain(&message);
            return Ok(NOT_OPENED);
        }
    };
    let path = match &scratch {
        Some(input) => Ok(input.path().to_owned()),
        None => super::given_path(&arguments.file),
    };
    let searched = path.and_then(|path| {
        let report = search(&path, part, &pattern)?;
        Ok((path, report))
    });
    let (path, report) = match searched {
        Ok(searched) => searched,
        Err(message) => {
            complain(&message);
            return Ok(NOT_OPENED);
        }
    };
    let FoundMatches::All(list) = &report.found else {
        return Ok(NOT_OPENED);
    };
    if arguments.json {
        print_json(&json(&path, &pattern, &report, list))?;
    } else if arguments.count {
        print(&format!("{}\n", list.count))?;
    } else {
        print_offsets(list)?;
    }
    tell(&pattern, &report, list, arguments);
    Ok(match (report.unread, list.count) {
        (0, 0) => INVALID,
        (0, _) => FINE,
        _ => NOT_OPENED,
    })
}

/// All matches in a file, or in a part of it.
fn search(path: &Path, part: Option<Part>, pattern: &Pattern) -> Result<FindReport, String> {
    let file = OpenFile::open(path, &CallLog::new()).map_err(|error| error.to_string())?;
    let file_len = file.file_len().map_err(|error| {
        let path = path_in_sentence(path);
        format!("The file's length is not known: {}: {path}", cause(&error))
    })?;
    let whole = Span::new(0, file_len).unwrap_or(Span::empty(0));
    let span = part.map_or(whole, |part| part.span(file_len));
    let Some(span) = span.intersect(whole) else {
        return Err(format!(
            "The file ends before the place that --offset names, it has {}; choose a smaller offset: {}",
            counted(file_len, "byte"),
            path_in_sentence(path)
        ));
    };
    let options = FindOptions {
        is_nice: false,
        ..FindOptions::default()
    };
    let source = SearchedFile::of_file(&file, span);
    let go_on = &mut |_| ControlFlow::Continue(());
    find::find(&source, pattern, FindGoal::All, &options, go_on)
        .map_err(|error| format!("{error}: {}", path_in_sentence(path)))
}

/// An offset a line.
fn print_offsets(list: &MatchList) -> Result<(), Unwritten> {
    let mut lines = String::new();
    let starts = list.runs.iter().flat_map(|run| run.starts());
    for (index, start) in (0..MOST_LINES).zip(starts) {
        let _ = writeln!(lines, "{start:#x}");
        if index % LINES_AT_ONCE as u64 == 0 {
            print(&lines)?;
            lines.clear();
        }
    }
    print(&lines)
}

/// What the lines do not tell: on standard error.
fn tell(pattern: &Pattern, report: &FindReport, list: &MatchList, arguments: &FindArguments) {
    if pattern.cuts_matches() {
        complain(&format!(
            "matches are sought within {}, as the expression has no bound of its own or a higher one",
            counted(pattern.longest() as u64, "byte")
        ));
    }
    if arguments.json {
        return;
    }
    if !arguments.count && list.count > MOST_LINES {
        complain(&format!(
            "only the first {MOST_LINES} of {} are listed; --json lists neighbors as one, --offset and --length choose a part",
            counted_matches(list.count)
        ));
    }
    for gap in &report.gaps {
        complain(&format!("{} cannot be read: {}", gap.span, gap.reason));
    }
    let listed: u64 = report.gaps.iter().map(|gap| gap.span.len()).sum();
    if report.unread > listed {
        let more = counted(report.unread - listed, "more byte");
        complain(&format!("{more} cannot be read"));
    }
}

fn counted_matches(count: u64) -> String {
    match count {
        1 => "1 match".to_owned(),
        n => format!("{n} matches"),
    }
}

/// The answer as JSON.
#[derive(Serialize)]
struct Report<'a> {
    format: &'static str,
    version: u32,
    file: String,
    pattern: &'a str,
    /// Matches that are longer are not found, or in part.
    longest_match: usize,
    matches: u64,
    lists_all: bool,
    runs: Vec<Run>,
    unread_bytes: u64,
    unread: Vec<Unread>,
}

/// Matches at even distances, in the JSON.
#[derive(Serialize)]
struct Run {
    offset: u64,
    count: u64,
    step: u64,
    length: u64,
}

/// What could not be read, in the JSON.
#[derive(Serialize)]
struct Unread {
    offset: u64,
    length: u64,
    why: String,
}

fn json(path: &Path, pattern: &Pattern, report: &FindReport, list: &MatchList) -> String {
    let run = |run: &MatchRun| Run {
        offset: run.start,
        count: run.count,
        step: run.step,
        length: run.len,
    };
    let unread = |gap: &Gap| Unread {
        offset: gap.span.start(),
        length: gap.span.len(),
        why: gap.reason.to_string(),
    };
    let report = Report {
        format: "mapscope-find",
        version: 1,
        file: escape_path(path),
        pattern: pattern.text(),
        longest_match: pattern.longest(),
        matches: list.count,
        lists_all: list.lists_all,
        runs: list.runs.iter().map(run).collect(),
        unread_bytes: report.unread,
        unread: report.gaps.iter().map(unread).collect(),
    };
    let mut text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text.push('\n');
    text
}
