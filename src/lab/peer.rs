//! What a peer process does: map what it is told to map, read and store through that mapping, and say what came of it.
//!
//! It owns the loop and the peer's one mapping. It must not know who asks, nor why. The process has one thread and ends
//! with its input, or with the process that started it.

use std::fmt;
use std::io::{self, BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::bytes::span::Span;
use crate::lab::protocol::{
    Answer, AnswerLine, Gap, Line, MAX_LINE_BYTES, MAX_READ_BYTES, MapAccess, MapMode, Open,
    PROTOCOL, PeerPage, ReadAnswer, Request, decode_request, encode, next_line,
};
use crate::map::{
    Access, CallLog, GapReason, Identity, MapError, MapRequest, Mapping, Mode, OpenFile, PageState,
    StoreError, WriteRefusal, die_with_parent, errno_name,
};

/// The loop of a peer, `mapscope peer`: one request a line on standard input, one answer a line on standard output.
///
/// Exit code 0 when its input ends, when it is asked to, or when nobody takes its answers; 1 where its input cannot be
/// read.
#[must_use]
pub fn run_peer() -> ExitCode {
    die_with_parent();
    match serve(&mut io::stdin().lock(), &mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(
                io::stderr().lock(),
                "a peer cannot read its requests: {error}"
            )
            .ok();
            ExitCode::FAILURE
        }
    }
}

/// Answers every request of `input` until it ends.
fn serve(input: &mut impl BufRead, output: &mut impl Write) -> io::Result<()> {
    let mut peer = Peer::default();
    let ready = AnswerLine {
        id: None,
        answer: Answer::Ready {
            pid: std::process::id(),
            protocol: PROTOCOL,
        },
    };
    let mut listened_to = say(output, &ready);
    while listened_to {
        let Some(line) = next_line(input)? else {
            break;
        };
        let answer = match line {
            Line::Whole(line) => match decode_request(&line) {
                Ok(request) => AnswerLine {
                    id: Some(request.id),
                    answer: peer.answer(request.request),
                },
                Err(refusal) => refusal,
            },
            Line::TooLong => AnswerLine {
                id: None,
                answer: error(format!("The request has more than {MAX_LINE_BYTES} bytes")),
            },
        };
        listened_to = say(output, &answer) && answer.answer != Answer::Leaving;
    }
    Ok(())
}

/// Whether `answer` was taken. Rust leaves SIGPIPE ignored, so a closed pipe is an error and no signal.
fn say(output: &mut impl Write, answer: &AnswerLine) -> bool {
    let line = encode(answer).or_else(|message| {
        encode(&AnswerLine {
            id: answer.id,
            answer: error(format!("The answer cannot be sent: {message}")),
        })
    });
    line.is_ok_and(|line| {
        output
            .write_all(&line)
            .and_then(|()| output.flush())
            .is_ok()
    })
}

/// A refusal of the peer's own.
fn error(message: String) -> Answer {
    Answer::Error {
        message,
        errno: None,
    }
}

/// A refusal of the operating system.
fn system_error(message: &impl fmt::Display, errno: Option<i32>) -> Answer {
    Answer::Error {
        message: message.to_string(),
        errno: errno.map(|errno| errno_name(errno).to_owned()),
    }
}

fn errno_of_map(error: &MapError) -> Option<i32> {
    match error {
        MapError::NotWritable(WriteRefusal { errno, .. }) | MapError::Failed { errno, .. } => {
            Some(*errno)
        }
        MapError::Empty { .. }
        | MapError::PastFileEnd { .. }
        | MapError::NoAddressSpace { .. }
        | MapError::CannotGrow { .. } => None,
    }
}

fn errno_of_store(error: &StoreError) -> Option<i32> {
    match error {
        StoreError::NotWritable(WriteRefusal { errno, .. })
        | StoreError::Failed { errno }
        | StoreError::Unreadable {
            reason: GapReason::Failed { errno },
            ..
        }
        | StoreError::Refused {
            reason: GapReason::Failed { errno },
            ..
        } => Some(*errno),
        StoreError::ReadOnly { .. }
        | StoreError::OutsideMapping { .. }
        | StoreError::PastFileEnd { .. }
        | StoreError::Unreadable { .. }
        | StoreError::Refused { .. }
        | StoreError::NotKept { .. } => None,
    }
}

/// The state of a peer: what it has mapped.
#[derive(Default)]
struct Peer {
    log: CallLog,
    view: Option<View>,
}

/// One file, mapped.
struct View {
    file: OpenFile,
    mapping: Mapping,
    mode: Mode,
    span: Span,
    /// What the mapping was asked to allow.
    access: Access,
    /// What it allows by now.
    mapped: Access,
}

impl Peer {
    fn answer(&mut self, request: Request) -> Answer {
        let answer = match request {
            Request::Open(open) => self.open(&open),
            Request::Read { offset, len } => self.read(offset, len),
            Request::Store { offset, bytes } => self.store(offset, &bytes),
            Request::Do(_) | Request::Fork { .. } | Request::Reap { .. } => {
                Err(error("Not yet".to_owned()))
            }
            Request::Exit => Ok(Answer::Leaving),
        };
        answer.unwrap_or_else(|refusal| refusal)
    }

    fn open(&mut self, open: &Open) -> Result<Answer, Answer> {
        // Whatever comes of it: the mapping of before is not to be taken for the one asked for.
        self.view = None;
        let Some(span) = Span::new(open.start, open.end).filter(|span| !span.is_empty()) else {
            return Err(error("The range to map is empty or reversed".to_owned()));
        };
        let identity = Identity {
            dev: open.dev,
            ino: open.ino,
        };
        let file = OpenFile::open_same(
            Path::new(&open.via),
            Path::new(&open.path),
            identity,
            &self.log,
        )
        .map_err(|refusal| system_error(&refusal, Some(refusal.errno())))?;
        let mode = match open.mode {
            MapMode::Private => Mode::Private,
            MapMode::Shared => Mode::Shared,
        };
        let access = match open.access {
            MapAccess::ReadOnly => Access::ReadOnly,
            MapAccess::ReadWrite => Access::ReadWrite,
        };
        // A writable shared mapping keeps others from running or sealing the file: not before somebody wants to store.
        let mapped = match mode {
            Mode::Private => access,
            Mode::Shared => Access::ReadOnly,
        };
        let mapping = self.map(&file, mode, mapped, span)?;
        self.view = Some(View {
            file,
            mapping,
            mode,
            span,
            access,
            mapped,
        });
        Ok(Answer::Opened)
    }

    fn map(
        &self,
        file: &OpenFile,
        mode: Mode,
        access: Access,
        span: Span,
    ) -> Result<Mapping, Answer> {
        let request = MapRequest {
            mode,
            access,
            span: Some(span),
        };
        Mapping::create(file, request, &self.log)
            .map_err(|refusal| system_error(&refusal, errno_of_map(&refusal)))
    }

    fn read(&self, offset: u64, len: u64) -> Result<Answer, Answer> {
        if !(1..=MAX_READ_BYTES).contains(&len) {
            return Err(error(format!(
                "{len} bytes cannot be read at once; 1 to {MAX_READ_BYTES} can"
            )));
        }
        let span = within_u64(offset, len)?;
        let view = self.view.as_ref().ok_or_else(nothing_mapped)?;
        let readout = view.mapping.read(span, &view.file);
        // After the bytes: the read itself brings in the pages that it tells of.
        let pages = match view.mapping.page_states(span) {
            Ok(states) => states.into_iter().map(peer_page).collect(),
            Err(unavailable) => vec![PeerPage::Unavailable(unavailable.to_string())],
        };
        Ok(Answer::Read(ReadAnswer {
            bytes: readout.bytes,
            gaps: readout
                .gaps
                .iter()
                .map(|gap| Gap {
                    start: gap.span.start(),
                    end: gap.span.end(),
                    reason: gap.reason.to_string(),
                })
                .collect(),
            pages,
        }))
    }

    fn store(&mut self, offset: u64, bytes: &[u8]) -> Result<Answer, Answer> {
        if bytes.is_empty() {
            return Err(error("There are no bytes to store".to_owned()));
        }
        within_u64(offset, bytes.len() as u64)?;
        self.make_writable()?;
        let view = self.view.as_ref().ok_or_else(nothing_mapped)?;
        match view.mapping.store(offset, bytes, &view.file) {
            Ok(old) => Ok(Answer::Stored { old }),
            Err(refusal) => Err(system_error(&refusal, errno_of_store(&refusal))),
        }
    }

    /// Maps the file once more, for writing, where that was asked for and put off until now.
    fn make_writable(&mut self) -> Result<(), Answer> {
        let view = self.view.as_ref().ok_or_else(nothing_mapped)?;
        if view.mapped == Access::ReadWrite {
            return Ok(());
        }
        if view.access == Access::ReadOnly {
            return Err(error("This peer's mapping is read-only".to_owned()));
        }
        let mapping = self.map(&view.file, view.mode, Access::ReadWrite, view.span)?;
        if let Some(view) = self.view.as_mut() {
            view.mapping = mapping;
            view.mapped = Access::ReadWrite;
        }
        Ok(())
    }
}

fn nothing_mapped() -> Answer {
    error("No file is mapped yet".to_owned())
}

fn within_u64(offset: u64, len: u64) -> Result<Span, Answer> {
    Span::at(offset, len).ok_or_else(|| error("The range ends past 64 bits".to_owned()))
}

fn peer_page(state: PageState) -> PeerPage {
    match state {
        PageState::PrivateCopy => PeerPage::PrivateCopy,
        PageState::FilePage => PeerPage::FilePage,
        PageState::Swapped => PeerPage::Swapped,
        PageState::NotPresent => PeerPage::NotPresent,
    }
}
