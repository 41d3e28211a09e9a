//! `mapscope dump`: the bytes as `xxd` prints them, read through a mapping.

use std::path::PathBuf;

use clap::Args;

use crate::bytes::Span;
use crate::bytes::class::{hex_pair, text_char};
use crate::bytes::escape::path_in_sentence;
use crate::map::{AlignedBuffer, CallLog, Gap, Mapping, OpenFile};

use super::mapped::map_part;
use super::output::{FINE, NOT_OPENED, USAGE, Unwritten, complain, print_printable};
use super::part::PartArguments;

/// Bytes that are read at a time: whole rows and whole pages.
const CHUNK: usize = 256 * 1024;
/// Bytes in a row.
const ROW: usize = 16;

/// What `mapscope dump` takes.
#[derive(Debug, Args)]
pub(super) struct DumpArguments {
    #[command(flatten)]
    part: PartArguments,
    /// The file
    file: PathBuf,
}

/// Does what the arguments say.
pub(super) fn dump(arguments: &DumpArguments) -> Result<u8, Unwritten> {
    let part = match arguments.part.part() {
        Ok(part) => part,
        Err(message) => {
            complain(&message);
            return Ok(USAGE);
        }
    };
    let log = CallLog::new();
    let opened = super::given_path(&arguments.file).and_then(|path| {
        let file = OpenFile::open(&path, &log).map_err(|error| error.to_string())?;
        let mapping = map_part(&file, part, &log)?;
        Ok((file, mapping))
    });
    match opened {
        Ok((file, mapping)) => print_all(&file, &mapping),
        Err(message) => {
            complain(&message);
            Ok(NOT_OPENED)
        }
    }
}

fn print_all(file: &OpenFile, mapping: &Mapping) -> Result<u8, Unwritten> {
    let span = mapping.span();
    let mut buffer = AlignedBuffer::new(CHUNK);
    let mut text = String::with_capacity(CHUNK * 5);
    let mut unread: Vec<Gap> = Vec::new();
    let mut at = span.start();
    while at < span.end() {
        let len = usize::try_from(span.end() - at).map_or(CHUNK, |left| left.min(CHUNK));
        let Some(bytes) = buffer.get_mut(..len) else {
            break; // it is as long
        };
        let gaps = mapping.read_chunk(at, file, bytes);
        text.clear();
        let mut row_at = at;
        for row in bytes.chunks(ROW) {
            push_row(&mut text, row_at, row, &gaps);
            row_at += row.len() as u64;
        }
        print_printable(&text)?;
        for gap in gaps {
            match unread.last_mut() {
                Some(last) if last.span.end() == gap.span.start() && last.reason == gap.reason => {
                    last.span = last.span.hull(gap.span);
                }
                _ => unread.push(gap),
            }
        }
        at += len as u64;
    }
    for gap in &unread {
        complain(&format!(
            "{} of {} cannot be read and stands as ??: {}",
            gap.span,
            path_in_sentence(file.path()),
            gap.reason
        ));
    }
    Ok(if unread.is_empty() { FINE } else { NOT_OPENED })
}

/// One row as `xxd` prints it; `??` for what could not be read.
fn push_row(text: &mut String, at: u64, row: &[u8], gaps: &[Gap]) {
    use std::fmt::Write as _;
    let is_read = |index: usize| {
        let offset = at + index as u64;
        !gaps.iter().any(|gap| gap.span.contains(offset))
    };
    let all_read = Span::at(at, row.len() as u64)
        .is_none_or(|span| !gaps.iter().any(|gap| gap.span.intersect(span).is_some()));
    let _ = write!(text, "{at:08x}:"); // writing to a String does not fail
    for index in 0..ROW {
        if index % 2 == 0 {
            text.push(' ');
        }
        match row.get(index) {
            Some(byte) if all_read || is_read(index) => {
                text.extend(hex_pair(*byte).map(char::from));
            }
            Some(_) => text.push_str("??"),
            None => text.push_str("  "),
        }
    }
    text.push_str("  ");
    for (index, byte) in row.iter().enumerate() {
        let is_shown = all_read || is_read(index);
        text.push(if is_shown { text_char(*byte) } else { '?' });
    }
    text.push('\n');
}
