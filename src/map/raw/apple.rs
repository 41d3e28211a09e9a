//! macOS: the kernel copies through `mach_vm_read_overwrite` and `mach_vm_write`; it tells nothing of pages here.
//!
//! It must not know offsets of files: only addresses. The calls return a code where a load would be killed (`<mach/vm.h>`,
//! XNU's `osfmk/vm/vm_user.c`).
#![expect(
    unsafe_code,
    reason = "the Mach calls have no safe form; each takes addresses as numbers or our own memory"
)]

use mach2::kern_return::{KERN_NO_SPACE, KERN_PROTECTION_FAILURE, KERN_SUCCESS};
use mach2::traps::mach_task_self;
use mach2::vm::{mach_vm_read_overwrite, mach_vm_write};

use super::unix::{STRING_BYTES, page_bytes, quoted};
use crate::map::errno::{EACCES, EFAULT, ENOMEM, ENOSYS};
use crate::map::primitive::Primitive;

/// The primitives to try, best first.
pub(crate) const CANDIDATES: &[Primitive] = &[Primitive::MachVm];

/// The name of our own task.
fn own_task() -> mach2::port::mach_port_name_t {
    // SAFETY: Condition: none, the call takes nothing and names our own task. Nothing can go wrong.
    unsafe { mach_task_self() }
}

/// The error number that says what a Mach code means.
fn errno_of_code(code: i32) -> i32 {
    match code {
        KERN_PROTECTION_FAILURE => EACCES,
        KERN_NO_SPACE => ENOMEM,
        _ => EFAULT,
    }
}

/// The bytes from `address` to the end of its page, at most `left`: the calls fail as a whole, so each gets one page.
fn in_page(address: usize, left: usize) -> usize {
    let page = usize::try_from(page_bytes()).unwrap_or(4096);
    left.min(page - address % page)
}

/// Copies from `address` of our own address space into `into`: how many bytes came, which is fewer where a page in the
/// middle could not be read; an error number where none came.
pub(crate) fn copy_out(
    primitive: Primitive,
    address: usize,
    into: &mut [u8],
) -> Result<usize, i32> {
    if primitive != Primitive::MachVm {
        return Err(ENOSYS);
    }
    let mut done = 0;
    while done < into.len() {
        let at = address + done;
        let piece = in_page(at, into.len() - done);
        let target = into[done..].as_mut_ptr().expose_provenance() as u64;
        let task = own_task();
        let mut copied = 0;
        // SAFETY: Condition: the kernel writes at most `piece` bytes at `target`, a live exclusive slice at least as
        // long. The mapped side is a number that the kernel checks. What can still go wrong: a code, handled below.
        let code = unsafe {
            mach_vm_read_overwrite(task, at as u64, piece as u64, target, &raw mut copied)
        };
        if code != KERN_SUCCESS {
            return if done > 0 {
                Ok(done)
            } else {
                Err(errno_of_code(code))
            };
        }
        done += piece;
    }
    Ok(done)
}

/// Copies `from` to `address` of our own address space, as [`copy_out`] does the other way.
pub(crate) fn copy_in(primitive: Primitive, address: usize, from: &[u8]) -> Result<usize, i32> {
    if primitive != Primitive::MachVm {
        return Err(ENOSYS);
    }
    let mut done = 0;
    while done < from.len() {
        let at = address + done;
        let piece = in_page(at, from.len() - done);
        let source = from[done..].as_ptr().expose_provenance();
        let task = own_task();
        // SAFETY: Condition: the kernel reads `piece` bytes at `source`, a live slice at least as long, and may write the
        // mapped side, which must be no memory that Rust uses. The callers keep it: they pass addresses inside a
        // `Region`. What can still go wrong: a code, handled below.
        let code =
            unsafe { mach_vm_write(task, at as u64, source, u32::try_from(piece).unwrap_or(0)) };
        if code != KERN_SUCCESS {
            return if done > 0 {
                Ok(done)
            } else {
                Err(errno_of_code(code))
            };
        }
        done += piece;
    }
    Ok(done)
}

/// The call of [`copy_in`] in words.
pub(crate) fn copy_in_call(_: Primitive, address: usize, from: &[u8]) -> (&'static str, String) {
    (
        "mach_vm_write",
        format!(
            "mach_task_self(), {address:#x}, {}, {}",
            quoted(from, STRING_BYTES),
            from.len()
        ),
    )
}
