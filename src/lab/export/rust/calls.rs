//! What a peer is asked for, as statements of Rust that make the call, and tell what came of it.
//!
//! It must not know whose step it is. Every call there is stands here: one that is new does not compile until it has its
//! statements.

mod area;
mod mapping;
mod object;
mod race;

use super::text::{bytes, c_string, ored, string};
use super::who;
use crate::lab::export::constants::{self, open_flags};
use crate::lab::export::plan::Asked;
use crate::lab::export::variables::Variables;
use crate::lab::words::Backing;
use crate::peer::calls::{Call, LimitKind, ProcessCall, Remote, TransferCall};

/// The statements of one step.
pub(super) type Lines = Vec<String>;

fn one(line: impl Into<String>) -> Lines {
    vec![line.into()]
}

/// A system call that returns 0 or -1.
fn told(call: &str) -> Lines {
    one(format!("lab.told(unsafe {{ libc::{call} }});"))
}

/// A system call that returns a number, or -1.
fn told_count(call: &str) -> Lines {
    one(format!("lab.told_count(unsafe {{ libc::{call} }});"))
}

/// Something that is done, and tells nothing but that.
fn done(statement: String) -> Lines {
    vec![statement, "lab.told_done();".to_owned()]
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
        Call::Abort => one("std::process::abort();"),
        // No program has them.
        Call::Pass(_) | Call::Sabotage(_) => Vec::new(),
    }
}

/// What stands before a file is opened by a name that is in use.
fn closed_before(asked: &Asked<'_>, fd: &str, lines: &mut Vec<String>) {
    if asked.is_reopened {
        lines.push(format!(
            "unsafe {{ libc::close({fd}) }}; // what had its name before"
        ));
    }
}

/// A descriptor of a file in memory, which is made so long.
fn sized(fd: &str, len: u64) -> String {
    format!("lab.told(if {fd} < 0 {{ -1 }} else {{ unsafe {{ libc::ftruncate({fd}, {len}) }} }});")
}

fn of_file(call: &Call, asked: &Asked<'_>, v: &mut Variables) -> Lines {
    match call {
        Call::Open { file, path, access } => {
            let (fd, mut lines) = (v.fd(file), Vec::new());
            closed_before(asked, &fd, &mut lines);
            let (path, flags) = (c_string(path.as_encoded_bytes()), ored(open_flags(*access)));
            lines.push(format!("{fd} = unsafe {{ libc::open({path}, {flags}) }};"));
            let told = if asked.is_granted() {
                "told_granted"
            } else {
                "told"
            };
            lines.push(format!("lab.{told}({fd});"));
            lines
        }
        Call::Memfd { file, len } => {
            let (fd, mut lines) = (v.fd(file), Vec::new());
            closed_before(asked, &fd, &mut lines);
            let name = c_string(file.as_bytes());
            lines.push(format!(
                "{fd} = unsafe {{ libc::memfd_create({name}, MFD_CLOEXEC) }};"
            ));
            lines.push(sized(&fd, *len));
            lines
        }
        Call::Close { file } => told(&format!("close({})", v.fd(file))),
        Call::Fsync { file } => told(&format!("fsync({})", v.fd(file))),
        Call::Read { file, at, len } => {
            let fd = v.fd(file);
            vec![
                format!("let mut bytes = [0; {len}];"),
                format!(
                    "let n = unsafe {{ libc::pread({fd}, bytes.as_mut_ptr().cast(), {len}, {at}) }};"
                ),
                "lab.told_read(&bytes, n);".to_owned(),
            ]
        }
        Call::Write {
            file,
            at,
            bytes: all,
        } => one(format!(
            "lab.told(pwrite_all({}, {}, {at}));",
            v.fd(file),
            bytes(all)
        )),
        Call::Truncate { file, len } => told(&format!("ftruncate({}, {len})", v.fd(file))),
        Call::Length { file } => one(format!(
            "lab.told_count(unsafe {{ libc::lseek({}, 0, SEEK_END) }} as isize);",
            v.fd(file)
        )),
        Call::Cache { file } => one(format!("lab.told_cache({});", v.fd(file))),
        Call::Cool { file } => cool(&v.fd(file)),
        _ => Vec::new(),
    }
}

/// A file leaves the page cache.
fn cool(fd: &str) -> Lines {
    vec![
        format!("let error = match unsafe {{ libc::fsync({fd}) }} {{"),
        format!("    0 => unsafe {{ libc::posix_fadvise({fd}, 0, 0, POSIX_FADV_DONTNEED) }},"),
        "    _ => errno(),".to_owned(),
        "};".to_owned(),
        "lab.told_error(error);".to_owned(),
    ]
}

fn of_memory(call: &Call, v: &mut Variables) -> Lines {
    match call {
        Call::Unmap { map, at, len } => told(&format!("munmap({}.cast(), {len})", v.at(map, *at))),
        Call::Protect { map, at, len, prot } => {
            let (at, prot) = (v.at(map, *at), ored(constants::prot(*prot)));
            told(&format!("mprotect({at}.cast(), {len}, {prot})"))
        }
        Call::Advise {
            map,
            at,
            len,
            advice,
        } => {
            let (at, advice) = (v.at(map, *at), constants::advice(*advice));
            told(&format!("madvise({at}.cast(), {len}, {advice})"))
        }
        Call::Sync { map, at, len, how } => {
            let flag = constants::sync(*how);
            told(&format!("msync({}.cast(), {len}, {flag})", v.at(map, *at)))
        }
        Call::Malloc { map, len } => {
            let map = v.map(map);
            vec![
                format!("{map} = unsafe {{ libc::malloc({len}) }}.cast();"),
                format!("lab.told_pointer({map});"),
            ]
        }
        Call::Free { map } => done(format!("unsafe {{ libc::free({}.cast()) }};", v.map(map))),
        _ => Vec::new(),
    }
}

/// Loads and stores.
fn touch(call: &Call, v: &mut Variables) -> Lines {
    match call {
        Call::Load { map, at, len } => vec![
            format!("let bytes = unsafe {{ load({}, {len}) }};", v.at(map, *at)),
            "lab.told_bytes(&bytes);".to_owned(),
        ],
        Call::Store {
            map,
            at,
            bytes: all,
        } => done(format!(
            "unsafe {{ store({}, {}) }};",
            v.at(map, *at),
            bytes(all)
        )),
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
            done(format!("unsafe {{ {what}({}, {len}) }};", v.at(map, *at)))
        }
        Call::Count { map, at, times } => vec![
            format!("let byte = {};", v.at(map, *at)),
            format!("for _ in 0..{times} {{"),
            "    // a load, and a store".to_owned(),
            "    unsafe { byte.write_volatile(byte.read_volatile().wrapping_add(1)) };".to_owned(),
            "}".to_owned(),
            "lab.told_done();".to_owned(),
        ],
        _ => Vec::new(),
    }
}

fn look(call: &Call, asked: &Asked<'_>, v: &mut Variables) -> Lines {
    one(match call {
        Call::Pages { map, at, len } => {
            let backing = match asked.placed.map(|placed| placed.backing) {
                Some(Backing::Private) => "PrivateAnonymous",
                Some(Backing::Shared) => "SharedAnonymous",
                Some(Backing::File) | None => "File",
            };
            format!(
                "lab.told_pages({}, {len}, Backing::{backing});",
                v.at(map, *at)
            )
        }
        Call::Maps { map } => format!("lab.told_lines({}, {});", v.map(map), asked.len()),
        Call::Sums { map } => format!("lab.told_sums({}, {});", v.map(map), asked.len()),
        Call::Memory => "lab.told_memory();".to_owned(),
        _ => "lab.told_faults();".to_owned(),
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
            told_count(&match offset {
                Some(offset) => format!("pwrite({fd}, {at}.cast(), {len}, {offset})"),
                None => format!("write({fd}, {at}.cast(), {len})"),
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
            told_count(&match offset {
                Some(offset) => format!("pread({fd}, {at}.cast(), {len}, {offset})"),
                None => format!("read({fd}, {at}.cast(), {len})"),
            })
        }
        TransferCall::Take { file, len } => {
            let fd = v.fd(file);
            vec![
                format!("let mut bytes = [0; {len}];"),
                format!("let n = unsafe {{ libc::read({fd}, bytes.as_mut_ptr().cast(), {len}) }};"),
                "lab.told_read(&bytes, n);".to_owned(),
            ]
        }
        TransferCall::Splice { .. } | TransferCall::Vmsplice { .. } => to_pipe(call, v),
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
            let (whose, read) = (who(peer), "libc::process_vm_readv");
            vec![
                format!("let mut bytes = [0; {len}];"),
                format!(
                    "let here = libc::iovec {{ iov_base: bytes.as_mut_ptr().cast(), iov_len: {len} }};"
                ),
                format!(
                    "let there = libc::iovec {{ iov_base: lab.place_of({whose}).cast(), iov_len: {len} }};"
                ),
                format!(
                    "let n = unsafe {{ {read}(lab.pid_of({whose}), &raw const here, 1, &raw const there, 1, 0) }};"
                ),
                "lab.told_read(&bytes, n);".to_owned(),
            ]
        }
        TransferCall::Poke {
            there: Remote::Peer { peer, .. },
            byte,
        } => {
            let whose = who(peer);
            let arguments = format!("lab.pid_of({whose}), lab.place_of({whose}), {byte:#04x}");
            one(format!("lab.told(set_breakpoint({arguments}));"))
        }
        TransferCall::Overwrite {
            file,
            map,
            at,
            bytes: all,
        } => {
            let (fd, at, len) = (v.fd(file), v.at(map, *at), all.len());
            let from = format!("b\"{}\".as_ptr().cast()", all.escape_ascii());
            told_count(&format!("pwrite({fd}, {from}, {len}, {at} as i64)"))
        }
        _ => Vec::new(),
    }
}

/// What goes into a pipe without a copy.
fn to_pipe(call: &TransferCall, v: &mut Variables) -> Lines {
    match call {
        TransferCall::Splice {
            from,
            offset,
            to,
            len,
        } => {
            let (from, to, null) = (v.fd(from), v.fd(to), "null_mut()");
            let mut lines = Vec::new();
            let place = if let Some(offset) = offset {
                lines.push(format!("let mut offset = {offset};"));
                "&raw mut offset"
            } else {
                null
            };
            lines.extend(told_count(&format!(
                "splice({from}, {place}, {to}, {null}, {len}, 0)"
            )));
            lines
        }
        TransferCall::Vmsplice { to, map, at, len } => {
            let part = format!("iov_base: {}.cast(), iov_len: {len}", v.at(map, *at));
            let mut lines = one(format!("let part = libc::iovec {{ {part} }};"));
            lines.extend(told_count(&format!(
                "vmsplice({}, &raw const part, 1, 0)",
                v.fd(to)
            )));
            lines
        }
        _ => Vec::new(),
    }
}

fn process(call: &ProcessCall, v: &mut Variables) -> Lines {
    match call {
        ProcessCall::Limit { limit, value } => {
            let limit = match limit {
                LimitKind::AddressSpace => "limit_address_space",
                LimitKind::Data => "limit_data",
                LimitKind::FileSize => "limit_file_size",
                LimitKind::Memlock => "limit_locked",
                LimitKind::Descriptors => "limit_descriptors",
            };
            one(format!("lab.told({limit}({value:?}));"))
        }
        ProcessCall::Tune { knob, value } => one(format!(
            "lab.told_io(tune({}, {value}));",
            string(constants::knob(*knob))
        )),
        ProcessCall::Vfork {
            map,
            at,
            bytes: all,
        } => {
            let (at, all) = (v.at(map, *at), bytes(all));
            one(format!(
                "lab.told(unsafe {{ store_by_vfork({at}, {all}) }});"
            ))
        }
        ProcessCall::Userfault {
            map,
            at,
            len,
            bytes: all,
        } => {
            let (at, all) = (v.at(map, *at), bytes(all));
            one(format!(
                "lab.told(unsafe {{ fill_on_fault({at}, {len}, {all}) }});"
            ))
        }
        ProcessCall::Exec { keep } => {
            let fd = v.fd(keep);
            vec![
                "if let Some(kept) = lab.after_exec() {".to_owned(),
                format!("    {fd} = kept; // the same program, from its beginning"),
                "    lab.told_done();".to_owned(),
                "} else {".to_owned(),
                format!("    unsafe {{ libc::fcntl({fd}, F_SETFD, 0) }}; // no FD_CLOEXEC"),
                format!("    lab.exec_again({fd});"),
                "}".to_owned(),
            ]
        }
    }
}
