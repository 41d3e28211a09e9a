//! Stretches of the address space.
//!
//! It must not know whose step it is.

use super::{Lines, one, ored};
use crate::lab::export::constants::{lock_all, remap as remap_flags};
use crate::lab::export::plan::Asked;
use crate::lab::export::variables::Variables;
use crate::peer::calls::{AreaCall, LockHow, RemapHow};

/// The statements of such a step.
pub(super) fn statements(call: &AreaCall, asked: &Asked<'_>, v: &mut Variables) -> Lines {
    match call {
        AreaCall::Remap { .. } => remap(call, v),
        AreaCall::Lock { .. } | AreaCall::LockAll { .. } | AreaCall::UnlockAll => lock(call, v),
        AreaCall::Resident { map, at, len } => {
            one(format!("told_resident({}, {len});", v.at(map, *at)))
        }
        AreaCall::Frames { map, at, len } => {
            one(format!("told_frames({}, {len});", v.at(map, *at)))
        }
        AreaCall::Where { map, at } => {
            let at = v.at(map, *at);
            one(format!("told_number((unsigned long) ({at}));"))
        }
        AreaCall::Point { .. }
        | AreaCall::TouchEvery { .. }
        | AreaCall::Follow { .. }
        | AreaCall::Execute { .. } => touch(call, v),
        AreaCall::ProtectEverySecond { map } => vec![
            "unsigned long times;".to_owned(),
            format!(
                "int failed = protect_every_second_page({}, {}, &times);",
                v.map(map),
                asked.len()
            ),
            "told_repeated(times, failed ? errno : 0);".to_owned(),
        ],
        AreaCall::Mend { map } => vec![
            format!("mend_holes({}, {});", v.map(map), asked.len()),
            "told_done();".to_owned(),
        ],
    }
}

fn remap(call: &AreaCall, v: &mut Variables) -> Lines {
    match call {
        AreaCall::Remap {
            map,
            at,
            old_len,
            len,
            how,
            result,
        } => {
            let from = v.at(map, *at);
            let mut flags = ored(remap_flags(how));
            if let RemapHow::Over { map, at } = how {
                flags = format!("{flags}, {}", v.at(map, *at));
            }
            let result = v.map(result);
            vec![
                format!("void *moved = mremap({from}, {old_len}, {len}, {flags});"),
                "if (moved != MAP_FAILED)".to_owned(),
                format!("    {result} = moved;"),
                "told_map(moved);".to_owned(),
            ]
        }
        _ => Vec::new(),
    }
}

fn lock(call: &AreaCall, v: &mut Variables) -> Lines {
    match call {
        AreaCall::Lock { map, at, len, how } => {
            let at = v.at(map, *at);
            one(match how {
                LockHow::Now => format!("told(mlock({at}, {len}));"),
                LockHow::OnFault => format!("told(mlock2({at}, {len}, MLOCK_ONFAULT));"),
                LockHow::Unlock => format!("told(munlock({at}, {len}));"),
            })
        }
        AreaCall::LockAll {
            current,
            future,
            on_fault,
        } => {
            let flags = ored(&lock_all(*current, *future, *on_fault));
            one(format!("told(mlockall({flags}));"))
        }
        AreaCall::UnlockAll => one("told(munlockall());"),
        _ => Vec::new(),
    }
}

/// What is done with the bytes themselves.
fn touch(call: &AreaCall, v: &mut Variables) -> Lines {
    match call {
        AreaCall::TouchEvery {
            map,
            at,
            len,
            step,
            write,
        } => {
            let (at, what) = (v.at(map, *at), if *write { "store" } else { "load" });
            let access = match write {
                true => format!("store({at} + i, \"\\1\", 1);"),
                false => format!("load(bytes, {at} + i, 1);"),
            };
            vec![
                format!("for (size_t i = 0; i < {len}; i += {step}) /* one {what} each */"),
                format!("    {access}"),
                "told_done();".to_owned(),
            ]
        }
        AreaCall::Point { map, at, to } => vec![
            format!("char *there = {};", v.at(map, *to)),
            format!("store({}, &there, sizeof there);", v.at(map, *at)),
            "told_done();".to_owned(),
        ],
        AreaCall::Follow { map, at } => vec![
            "char *there = NULL;".to_owned(),
            format!(
                "load((unsigned char *) &there, {}, sizeof there);",
                v.at(map, *at)
            ),
            "load(bytes, there, 1);".to_owned(),
            "told_bytes(bytes, 1);".to_owned(),
        ],
        AreaCall::Execute { map, at } => {
            let at = v.at(map, *at);
            vec![
                format!("int (*code)(void) = (int (*)(void)) ({at});"),
                format!(
                    "__builtin___clear_cache({at}, {at} + 16); /* so that the processor takes it for code */"
                ),
                "told_number((unsigned) code());".to_owned(),
            ]
        }
        _ => Vec::new(),
    }
}
