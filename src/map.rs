//! The mapping layer: files as memory maps present them, and what the kernel says about their pages.
//!
//! It owns the descriptor of an open file, its mappings, every read and store through them, the page facts and the log
//! of the calls that were made. It must not know the model, the window or a thread: all it does happens in the calling
//! thread, and every outcome is a value.
//!
//! Two rules keep it sound and alive:
//!
//! - **No Rust code loads from or stores into a mapping.** The kernel copies for us (`process_vm_readv(2)`,
//!   `process_vm_writev(2)` on our own process, or the counterpart of the system), so a page that went away is an error
//!   number and never a signal, and no reference to memory that others can change ever exists.
//! - **Nothing is made up.** A byte that could not be read is a [`Gap`] with its [`GapReason`]; a fact that the system
//!   does not tell is [`Unavailable`], with the reason.
//!
//! Unsafe code stands in `raw.rs` and in the folder `raw/`, which also holds all that differs by system.

mod buffer;
mod call_log;
mod errno;
mod facts;
mod flush;
mod mapping;
mod open;
mod open_error;
mod primitive;
mod raw;
mod readout;
mod store;
mod wording;
mod writer;

use std::fmt;

pub use buffer::AlignedBuffer;
pub use call_log::{CallLog, CallRecord, CallResult};
pub(crate) use errno::errno_of;
pub use errno::{describe_errno, errno_name};
pub use facts::{CacheFacts, PageState, Unavailable, cache_facts};
#[cfg(unix)]
pub(crate) use facts::{cache_facts_of, page_states_at};
pub use flush::{FlushError, FlushReport};
pub use mapping::{MapError, MapRequest, Mapping};
pub use open::{Identity, OpenFile, PathState};
pub use open_error::{OpenError, OpenErrorKind};
pub use primitive::{Primitive, primitive};
#[cfg(unix)]
pub(crate) use raw::{STRING_BYTES, hex, quoted};
pub use readout::{Gap, GapReason, Readout};
pub use store::StoreError;
pub(crate) use wording::Shown;
pub use writer::WriteRefusal;

/// Who can see a store through the mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Copy-on-write: a store goes to a copy of the page that this process alone sees (`MAP_PRIVATE`, mmap(2)).
    Private,
    /// A store goes to the file's own page, for everybody to see (`MAP_SHARED`, mmap(2)).
    Shared,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Private => "private",
            Self::Shared => "shared",
        })
    }
}

/// Whether stores are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Pages are readable only (`PROT_READ`).
    ReadOnly,
    /// Pages are readable and writable (`PROT_READ|PROT_WRITE`).
    ReadWrite,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadOnly => "read-only",
            Self::ReadWrite => "read-write",
        })
    }
}

/// Size of a page in bytes, as the system says (sysconf(3), `_SC_PAGESIZE`): 4096 on most machines, up to 65536.
#[must_use]
pub fn page_bytes() -> u64 {
    raw::page_bytes()
}

/// How much room the file system of `dir` has for this user, where it says (fstatvfs(3)).
#[must_use]
pub fn free_bytes(dir: &std::path::Path) -> Option<u64> {
    let dir = std::fs::File::open(dir).ok()?;
    raw::free_bytes(&dir)
}

/// Makes the allocator keep freed memory instead of giving it back to the system and faulting it in again each frame.
///
/// mallopt(3), `M_TRIM_THRESHOLD` and `M_MMAP_THRESHOLD` at 256 MiB, where the C library is glibc; elsewhere it does
/// nothing. A window that allocates a few megabytes a frame pays up to five times as much without it. Call it once,
/// before other threads start.
pub fn keep_freed_memory() {
    raw::keep_freed_memory();
}

/// Asks the kernel to kill this process when the thread that started it ends, so that no helper is left behind.
///
/// prctl(2), `PR_SET_PDEATHSIG` with `SIGKILL`, on Linux; elsewhere it does nothing. If the parent ended while the call
/// was made, the process exits here. Note that it is the *thread* of the parent that counts: a thread that starts
/// helpers has to live as long as they do.
pub fn die_with_parent() {
    raw::die_with_parent();
}
