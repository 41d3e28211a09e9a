//! Stretches of the address space.
//!
//! It must not know whose step it is.

use super::{Lines, done, one, ored, told};
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
            one(format!("lab.told_resident({}, {len});", v.at(map, *at)))
        }
        AreaCall::Frames { map, at, len } => {
            one(format!("lab.told_frames({}, {len});", v.at(map, *at)))
        }
        AreaCall::Where { map, at } => one(format!("lab.told_number({} as u64);", v.at(map, *at))),
        AreaCall::Point { .. }
        | AreaCall::TouchEvery { .. }
        | AreaCall::Follow { .. }
        | AreaCall::Execute { .. } => touch(call, v),
        AreaCall::ProtectEverySecond { map } => {
            let (map, len) = (v.map(map), asked.len());
            vec![
                format!(
                    "let (times, error) = unsafe {{ protect_every_second_page({map}, {len}) }};"
                ),
                "lab.told_repeated(times, error);".to_owned(),
            ]
        }
        AreaCall::Mend { map } => done(format!("mend_holes({}, {});", v.map(map), asked.len())),
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
                format!(
                    "let moved = unsafe {{ libc::mremap({from}.cast(), {old_len}, {len}, {flags}) }};"
                ),
                "if moved != MAP_FAILED {".to_owned(),
                format!("    {result} = moved.cast();"),
                "}".to_owned(),
                "lab.told_map(moved.cast());".to_owned(),
            ]
        }
        _ => Vec::new(),
    }
}

fn lock(call: &AreaCall, v: &mut Variables) -> Lines {
    match call {
        AreaCall::Lock { map, at, len, how } => {
            let at = v.at(map, *at);
            told(&match how {
                LockHow::Now => format!("mlock({at}.cast(), {len})"),
                LockHow::OnFault => format!("mlock2({at}.cast(), {len}, MLOCK_ONFAULT as _)"),
                LockHow::Unlock => format!("munlock({at}.cast(), {len})"),
            })
        }
        AreaCall::LockAll {
            current,
            future,
            on_fault,
        } => told(&format!(
            "mlockall({})",
            ored(&lock_all(*current, *future, *on_fault))
        )),
        _ => told("munlockall()"),
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
            let place = format!("{}.wrapping_add(at)", v.at(map, *at));
            let access = if *write {
                format!("store({place}, &[1])")
            } else {
                format!("load({place}, 1)")
            };
            vec![
                format!("for at in (0..{len}).step_by({step}) {{"),
                format!("    unsafe {{ {access} }};"),
                "}".to_owned(),
                "lab.told_done();".to_owned(),
            ]
        }
        AreaCall::Point { map, at, to } => vec![
            format!("let there = ({} as usize).to_ne_bytes();", v.at(map, *to)),
            format!("unsafe {{ store({}, &there) }};", v.at(map, *at)),
            "lab.told_done();".to_owned(),
        ],
        AreaCall::Follow { map, at } => vec![
            format!("let there = unsafe {{ load({}, 8) }};", v.at(map, *at)),
            "let there = usize::from_ne_bytes(there.try_into().unwrap_or_default());".to_owned(),
            "let bytes = unsafe { load(there as *const u8, 1) };".to_owned(),
            "lab.told_bytes(&bytes);".to_owned(),
        ],
        AreaCall::Execute { map, at } => vec![
            format!("let code = unsafe {{ as_function({}) }};", v.at(map, *at)),
            "lab.told_number(u64::from(code() as u32));".to_owned(),
        ],
        _ => Vec::new(),
    }
}
