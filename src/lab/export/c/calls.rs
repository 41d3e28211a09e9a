//! What a peer is asked for, as statements of C that make the call, and tell what came of it.
//!
//! It must not know whose step it is. Every call there is stands here: one that is new does not compile until it has its
//! statements.

mod area;
mod mapping;
mod object;
mod race;

use std::ffi::OsStr;

use super::text::{address_of, bytes};
use super::who;
use crate::lab::export::constants::{self, open_flags};
use crate::lab::export::plan::Asked;
use crate::lab::export::variables::Variables;
use crate::lab::words::Backing;
use crate::peer::calls::{Call, ProcessCall, Remote, TransferCall};

/// The statements of one step.
pub(super) type Lines = Vec<String>;

fn one(line: impl Into<String>) -> Lines {
    vec![line.into()]
}

/// Flags in one argument.
fn ored(flags: &[&str]) -> String {
    if flags.is_empty() {
        return "0".to_owned();
    }
    flags.join(" | ")
}

/// A path or a name as a string.
fn path(path: &OsStr) -> String {
    bytes(path.as_encoded_bytes())
}

/// The statements of a step.
pub(super) fn statements(asked: &Asked<'_>, v: &mut Variables) -> Lines {
    match &asked.ask.call {
        call @ (Call::Open { .. }
        | Call::Memfd { .. }
        | Call::Close { .. }
        | Call::Fsync { .. }
        | Call::Read { .. }
        | Call::Write { .. }
        | Call::Truncate { .. }
        | Call::Length { .. }
        | Call::Cache { .. }
        | Call::Cool { .. }) => of_file(call, asked, v),
        Call::Map(map) => mapping::map(map, v),
        call @ (Call::Unmap { .. }
        | Call::Protect { .. }
        | Call::Advise { .. }
        | Call::Sync { .. }
        | Call::Malloc { .. }
        | Call::Free { .. }) => of_memory(call, v),
        call @ (Call::Load { .. }
        | Call::Store { .. }
        | Call::Touch { .. }
        | Call::Count { .. }) => touch(call, v),
        call @ (Call::Pages { .. }
        | Call::Maps { .. }
        | Call::Sums { .. }
        | Call::Memory
        | Call::Faults) => look(call, asked, v),
        Call::Area(call) => area::statements(call, asked, v),
        Call::Object(call) => object::statements(call, asked, v),
        Call::Transfer(call) => transfer(call, v),
        Call::Race(call) => race::race(call, v),
        Call::Futex(call) => race::futex(call, v),
        Call::Mutex(call) => race::mutex(call, v),
        Call::Process(call) => process(call, v),
        Call::Abort => one("abort();"),
        // No program has them.
        Call::Pass(_) | Call::Sabotage(_) => Vec::new(),
    }
}

/// What stands before a file is opened by a name that is in use.
fn closed_before(asked: &Asked<'_>, fd: &str, lines: &mut Vec<String>) {
    if asked.is_reopened {
        lines.push(format!("close({fd}); /* what had its name before */"));
    }
}

fn of_file(call: &Call, asked: &Asked<'_>, v: &mut Variables) -> Lines {
    match call {
        Call::Open {
            file,
            path: its,
            access,
        } => {
            let flags = ored(open_flags(*access));
            let (fd, mut lines) = (v.fd(file), Vec::new());
            closed_before(asked, &fd, &mut lines);
            lines.push(format!("{fd} = open({}, {flags});", path(its)));
            let told = if asked.is_granted() {
                "told_granted"
            } else {
                "told"
            };
            lines.push(format!("{told}({fd});"));
            lines
        }
        Call::Memfd { file, len } => {
            let (fd, mut lines) = (v.fd(file), Vec::new());
            closed_before(asked, &fd, &mut lines);
            lines.push(format!(
                "{fd} = memfd_create({}, MFD_CLOEXEC);",
                bytes(file.as_bytes())
            ));
            lines.push(format!("told({fd} < 0 ? -1 : ftruncate({fd}, {len}));"));
            lines
        }
        Call::Close { file } => one(format!("told(close({}));", v.fd(file))),
        Call::Fsync { file } => one(format!("told(fsync({}));", v.fd(file))),
        Call::Read { file, at, len } => {
            let fd = v.fd(file);
            one(format!(
                "told_bytes(bytes, pread({fd}, bytes, {len}, {at}));"
            ))
        }
        Call::Write { file, at, bytes } => {
            let (fd, from, len) = (v.fd(file), address_of(bytes), bytes.len());
            one(format!("told(pwrite_all({fd}, {from}, {len}, {at}));"))
        }
        Call::Truncate { file, len } => one(format!("told(ftruncate({}, {len}));", v.fd(file))),
        Call::Length { file } => one(format!("told_count(lseek({}, 0, SEEK_END));", v.fd(file))),
        Call::Cache { file } => one(format!("told_cache({});", v.fd(file))),
        Call::Cool { file } => {
            let fd = v.fd(file);
            vec![
                format!(
                    "int error = fsync({fd}) != 0 ? errno : posix_fadvise({fd}, 0, 0, POSIX_FADV_DONTNEED);"
                ),
                "told_error(error);".to_owned(),
            ]
        }
        _ => Vec::new(),
    }
}

fn of_memory(call: &Call, v: &mut Variables) -> Lines {
    match call {
        Call::Unmap { map, at, len } => one(format!("told(munmap({}, {len}));", v.at(map, *at))),
        Call::Protect { map, at, len, prot } => {
            let (at, prot) = (v.at(map, *at), ored(constants::prot(*prot)));
            one(format!("told(mprotect({at}, {len}, {prot}));"))
        }
        Call::Advise {
            map,
            at,
            len,
            advice,
        } => {
            let (at, advice) = (v.at(map, *at), constants::advice(*advice));
            one(format!("told(madvise({at}, {len}, {advice}));"))
        }
        Call::Sync { map, at, len, how } => {
            let flag = constants::sync(*how);
            one(format!("told(msync({}, {len}, {flag}));", v.at(map, *at)))
        }
        Call::Malloc { map, len } => {
            let block = v.block(map);
            vec![
                format!("{block} = malloc({len});"),
                format!("told_pointer({block});"),
            ]
        }
        Call::Free { map } => vec![
            format!("free({});", v.block(map)),
            "told_done();".to_owned(),
        ],
        _ => Vec::new(),
    }
}

/// Loads and stores.
fn touch(call: &Call, v: &mut Variables) -> Lines {
    match call {
        Call::Load { map, at, len } => vec![
            format!("load(bytes, {}, {len});", v.at(map, *at)),
            format!("told_bytes(bytes, {len});"),
        ],
        Call::Store { map, at, bytes } => vec![
            format!(
                "store({}, {}, {});",
                v.at(map, *at),
                address_of(bytes),
                bytes.len()
            ),
            "told_done();".to_owned(),
        ],
        Call::Touch {
            map,
            at,
            len,
            write,
        } => {
            let what = if *write {
                "store_each_page"
            } else {
                "load_each_page"
            };
            vec![
                format!("{what}({}, {len});", v.at(map, *at)),
                "told_done();".to_owned(),
            ]
        }
        Call::Count { map, at, times } => vec![
            format!(
                "volatile unsigned char *byte = (unsigned char *) {};",
                v.at(map, *at)
            ),
            format!("for (long i = 0; i < {times}; i++)"),
            "    *byte = (unsigned char) (*byte + 1); /* a load, and a store */".to_owned(),
            "told_done();".to_owned(),
        ],
        _ => Vec::new(),
    }
}

fn look(call: &Call, asked: &Asked<'_>, v: &mut Variables) -> Lines {
    one(match call {
        Call::Pages { map, at, len } => {
            let backing = match asked.placed.map(|placed| placed.backing) {
                Some(Backing::Private) => "PRIVATE_ANONYMOUS",
                Some(Backing::Shared) => "SHARED_ANONYMOUS",
                Some(Backing::File) | None => "OF_FILE",
            };
            format!("told_pages({}, {len}, {backing});", v.at(map, *at))
        }
        Call::Maps { map } => format!("told_lines({}, {});", v.map(map), asked.len()),
        Call::Sums { map } => format!("told_sums({}, {});", v.map(map), asked.len()),
        Call::Memory => "told_memory();".to_owned(),
        _ => "told_faults();".to_owned(),
    })
}

fn transfer(call: &TransferCall, v: &mut Variables) -> Lines {
    match call {
        TransferCall::WriteFrom {
            file,
            offset,
            map,
            at,
            len,
        } => {
            let (fd, at) = (v.fd(file), v.at(map, *at));
            one(match offset {
                Some(offset) => format!("told_count(pwrite({fd}, {at}, {len}, {offset}));"),
                None => format!("told_count(write({fd}, {at}, {len}));"),
            })
        }
        TransferCall::ReadInto {
            file,
            offset,
            map,
            at,
            len,
        } => {
            let (fd, at) = (v.fd(file), v.at(map, *at));
            one(match offset {
                Some(offset) => format!("told_count(pread({fd}, {at}, {len}, {offset}));"),
                None => format!("told_count(read({fd}, {at}, {len}));"),
            })
        }
        TransferCall::Take { file, len } => one(format!(
            "told_bytes(bytes, read({}, bytes, {len}));",
            v.fd(file)
        )),
        TransferCall::Splice {
            from,
            offset,
            to,
            len,
        } => {
            let (from, to) = (v.fd(from), v.fd(to));
            match offset {
                Some(offset) => vec![
                    format!("off_t offset = {offset};"),
                    format!("told_count(splice({from}, &offset, {to}, NULL, {len}, 0));"),
                ],
                None => vec![format!(
                    "told_count(splice({from}, NULL, {to}, NULL, {len}, 0));"
                )],
            }
        }
        TransferCall::Vmsplice { to, map, at, len } => vec![
            format!("struct iovec part = {{{}, {len}}};", v.at(map, *at)),
            format!("told_count(vmsplice({}, &part, 1, 0));", v.fd(to)),
        ],
        TransferCall::Peek { .. } | TransferCall::Poke { .. } | TransferCall::Overwrite { .. } => {
            past_protection(call, v)
        }
    }
}

/// What goes into memory by other ways than its own process's instructions.
fn past_protection(call: &TransferCall, v: &mut Variables) -> Lines {
    match call {
        TransferCall::Peek {
            there: Remote::Peer { peer, .. },
            len,
        } => {
            let whose = who(peer);
            vec![
                format!(
                    "struct iovec here = {{bytes, {len}}}, there = {{place_of({whose}), {len}}};"
                ),
                format!(
                    "told_bytes(bytes, process_vm_readv(pid_of({whose}), &here, 1, &there, 1, 0));"
                ),
            ]
        }
        TransferCall::Poke {
            there: Remote::Peer { peer, .. },
            byte,
        } => {
            let whose = who(peer);
            one(format!(
                "told(set_breakpoint(pid_of({whose}), place_of({whose}), {byte:#04x}));"
            ))
        }
        TransferCall::Overwrite {
            file,
            map,
            at,
            bytes: all,
        } => {
            let (fd, at, from) = (v.fd(file), v.at(map, *at), address_of(all));
            let len = all.len();
            one(format!(
                "told_count(pwrite({fd}, {from}, {len}, (off_t) ({at})));"
            ))
        }
        _ => Vec::new(),
    }
}

fn process(call: &ProcessCall, v: &mut Variables) -> Lines {
    match call {
        ProcessCall::Limit { limit, value } => {
            let limit = constants::limit(*limit);
            let value = value.map_or("RLIM_INFINITY".to_owned(), |value| value.to_string());
            one(format!("told(soft_limit({limit}, {value}));"))
        }
        ProcessCall::Tune { knob, value } => {
            let path = constants::knob(*knob);
            one(format!("told(tune(\"{path}\", {value}));"))
        }
        ProcessCall::Vfork { map, at, bytes } => {
            let (at, from, len) = (v.at(map, *at), address_of(bytes), bytes.len());
            one(format!("told(store_by_vfork({at}, {from}, {len}));"))
        }
        ProcessCall::Userfault {
            map,
            at,
            len,
            bytes,
        } => {
            let (at, from, n) = (v.at(map, *at), address_of(bytes), bytes.len());
            one(format!("told(fill_on_fault({at}, {len}, {from}, {n}));"))
        }
        ProcessCall::Exec { keep } => {
            let fd = v.fd(keep);
            vec![
                "if (after_exec()) {".to_owned(),
                format!("    {fd} = kept_descriptor(); /* the same program, from its beginning */"),
                "    told_done();".to_owned(),
                "} else {".to_owned(),
                format!("    fcntl({fd}, F_SETFD, 0); /* no FD_CLOEXEC */"),
                format!("    exec_again({fd});"),
                "}".to_owned(),
            ]
        }
    }
}
