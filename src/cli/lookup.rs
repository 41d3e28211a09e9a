//! `mapscope lookup`: answers lookups, given as arguments or asked for.
//!
//! It must not know the window; the sentences are the same there.

use std::io::{self, BufRead, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::bytes::Span;
use crate::bytes::answer::{SHOWN_BYTES, answer_error, answer_found, prompt};
use crate::bytes::lookup::{Context, parse};
use crate::bytes::rows::offset_digits;
use crate::map::{CallLog, Mapping, OpenFile};
use crate::model::lookup::cells_of;

use super::mapped::map_part;
use super::output::{FINE, INVALID, NOT_OPENED, USAGE, Unwritten, cause, complain, print, say};
use super::part::{Part, PartArguments};
use super::standard_input::{self, StandardInput};

/// The longest answer that is taken at the prompt, in bytes; no number is longer.
const MAX_LINE: u64 = 64 * 1024;

/// What `mapscope lookup` takes.
#[derive(Debug, Args)]
pub(super) struct LookupArguments {
    #[command(flatten)]
    part: PartArguments,
    /// The file; - is standard input, which is copied to a scratch file first unless it is a file
    file: PathBuf,
    /// Indexes or ranges, such as 65, 0x41, p12 or 3..7
    #[arg(allow_hyphen_values = true, trailing_var_arg = true)]
    expressions: Vec<String>,
}

/// A file and the mapping that lookups are answered from, which follows the file's length.
struct Target {
    mapping: Mapping,
    file: OpenFile,
    part: Option<Part>,
    log: CallLog,
    /// A copy of standard input.
    _scratch: Option<StandardInput>,
}

/// Does what the arguments say.
pub(super) fn lookup(program: &Path, arguments: &LookupArguments) -> Result<u8, Unwritten> {
    let part = match arguments.part.part() {
        Ok(part) => part,
        Err(message) => {
            complain(&message);
            return Ok(USAGE);
        }
    };
    let mut scratch = None;
    let mut path = super::given_path(&arguments.file);
    if arguments.file.as_os_str() == "-" {
        if arguments.expressions.is_empty() {
            complain(
                "standard input is the file here, so nobody can be asked; give the expressions as arguments: `mapscope lookup - 0`",
            );
            return Ok(USAGE);
        }
        match standard_input::as_file(program) {
            Ok(input) => {
                path = Ok(input.path().to_owned());
                scratch = Some(input);
            }
            Err(message) => {
                complain(&message);
                return Ok(NOT_OPENED);
            }
        }
    }
    let opened = path.and_then(|path| Target::open(&path, part, scratch));
    let mut target = match opened {
        Ok(target) => target,
        Err(message) => {
            complain(&message);
            return Ok(NOT_OPENED);
        }
    };
    if arguments.expressions.is_empty() {
        return ask(&mut target, &mut io::stdin().lock());
    }
    let mut code = FINE;
    for expression in &arguments.expressions {
        match target.answer(expression) {
            Ok(text) => say(&text)?,
            Err(text) => {
                say(&text)?;
                code = INVALID;
            }
        }
    }
    Ok(code)
}

/// Asks until -1 or the end of input.
fn ask(target: &mut Target, input: &mut dyn BufRead) -> Result<u8, Unwritten> {
    let mut line = Vec::new();
    loop {
        print(&target.question())?;
        line.clear();
        match input.take(MAX_LINE).read_until(b'\n', &mut line) {
            Ok(0) => {
                print("\n")?;
                return Ok(FINE);
            }
            Ok(_) => {}
            Err(error) => {
                print("\n")?;
                complain(&format!("standard input cannot be read: {}", cause(&error)));
                return Ok(NOT_OPENED);
            }
        }
        let is_whole = line.ends_with(b"\n") || line.len() as u64 != MAX_LINE;
        if !is_whole && let Err(error) = input.skip_until(b'\n') {
            complain(&format!("standard input cannot be read: {}", cause(&error)));
            return Ok(NOT_OPENED);
        }
        let text = String::from_utf8_lossy(&line);
        if text.trim() == "-1" {
            return Ok(FINE);
        }
        if is_whole {
            let (Ok(text) | Err(text)) = target.answer(&text);
            say(&text)?;
        } else {
            say("Received no index: the line is too long")?;
        }
    }
}

impl Target {
    fn open(
        path: &Path,
        part: Option<Part>,
        scratch: Option<StandardInput>,
    ) -> Result<Self, String> {
        let log = CallLog::new();
        let file = OpenFile::open(path, &log).map_err(|error| error.to_string())?;
        let mapping = map_part(&file, part, &log)?;
        Ok(Self {
            mapping,
            file,
            part,
            log,
            _scratch: scratch,
        })
    }

    /// Maps what the file has by now, where that is not what is mapped. Where it cannot be, the old mapping goes on to answer.
    fn follow(&mut self) {
        let Ok(file_len) = self.file.file_len() else {
            return;
        };
        let span = match self.part {
            Some(part) => part.span(file_len),
            None => Span::new(0, file_len).unwrap_or(Span::empty(0)),
        };
        if span.is_empty() || span == self.mapping.span() {
            return;
        }
        let has_grown = span.end() > self.mapping.span().end();
        if has_grown && self.mapping.grow(span.end()).is_ok() {
            return;
        }
        if let Ok(mapping) = map_part(&self.file, self.part, &self.log) {
            self.mapping = mapping;
        }
    }

    /// What a lookup can refer to now.
    fn context(&self) -> Context {
        Context {
            extent: self.mapping.span(),
            file_len: self
                .file
                .file_len()
                .unwrap_or_else(|_| self.mapping.span().end()),
            cursor: self.mapping.span().start(),
            page_bytes: self.mapping.page_bytes(),
            column_digits: offset_digits(self.mapping.span()),
        }
    }

    fn question(&mut self) -> String {
        self.follow();
        let context = self.context();
        prompt(context.valid().unwrap_or(Span::empty(0)))
    }

    /// The same sentences as in the window.
    fn answer(&mut self, expression: &str) -> Result<String, String> {
        self.follow();
        let context = self.context();
        match parse(expression, &context) {
            Ok(found) => {
                let span = found.span();
                let shown =
                    Span::at(span.start(), span.len().min(SHOWN_BYTES as u64)).unwrap_or(span);
                let cells = cells_of(&self.mapping.read(shown, &self.file));
                Ok(answer_found(expression, found, &cells, &context))
            }
            Err(error) => Err(answer_error(expression, &error, &context)),
        }
    }
}
