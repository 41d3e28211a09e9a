//! Size does not matter: 1 TiB in the memory of 62 bytes.

use crate::rig::Stage;
use crate::rig::memory::{Cost, MOST_KIB};

#[test]
fn a_large_file_costs_no_memory_private() {
    check("private");
}

#[test]
fn a_large_file_costs_no_memory_shared() {
    check("shared");
}

#[track_caller]
fn check(mode: &str) {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let cost = Cost::measure(&stage, mode);
    eprintln!("{cost}");
    assert!(cost.more_kib() <= MOST_KIB, "{cost}");
}
