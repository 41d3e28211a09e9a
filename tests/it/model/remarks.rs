//! What is said of other programs beyond their rows.

use std::ffi::OsString;

use mapscope::map::{OtherProcess, Others};
use mapscope::model::others::{
    Hiding, LookStuck, OtherPrograms, OthersSeen, OthersState, Unavailable,
};

use super::span;

fn opens(pid: u32, name: &str) -> OtherProcess {
    OtherProcess {
        pid,
        started: 1,
        name: OsString::from(name),
        is_elsewhere: None,
        mappings: Vec::new(),
        open: Vec::new(),
        n_open: 1,
        memory_of: None,
        is_silent: false,
    }
}

fn remarks(found: Others) -> Vec<String> {
    let span = span(0, 1);
    let programs = OtherPrograms {
        state: OthersState::Seen(Box::new(OthersSeen { span, found })),
        stuck: None,
    };
    programs.remarks()
}

#[test]
fn who_only_has_it_open_and_who_is_hidden_is_said() {
    let whole = Others {
        is_whole: true,
        ..Others::default()
    };
    assert_eq!(remarks(whole.clone()), [""; 0]);
    let one = Others {
        processes: vec![opens(7, "tail")],
        ..whole.clone()
    };
    assert_eq!(
        remarks(one),
        ["tail 7 has the file open, without mapping this byte."]
    );
    let many = Others {
        processes: (1..=6).map(|pid| opens(pid, "a\nb")).collect(),
        n_more_open: 3,
        n_more_mappings: 2,
        hidden: vec![
            Hiding {
                errno: 13,
                is_own_user: false,
                n: 1,
            },
            Hiding {
                errno: 1,
                is_own_user: true,
                n: 2,
            },
        ],
        is_whole: false,
        ..whole
    };
    let said = remarks(many);
    assert!(said[0].ends_with("4 and 5 more have the file open, without mapping this byte."));
    assert!(!said[0].contains('\n'), "{said:?}");
    assert_eq!(said[1], "2 more mappings are not shown.");
    assert!(said[2].starts_with("1 process of other users is hidden by the kernel: "));
    assert!(said[2].contains("EACCES"), "{said:?}");
    assert!(said[3].starts_with("2 processes with more rights than this program are hidden"));
    assert_eq!(said[4], "Not all processes have been asked yet.");
}

#[test]
fn a_look_that_does_not_come_back_is_said() {
    let programs = OtherPrograms {
        state: OthersState::Unavailable(Unavailable::NotOnThisSystem),
        stuck: Some(LookStuck {
            pid: Some(9),
            seconds: 4,
        }),
    };
    let said = programs.remarks();
    assert_eq!(said[0], "Other programs: not available on this system.");
    assert!(said[1].starts_with("The kernel has not answered about process 9 for 4 seconds"));
}
