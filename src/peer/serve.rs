//! What a peer process does: carry out what it is told to, with a mapping or with real calls, and say what came of it.
//!
//! It owns the loop, and whom the peer listens to. It must not know who asks, nor why. The process has one thread and
//! ends with its input, or with the process that started it.

mod children;
#[cfg(unix)]
mod execute;
mod mapping;
mod own_maps;

use std::fmt;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use crate::map::{die_with_parent, errno_name};
#[cfg(target_os = "linux")]
use crate::peer::calls::{Did, Outcome};
use crate::peer::protocol::{
    Answer, AnswerLine, Line, MAX_LINE_BYTES, Request, decode_request, encode, next_line,
};

use children::{Children, Side};
use mapping::Witness;
#[cfg(unix)]
pub(super) use mapping::peer_page;

/// The loop of a peer, `mapscope peer`: one request a line on standard input, one answer a line on standard output.
///
/// Exit code 0 when its input ends, when it is asked to, or when nobody takes its answers; 1 where its input cannot be
/// read. A load or store that its processor refuses ends it by a signal.
#[must_use]
pub fn run_peer() -> ExitCode {
    die_with_parent();
    #[cfg(unix)]
    crate::peer::raw::prepare_to_die();
    let channel = Channel {
        input: Box::new(io::stdin().lock()),
        output: Box::new(io::stdout().lock()),
    };
    match serve(channel) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(
                io::stderr().lock(),
                "this process cannot read its requests: {error}"
            )
            .ok();
            ExitCode::FAILURE
        }
    }
}

/// Where requests come from and answers go.
struct Channel {
    input: Box<dyn BufRead>,
    output: Box<dyn Write>,
}

/// Answers every request until they end. A forked child comes out of the middle of this, with a channel of its own.
fn serve(mut channel: Channel) -> io::Result<()> {
    let mut peer = Peer::default();
    let mut listened_to = channel.say(&peer.first_word());
    while listened_to {
        let Some(line) = next_line(&mut channel.input)? else {
            break;
        };
        let answer = match line {
            Line::Whole(line) => match decode_request(&line) {
                Ok(request) => match peer.answer(request.id, request.request) {
                    Side::Parent(answer) => AnswerLine {
                        id: Some(request.id),
                        answer,
                    },
                    Side::Child(own) => {
                        channel = own;
                        ready()
                    }
                },
                Err(refusal) => *refusal,
            },
            Line::TooLong => AnswerLine {
                id: None,
                answer: error(format!("The request has more than {MAX_LINE_BYTES} bytes")),
            },
        };
        listened_to = channel.say(&answer) && answer.answer != Answer::Leaving;
    }
    Ok(())
}

/// The first word of this process.
fn ready() -> AnswerLine {
    AnswerLine {
        id: None,
        answer: Answer::Ready {
            pid: std::process::id(),
        },
    }
}

impl Channel {
    /// Whether `answer` was taken. Rust leaves SIGPIPE ignored, so a closed pipe is an error and no signal.
    fn say(&mut self, answer: &AnswerLine) -> bool {
        let line = encode(answer).or_else(|message| {
            encode(&AnswerLine {
                id: answer.id,
                answer: error(format!("The answer cannot be sent: {message}")),
            })
        });
        line.is_ok_and(|line| {
            self.output
                .write_all(&line)
                .and_then(|()| self.output.flush())
                .is_ok()
        })
    }
}

/// A refusal of the peer's own.
fn error(message: impl Into<String>) -> Answer {
    Answer::Error {
        message: message.into(),
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

/// The state of a peer: what it has mapped, and whom it has forked.
#[derive(Default)]
struct Peer {
    witness: Witness,
    #[cfg(unix)]
    executor: execute::Executor,
    children: Children,
}

impl Peer {
    /// That it runs; where it comes from another peer by execve(2), the answer to what that one was asked.
    fn first_word(&mut self) -> AnswerLine {
        #[cfg(target_os = "linux")]
        if let Some(after) = execute::after_exec() {
            self.executor = after.executor;
            let did = Did {
                calls: vec![after.call],
                outcome: Outcome::Done,
            };
            return AnswerLine {
                id: Some(after.id),
                answer: Answer::Did(did),
            };
        }
        ready()
    }

    #[cfg_attr(
        not(unix),
        expect(
            unused_variables,
            reason = "only a call that replaces the program needs it"
        )
    )]
    fn answer(&mut self, id: u64, request: Request) -> Side {
        let answer = match request {
            Request::Open(open) => self.witness.open(&open),
            Request::Read { offset, len } => self.witness.read(offset, len),
            Request::Store { offset, bytes } => self.witness.store(offset, &bytes),
            Request::StoreOver {
                offset,
                bytes,
                expect,
            } => self.witness.store_over(offset, &bytes, &expect),
            Request::StoreAnyway { offset, bytes } => self.witness.store_anyway(offset, &bytes),
            Request::Facts => self.witness.facts(),
            Request::AllowWriting => self.witness.allow_writing(),
            Request::Grow { end } => self.witness.grow(end),
            #[cfg(unix)]
            Request::Do(call) => self
                .executor
                .carry_out(id, &call)
                .map(Answer::Did)
                .map_err(error),
            #[cfg(not(unix))]
            Request::Do(_) => Err(error(
                "Windows has no mmap; its mappings work otherwise, and no experiment knows them",
            )),
            Request::Fork { input, output } => match self.children.fork(&input, &output) {
                Ok(Side::Parent(answer)) => {
                    self.witness.has_forked();
                    Ok(answer)
                }
                Ok(child) => {
                    self.witness.has_forked();
                    #[cfg(target_os = "linux")]
                    self.executor.begin_as_child();
                    return child;
                }
                Err(refusal) => Err(refusal),
            },
            Request::Reap { pid } => self.children.reap(pid),
            Request::Exit => Ok(Answer::Leaving),
        };
        Side::Parent(answer.unwrap_or_else(|refusal| refusal))
    }
}
