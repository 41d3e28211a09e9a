//! Files, pipes, seals, and shared memory by its name.
//!
//! It must not know whose step it is.

use super::{Lines, bytes, c_string, closed_before, one, ored, sized, told};
use crate::lab::export::constants::{self, allocate};
use crate::lab::export::plan::Asked;
use crate::lab::export::variables::Variables;
use crate::peer::calls::{FileLock, ObjectCall};

/// The statements of such a step.
pub(super) fn statements(call: &ObjectCall, asked: &Asked<'_>, v: &mut Variables) -> Lines {
    match call {
        ObjectCall::Pipe { .. }
        | ObjectCall::SealableMemfd { .. }
        | ObjectCall::SmallDisk { .. }
        | ObjectCall::DiskIn { .. }
        | ObjectCall::Watch { .. }
        | ObjectCall::ShmOpen { .. } => opening(call, asked, v),
        ObjectCall::Stat { file } => one(format!("lab.told_stat({});", v.fd(file))),
        ObjectCall::Find {
            file,
            bytes: sought,
        } => one(format!(
            "lab.told_found({}, {});",
            v.fd(file),
            bytes(sought)
        )),
        ObjectCall::Room { file } => one(format!("lab.told_room({});", v.fd(file))),
        ObjectCall::Allocate { file, how, at, len } => {
            let (fd, mode) = (v.fd(file), ored(allocate(*how)));
            told(&format!("fallocate({fd}, {mode}, {at}, {len})"))
        }
        ObjectCall::Unlink { path } => {
            told(&format!("unlink({})", c_string(path.as_encoded_bytes())))
        }
        ObjectCall::TruncatePath { path, len } => told(&format!(
            "truncate({}, {len})",
            c_string(path.as_encoded_bytes())
        )),
        ObjectCall::Chmod { file, mode } => told(&format!("fchmod({}, {mode:#o})", v.fd(file))),
        ObjectCall::Lock { file, how } => lock(&v.fd(file), *how),
        ObjectCall::Seal { file, seals } => {
            let (fd, seals) = (v.fd(file), ored(&constants::seals(seals)));
            told(&format!("fcntl({fd}, F_ADD_SEALS, {seals})"))
        }
        ObjectCall::Clone { from, into } => {
            let (from, into) = (v.fd(from), v.fd(into));
            told(&format!("ioctl({into}, FICLONE as _, {from})"))
        }
        ObjectCall::ShmUnlink { name } => told(&format!("shm_unlink({}.as_ptr())", shm_name(name))),
        ObjectCall::SegmentMake { .. }
        | ObjectCall::SegmentAttach { .. }
        | ObjectCall::SegmentDetach { .. }
        | ObjectCall::SegmentRemove { .. } => segment(call, v),
    }
}

/// Shared memory of System V.
fn segment(call: &ObjectCall, v: &mut Variables) -> Lines {
    match call {
        ObjectCall::SegmentMake { segment, len } => {
            let segment = v.segment(segment);
            let arguments = format!("IPC_PRIVATE, {len}, IPC_CREAT | 0o600");
            vec![
                format!("{segment} = unsafe {{ libc::shmget({arguments}) }};"),
                format!("if {segment} >= 0 {{"),
                format!("    remove_segment_at_the_end({segment});"),
                "}".to_owned(),
                format!("lab.told_count({segment} as isize);"),
            ]
        }
        ObjectCall::SegmentAttach { segment, map, .. } => {
            let (segment, map) = (v.segment(segment), v.map(map));
            let attach = format!("libc::shmat({segment}, null(), 0)");
            vec![
                format!("{map} = unsafe {{ {attach} }}.cast();"),
                format!("lab.told_map({map});"),
            ]
        }
        ObjectCall::SegmentRemove { segment } => {
            let segment = v.segment(segment);
            told(&format!("shmctl({segment}, IPC_RMID, null_mut())"))
        }
        ObjectCall::SegmentDetach { map } => told(&format!("shmdt({}.cast())", v.map(map))),
        _ => Vec::new(),
    }
}

fn lock(fd: &str, how: FileLock) -> Lines {
    let range = |kind: &str| {
        let mut lines = vec![
            "let mut all: libc::flock = unsafe { std::mem::zeroed() };".to_owned(),
            format!("all.l_type = {kind} as _;"),
        ];
        lines.extend(told(&format!("fcntl({fd}, F_OFD_SETLK, &raw const all)")));
        lines
    };
    match how {
        FileLock::Whole => told(&format!("flock({fd}, {})", ored(&["LOCK_EX", "LOCK_NB"]))),
        FileLock::UnlockWhole => told(&format!("flock({fd}, LOCK_UN)")),
        FileLock::Range => range("F_WRLCK"),
        FileLock::UnlockRange => range("F_UNLCK"),
    }
}

/// The name of shared memory, which only a run of its own has.
fn shm_name(name: &str) -> String {
    format!("shm_name({name:?})")
}

fn shm_open(name: &str, create: bool) -> String {
    let flags: &[&str] = if create {
        &["O_RDWR", "O_CREAT", "O_EXCL"]
    } else {
        &["O_RDWR"]
    };
    format!(
        "unsafe {{ libc::shm_open({}.as_ptr(), {}, 0o600) }}",
        shm_name(name),
        ored(flags)
    )
}

fn pipe(read: &str, write: &str, v: &mut Variables) -> Lines {
    let flags = ored(&["O_NONBLOCK", "O_CLOEXEC"]);
    vec![
        "let mut ends = [-1; 2];".to_owned(),
        format!("let failed = unsafe {{ libc::pipe2(ends.as_mut_ptr(), {flags}) }};"),
        format!("[{}, {}] = ends;", v.fd(read), v.fd(write)),
        "lab.told(failed);".to_owned(),
    ]
}

/// What has a descriptor from then on.
fn opening(call: &ObjectCall, asked: &Asked<'_>, v: &mut Variables) -> Lines {
    let mut lines = Vec::new();
    let mut open = |v: &mut Variables, file: &str, call: &str| {
        let fd = v.fd(file);
        closed_before(asked, &fd, &mut lines);
        lines.push(format!("{fd} = {call};"));
        fd
    };
    match call {
        ObjectCall::Pipe { read, write } => return pipe(read, write, v),
        ObjectCall::SealableMemfd { file, len } => {
            let flags = ored(&["MFD_CLOEXEC", "MFD_ALLOW_SEALING"]);
            let name = c_string(file.as_bytes());
            let fd = open(
                v,
                file,
                &format!("unsafe {{ libc::memfd_create({name}, {flags}) }}"),
            );
            lines.push(sized(&fd, *len));
        }
        ObjectCall::SmallDisk { file, room } => {
            let fd = open(v, file, &format!("small_disk({room})"));
            lines.push(format!("lab.told({fd});"));
        }
        ObjectCall::DiskIn { image, file } => {
            let disk = format!("disk_in({})", v.fd(image));
            let fd = open(v, file, &disk);
            lines.push(format!("lab.told({fd});"));
        }
        ObjectCall::Watch { file, path } => {
            let flags = ored(&["IN_NONBLOCK", "IN_CLOEXEC"]);
            let fd = open(
                v,
                file,
                &format!("unsafe {{ libc::inotify_init1({flags}) }}"),
            );
            let path = c_string(path.as_encoded_bytes());
            lines.extend(told(&format!(
                "inotify_add_watch({fd}, {path}, IN_MODIFY).min(0)"
            )));
        }
        ObjectCall::ShmOpen { file, name, create } => {
            let fd = open(v, file, &shm_open(name, *create));
            if *create {
                lines.push(format!("if {fd} >= 0 {{"));
                lines.push(format!("    remove_at_the_end(&{});", shm_name(name)));
                lines.push("}".to_owned());
            }
            lines.push(format!("lab.told({fd});"));
        }
        _ => {}
    }
    lines
}
