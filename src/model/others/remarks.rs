//! What is to be said of other programs beyond the rows that they have: who only has the file open, who cannot be looked
//! at, what is not shown, and what holds the looking up.

use super::{Hiding, OtherProcess, OtherPrograms, Others, OthersState};
use crate::bytes::escape::escape_name;
use crate::map::describe_errno;

/// The most programs that are named.
const MOST_NAMED: usize = 4;

impl OtherPrograms {
    /// The remarks, each one sentence; none where there is nothing to add.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks = match &self.state {
            OthersState::Waiting => Vec::new(),
            OthersState::Seen(seen) => of_seen(&seen.found),
            OthersState::Unavailable(why) => vec![format!("Other programs: {why}.")],
        };
        if let Some(stuck) = self.stuck {
            let whom = stuck.pid.map_or_else(
                || "about the list of processes".to_owned(),
                |pid| format!("about process {pid}"),
            );
            remarks.push(format!(
                "The kernel has not answered {whom} for {} seconds: other programs are shown as they were.",
                stuck.seconds
            ));
        }
        remarks
    }
}

fn of_seen(found: &Others) -> Vec<String> {
    let mut remarks = Vec::new();
    let only_open: Vec<String> = only_open(found)
        .map(|process| format!("{} {}", escape_name(&process.name), process.pid))
        .collect();
    if !only_open.is_empty() {
        let n_named = only_open.len().min(MOST_NAMED);
        let more = only_open.len() - n_named + found.n_more_open;
        let mut names = only_open[..n_named].join(", ");
        if more > 0 {
            names = format!("{names} and {more} more");
        }
        let has = if only_open.len() + found.n_more_open == 1 {
            "has"
        } else {
            "have"
        };
        remarks.push(format!(
            "{names} {has} the file open, without mapping this byte."
        ));
    }
    remarks.extend(unseen(found));
    remarks
}

/// Those that have the file open and do not map the bytes.
pub fn only_open(found: &Others) -> impl Iterator<Item = &OtherProcess> {
    let all = found.processes.iter();
    all.filter(|process| process.only_has_it_open())
}

/// What was not found out, each one sentence: whom the kernel hides, and how much is left out.
#[must_use]
pub fn unseen(found: &Others) -> Vec<String> {
    let mut remarks = Vec::new();
    for process in &found.processes {
        if let Some(pid) = process.memory_of {
            remarks.push(format!(
                "{} {} runs in the memory of process {pid}, and sees what that one sees.",
                escape_name(&process.name),
                process.pid
            ));
        }
    }
    if found.n_more_mappings > 0 {
        remarks.push(format!(
            "{} more mappings are not shown.",
            found.n_more_mappings
        ));
    }
    if found.n_cut > 0 {
        remarks.push(format!(
            "{} more mappings or descriptors than are looked through: there may be more of this file.",
            match found.n_cut {
                1 => "1 process has".to_owned(),
                n => format!("{n} processes have"),
            }
        ));
    }
    remarks.extend(silent_words(found));
    remarks.extend(found.hidden.iter().map(hidden_words));
    if !found.is_whole {
        remarks.push("Not all processes have been asked yet.".to_owned());
    }
    remarks
}

fn hidden_words(hiding: &Hiding) -> String {
    let (processes, are) = match hiding.n {
        1 => ("1 process".to_owned(), "is"),
        n => (format!("{n} processes"), "are"),
    };
    let whose = if hiding.is_own_user {
        "with more rights than this program"
    } else {
        "of other users"
    };
    format!(
        "{processes} {whose} {are} hidden by the kernel: {}.",
        describe_errno(hiding.errno)
    )
}

/// Who does not answer, and has no row that says so.
fn silent_words(found: &Others) -> Option<String> {
    let has_row = |pid: &&u32| {
        let mut rows = found.processes.iter();
        rows.any(|process| process.pid == **pid && !process.mappings.is_empty())
    };
    let silent: Vec<String> = found
        .silent
        .iter()
        .filter(|pid| !has_row(pid))
        .map(u32::to_string)
        .collect();
    let (word, does, they_map) = match silent.len() {
        0 => return None,
        1 => ("Process", "does", "it maps"),
        _ => ("Processes", "do", "they map"),
    };
    Some(format!(
        "{word} {} {does} not answer: whether {they_map} this file is not known.",
        silent.join(", ")
    ))
}
