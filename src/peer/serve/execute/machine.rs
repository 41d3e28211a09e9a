//! What concerns a peer's process as a whole, or the machine: limits, knobs of the kernel, a file system of its own, user
//! faults, vfork and execve.
//!
//! It owns that nothing of it outlives the peer. It must not know what an experiment wants with it.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::thread;

use rustix::fs::{Mode, OFlags};
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::files::{close, descriptor_of};
use super::memory::{length, page_size};
use super::undoing::Undo;
use super::{Calls, Executor, NotDone, Result, refused, timed};
use crate::map::{CallResult, STRING_BYTES, die_with_parent, quoted};
use crate::peer::calls::{Knob, LimitKind, MadeCall, Outcome, ProcessCall};
use crate::peer::raw;

/// What tells a peer that it is one after execve(2): the request to answer, the descriptor that it keeps, and its name.
const AFTER_EXEC: &str = "MAPSCOPE_PEER_AFTER_EXEC";

/// What a peer has after execve(2).
pub(in crate::peer::serve) struct AfterExec {
    /// The request to answer.
    pub(in crate::peer::serve) id: u64,
    /// What it keeps.
    pub(in crate::peer::serve) executor: Executor,
    /// The call that it comes from.
    pub(in crate::peer::serve) call: MadeCall,
}

impl Executor {
    pub(super) fn process(&mut self, call: &ProcessCall, calls: &mut Calls) -> Result {
        match call {
            ProcessCall::Limit { limit, value } => set_limit(*limit, *value, calls),
            ProcessCall::Tune { knob, value } => self.tune(*knob, *value, calls),
            ProcessCall::Vfork { map, at, bytes } => self.vfork(map, *at, bytes, calls),
            ProcessCall::Userfault {
                map,
                at,
                len,
                bytes,
            } => self.userfault(map, *at, *len, bytes, calls),
            ProcessCall::Exec { keep } => self.exec(keep, calls),
        }
    }

    fn tune(&mut self, knob: Knob, value: u64, calls: &mut Calls) -> Result {
        let (path, most) = match knob {
            Knob::SamePageMerging => ("/sys/kernel/mm/ksm/run", 2),
            Knob::SamePageScan => ("/sys/kernel/mm/ksm/pages_to_scan", 100_000),
            Knob::HugePages => ("/proc/sys/vm/nr_hugepages", 8),
        };
        if value > most {
            return refused(format!("{path} is turned to {most} at most"));
        }
        let mut file = File::options().read(true).write(true).open(path)?;
        if !self
            .undoing
            .knows(|it| matches!(it, Undo::Write(at, _) if *at == path))
        {
            // Two that turn it would each set it back to what the other made of it: whoever comes second is refused, until
            // the first one's guard has set it back.
            let args = format!("{}, LOCK_EX|LOCK_NB", file.as_raw_fd());
            calls.run_plain("flock", args, || {
                let operation = rustix::fs::FlockOperation::NonBlockingLockExclusive;
                Ok(rustix::fs::flock(&file, operation)?)
            })?;
            let now = fs::read_to_string(path)?;
            let Ok(now) = now.trim().parse() else {
                return refused(format!("{path} holds no number"));
            };
            self.undoing
                .add_held(Undo::Write(path, now), file.try_clone()?)?;
        }
        let text = value.to_string();
        let args = format!(
            "{}, {}, {}",
            file.as_raw_fd(),
            quoted(text.as_bytes(), STRING_BYTES),
            text.len()
        );
        calls.run(
            "write",
            |_| args,
            || io::Write::write(&mut file, text.as_bytes()),
            |&n| CallResult::Ok(n as i128),
        )?;
        Ok(Outcome::Done)
    }

    /// What a file in memory has no limit of its own for: a file system that is full soon. It is attached nowhere, so that
    /// nobody else sees it and nothing is left of it.
    pub(super) fn small_disk(&mut self, name: &str, room: u64, calls: &mut Calls) -> Result {
        let context = match open_tmpfs(calls) {
            Err(error) if error.raw_os_error() == Some(libc::EPERM) => {
                enter_namespace(calls)?;
                open_tmpfs(calls)?
            }
            opened => opened?,
        };
        let fd = context.as_raw_fd();
        let size = room.to_string();
        let args = format!("{fd}, FSCONFIG_SET_STRING, \"size\", \"{size}\", 0");
        calls.run_plain("fsconfig", args, || {
            Ok(rustix::mount::fsconfig_set_string(
                context.as_fd(),
                "size",
                size.as_str(),
            )?)
        })?;
        let args = format!("{fd}, FSCONFIG_CMD_CREATE, NULL, NULL, 0");
        calls.run_plain("fsconfig", args, || {
            Ok(rustix::mount::fsconfig_create(context.as_fd())?)
        })?;
        let mounted = calls.run(
            "fsmount",
            |_| format!("{fd}, FSMOUNT_CLOEXEC, 0"),
            || {
                let (flags, none) = (FsMountFlags::FSMOUNT_CLOEXEC, MountAttrFlags::empty());
                Ok(File::from(rustix::mount::fsmount(
                    context.as_fd(),
                    flags,
                    none,
                )?))
            },
            descriptor_of,
        )?;
        // Rustix, which has openat(2) of a directory, passes O_LARGEFILE on every system.
        let args = format!(
            "{}, \"f\", O_RDWR|O_CREAT|O_LARGEFILE|O_CLOEXEC, 0600",
            mounted.as_raw_fd()
        );
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC;
        let opened = calls.run(
            "openat",
            |_| args,
            || {
                let mode = Mode::RUSR | Mode::WUSR;
                Ok(File::from(rustix::fs::openat(&mounted, "f", flags, mode)?))
            },
            descriptor_of,
        );
        close(mounted, calls)?;
        close(context, calls)?;
        self.name(name, opened?, calls);
        Ok(Outcome::Done)
    }

    fn vfork(&self, map: &str, at: u64, bytes: &[u8], calls: &mut Calls) -> Result {
        let address = self.place(map)?.inside(at, bytes.len())?;
        let stored = if self.skips_stores { &[] } else { bytes };
        let (pid, _) = calls.run(
            "clone",
            |made: &io::Result<(u32, usize)>| {
                let stack = made.as_ref().map_or(0, |(_, stack)| *stack);
                format!("child_stack={stack:#x}, flags=CLONE_VM|CLONE_VFORK|SIGCHLD")
            },
            || raw::vfork_store(address, stored),
            |&(pid, _)| CallResult::Ok(i128::from(pid)),
        )?;
        let stored = quoted(bytes, STRING_BYTES);
        calls.list(format!("store({address:#x}, {stored}) in {pid}"), 0);
        let (status, nanoseconds) = timed(|| raw::wait_child(pid));
        let status = status?;
        let code = libc::WEXITSTATUS(status);
        let args = format!("{pid}, [{{WIFEXITED(s) && WEXITSTATUS(s) == {code}}}], __WALL, NULL");
        calls.list_call("wait4", &args, CallResult::Ok(pid.into()), nanoseconds);
        if !libc::WIFEXITED(status) || code != 0 {
            return refused("The child did not end in good order");
        }
        Ok(Outcome::Done)
    }

    fn userfault(&self, map: &str, at: u64, len: u64, bytes: &[u8], calls: &mut Calls) -> Result {
        let len = length(len)?;
        let address = self.place(map)?.inside(at, len)?;
        if bytes.is_empty() {
            return refused("There are no bytes to fill pages with");
        }
        let page: Vec<u8> = bytes.iter().copied().cycle().take(page_size()).collect();
        let faults = calls.run(
            "userfaultfd",
            |_| "UFFD_USER_MODE_ONLY|O_CLOEXEC".to_owned(),
            raw::user_faults,
            |faults: &OwnedFd| CallResult::Ok(i128::from(faults.as_raw_fd())),
        )?;
        let range = format!(
            "{{range={{start={address:#x}, len={len:#x}}}, mode=UFFDIO_REGISTER_MODE_MISSING}}"
        );
        let args = format!("{}, UFFDIO_REGISTER, {range}", faults.as_raw_fd());
        calls.run_plain("ioctl", args, || {
            raw::user_faults_of(faults.as_fd(), address, len)
        })?;
        // It waits for faults as long as the process lives. What it cannot fill is tried once more by who wants it.
        let serve = move || {
            while let Ok(missing) = raw::next_user_fault(faults.as_fd()) {
                if let Some(missing) = missing {
                    raw::fill_user_fault(faults.as_fd(), missing, &page).ok();
                }
            }
        };
        thread::Builder::new()
            .name("faults".to_owned())
            .spawn(serve)
            .map_err(NotDone::Failed)?;
        Ok(Outcome::Done)
    }

    fn exec(&mut self, keep: &str, calls: &mut Calls) -> Result {
        if self.is_forked {
            return refused("A forked child hears its requests by a pipe that execve would close");
        }
        let Some(id) = self.request else {
            return refused("Nobody waits for the answer");
        };
        let file = self.file(keep)?;
        let fd = file.as_raw_fd();
        let none = rustix::io::FdFlags::empty();
        calls.run_plain("fcntl", format!("{fd}, F_SETFD, 0"), || {
            Ok(rustix::io::fcntl_setfd(file, none)?)
        })?;
        let failed = Command::new("/proc/self/exe")
            .arg("peer")
            .env(AFTER_EXEC, format!("{id} {fd} {keep}"))
            .exec();
        Err(failed.into())
    }
}

/// Whether this process comes from a peer by execve(2), and what it has of it.
pub(in crate::peer::serve) fn after_exec() -> Option<AfterExec> {
    let told = std::env::var(AFTER_EXEC).ok()?;
    let mut words = told.splitn(3, ' ');
    let (id, fd, name) = (words.next()?, words.next()?, words.next()?);
    let file = raw::adopt(fd.parse().ok()?)?;
    let mut executor = Executor::default();
    executor.files.insert(name.to_owned(), file);
    Some(AfterExec {
        id: id.parse().ok()?,
        executor,
        call: MadeCall {
            text: "execve(\"/proc/self/exe\", [\"/proc/self/exe\", \"peer\"], ...) = 0".to_owned(),
            nanoseconds: 0,
            faults: None,
        },
    })
}

fn set_limit(limit: LimitKind, value: Option<u64>, calls: &mut Calls) -> Result {
    let (resource, word) = match limit {
        LimitKind::AddressSpace => (Resource::As, "RLIMIT_AS"),
        LimitKind::Data => (Resource::Data, "RLIMIT_DATA"),
        LimitKind::FileSize => (Resource::Fsize, "RLIMIT_FSIZE"),
        LimitKind::Memlock => (Resource::Memlock, "RLIMIT_MEMLOCK"),
        LimitKind::Descriptors => (Resource::Nofile, "RLIMIT_NOFILE"),
    };
    let maximum = getrlimit(resource).maximum;
    let current = value.or(maximum);
    let args = format!(
        "0, {word}, {{rlim_cur={}, rlim_max={}}}, NULL",
        limit_words(current),
        limit_words(maximum)
    );
    calls.run_plain("prlimit64", args, || {
        Ok(setrlimit(resource, Rlimit { current, maximum })?)
    })?;
    Ok(Outcome::Done)
}

/// A limit as strace writes it.
fn limit_words(limit: Option<u64>) -> String {
    match limit {
        None => "RLIM64_INFINITY".to_owned(),
        Some(limit) if limit > 1024 && limit.is_multiple_of(1024) => {
            format!("{}*1024", limit / 1024)
        }
        Some(limit) => limit.to_string(),
    }
}

fn open_tmpfs(calls: &mut Calls) -> io::Result<File> {
    calls.run(
        "fsopen",
        |_| "\"tmpfs\", FSOPEN_CLOEXEC".to_owned(),
        || {
            let flags = FsOpenFlags::FSOPEN_CLOEXEC;
            Ok(File::from(rustix::mount::fsopen("tmpfs", flags)?))
        },
        descriptor_of,
    )
}

/// A user and a mount namespace of this process's own, in which it is the same user, and may mount.
fn enter_namespace(calls: &mut Calls) -> io::Result<()> {
    let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
    let args = "CLONE_NEWNS|CLONE_NEWUSER".to_owned();
    calls.run_plain("unshare", args, raw::own_namespaces)?;
    die_with_parent();
    let (user, group) = (user.as_raw(), group.as_raw());
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}
