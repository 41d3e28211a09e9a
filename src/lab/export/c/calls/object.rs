//! Files, pipes, seals, and shared memory by its name.
//!
//! It must not know whose step it is.

use super::{Lines, closed_before, one, ored, path};
use crate::lab::export::c::text::{bytes, string};
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
        ObjectCall::Stat { file } => one(format!("told_stat({});", v.fd(file))),
        ObjectCall::Find {
            file,
            bytes: sought,
        } => {
            let (fd, sought, n) = (v.fd(file), bytes(sought), sought.len());
            one(format!("told_found({fd}, {sought}, {n});"))
        }
        ObjectCall::Room { file } => one(format!("told_room({});", v.fd(file))),
        ObjectCall::Allocate { file, how, at, len } => {
            let mode = ored(allocate(*how));
            one(format!(
                "told(fallocate({}, {mode}, {at}, {len}));",
                v.fd(file)
            ))
        }
        ObjectCall::Unlink { path: its } => one(format!("told(unlink({}));", path(its))),
        ObjectCall::TruncatePath { path: its, len } => {
            one(format!("told(truncate({}, {len}));", path(its)))
        }
        ObjectCall::Chmod { file, mode } => {
            one(format!("told(fchmod({}, {:#o}));", v.fd(file), mode).replace("0o", "0"))
        }
        ObjectCall::Lock { file, how } => lock(&v.fd(file), *how),
        ObjectCall::Seal { file, seals } => {
            let seals = ored(&constants::seals(seals));
            one(format!(
                "told(fcntl({}, F_ADD_SEALS, {seals}));",
                v.fd(file)
            ))
        }
        ObjectCall::Clone { from, into } => {
            let (from, into) = (v.fd(from), v.fd(into));
            one(format!("told(ioctl({into}, FICLONE, {from}));"))
        }
        ObjectCall::ShmUnlink { name } => one(format!("told(shm_unlink({}));", shm_name(name))),
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
            vec![
                format!("{segment} = shmget(IPC_PRIVATE, {len}, IPC_CREAT | 0600);"),
                format!("if ({segment} >= 0)"),
                format!("    remove_segment_at_the_end({segment});"),
                format!("told_count({segment});"),
            ]
        }
        ObjectCall::SegmentAttach { segment, map, .. } => {
            let (segment, map) = (v.segment(segment), v.map(map));
            vec![
                format!("{map} = shmat({segment}, NULL, 0);"),
                format!("told_map({map});"),
            ]
        }
        ObjectCall::SegmentRemove { segment } => one(format!(
            "told(shmctl({}, IPC_RMID, NULL));",
            v.segment(segment)
        )),
        ObjectCall::SegmentDetach { map } => one(format!("told(shmdt({}));", v.map(map))),
        _ => Vec::new(),
    }
}

fn lock(fd: &str, how: FileLock) -> Lines {
    let range = |kind: &str| {
        vec![
            format!("struct flock all = {{.l_type = {kind}, .l_whence = SEEK_SET}};"),
            format!("told(fcntl({fd}, F_OFD_SETLK, &all));"),
        ]
    };
    match how {
        FileLock::Whole => one(format!("told(flock({fd}, LOCK_EX | LOCK_NB));")),
        FileLock::UnlockWhole => one(format!("told(flock({fd}, LOCK_UN));")),
        FileLock::Range => range("F_WRLCK"),
        FileLock::UnlockRange => range("F_UNLCK"),
    }
}

/// The name of shared memory, which only a run of its own has.
fn shm_name(name: &str) -> String {
    format!("shm_name({})", string(name))
}

/// What has a descriptor from then on.
fn opening(call: &ObjectCall, asked: &Asked<'_>, v: &mut Variables) -> Lines {
    let mut lines = Vec::new();
    match call {
        ObjectCall::Pipe { read, write } => {
            let (read, write) = (v.fd(read), v.fd(write));
            lines.push("int ends[2] = {-1, -1};".to_owned());
            lines.push("int failed = pipe2(ends, O_NONBLOCK | O_CLOEXEC);".to_owned());
            lines.push(format!("{read} = ends[0], {write} = ends[1];"));
            lines.push("told(failed);".to_owned());
        }
        ObjectCall::SealableMemfd { file, len } => {
            let fd = v.fd(file);
            closed_before(asked, &fd, &mut lines);
            let name = bytes(file.as_bytes());
            lines.push(format!(
                "{fd} = memfd_create({name}, MFD_CLOEXEC | MFD_ALLOW_SEALING);"
            ));
            lines.push(format!("told({fd} < 0 ? -1 : ftruncate({fd}, {len}));"));
        }
        ObjectCall::SmallDisk { file, room } => {
            let fd = v.fd(file);
            closed_before(asked, &fd, &mut lines);
            lines.push(format!("{fd} = small_disk({room});"));
            lines.push(format!("told({fd});"));
        }
        ObjectCall::DiskIn { image, file } => {
            let (image, fd) = (v.fd(image), v.fd(file));
            closed_before(asked, &fd, &mut lines);
            lines.push(format!("{fd} = disk_in({image});"));
            lines.push(format!("told({fd});"));
        }
        ObjectCall::Watch { file, path: its } => {
            let fd = v.fd(file);
            closed_before(asked, &fd, &mut lines);
            lines.push(format!("{fd} = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);"));
            let add = format!("inotify_add_watch({fd}, {}, IN_MODIFY)", path(its));
            lines.push(format!("told({fd} < 0 ? -1 : {add});"));
        }
        ObjectCall::ShmOpen { file, name, create } => {
            let (fd, shm) = (v.fd(file), shm_name(name));
            closed_before(asked, &fd, &mut lines);
            if *create {
                lines.push(format!(
                    "{fd} = shm_open({shm}, O_RDWR | O_CREAT | O_EXCL, 0600);"
                ));
                lines.push(format!("if ({fd} >= 0)"));
                lines.push(format!("    remove_at_the_end({shm});"));
            } else {
                lines.push(format!("{fd} = shm_open({shm}, O_RDWR, 0);"));
            }
            lines.push(format!("told({fd});"));
        }
        _ => {}
    }
    lines
}
