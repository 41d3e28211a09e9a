//! Completions of a typed path.

use mapscope::work::completion::{Completion, CompletionList, MAX_COMPLETIONS};

use super::*;

#[track_caller]
fn complete(typed: &str) -> CompletionList {
    let (report, lists) = channel();
    let completion = Completion::spawn(move |list| {
        report.send(list).ok();
    })
    .unwrap();
    completion.request(typed);
    let list: CompletionList = lists.recv_timeout(LONG).unwrap();
    assert_eq!(list.typed, typed);
    list
}

#[track_caller]
fn check_completions(typed: &str, expected: &[&str]) {
    let list = complete(typed);
    let texts: Vec<_> = list
        .entries
        .iter()
        .map(|entry| entry.text.as_str())
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|end| {
            let parent = typed.rfind('/').map_or(0, |at| at + 1);
            format!("{}{end}", &typed[..parent])
        })
        .collect();
    assert_eq!(texts, expected, "{typed}");
    assert_eq!(list.problem, None);
}

#[test]
fn a_typed_path_is_completed() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["zoo", "Data", ".hidden-dir"] {
        fs::create_dir(dir.path().join(name)).unwrap();
    }
    for name in ["data.bin", "apple", "Banana", ".hidden", "a b ", "zebra"] {
        fs::write(dir.path().join(name), b"x").unwrap();
    }
    std::os::unix::fs::symlink("zoo", dir.path().join("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", dir.path().join("broken")).unwrap();
    let at = |typed: &str| format!("{}/{typed}", dir.path().display());
    check_completions(
        &at(""),
        &[
            "Data/", "link/", "zoo/", "a b ", "apple", "Banana", "broken", "data.bin", "zebra",
        ],
    );
    check_completions(&at("z"), &["zoo/", "zebra"]);
    check_completions(&at("zoo"), &["zoo/"]);
    check_completions(&at("zoo/"), &[]);
    check_completions(&at("."), &[".hidden-dir/", ".hidden"]);
    check_completions(&at("nothing/at/all"), &[]);
    check_completions(&at("apple/x"), &[]);
    // Relative to where the program runs: the package's root.
    assert!(
        complete("")
            .entries
            .iter()
            .any(|entry| entry.text == "src/")
    );
    assert!(
        complete("src")
            .entries
            .iter()
            .any(|entry| entry.text == "src/")
    );
    assert_eq!(complete("~").entries[0].text, "~/");
    let home = complete("~/").entries;
    assert!(
        home.iter()
            .all(|entry| entry.text.starts_with("~/") && entry.path.is_absolute())
    );

    let name = OsString::from_vec(b"bad \xff".to_vec());
    fs::write(dir.path().join(&name), b"x").unwrap();
    let list = complete(&at("bad"));
    assert_eq!(list.entries[0].path, dir.path().join(name));
    assert!(list.entries[0].text.ends_with("bad \u{fffd}"));
}

#[test]
fn a_large_directory_is_completed_in_part() {
    let dir = tempfile::tempdir().unwrap();
    for n in 0..=MAX_COMPLETIONS {
        fs::write(dir.path().join(format!("{n:03}")), b"x").unwrap();
    }
    let list = complete(&format!("{}/", dir.path().display()));
    assert_eq!((list.entries.len(), list.more), (MAX_COMPLETIONS, true));
    fs::remove_file(dir.path().join("000")).unwrap();
    let list = complete(&format!("{}/", dir.path().display()));
    assert_eq!((list.entries.len(), list.more), (MAX_COMPLETIONS, false));
}

#[test]
fn the_latest_request_for_completions_wins() {
    let (report, lists) = channel();
    let completion = Completion::spawn(move |list: CompletionList| {
        report.send(list.typed).ok();
    })
    .unwrap();
    let begin = Instant::now();
    for n in 0..10_000 {
        completion.request(&format!("/proc/{n}"));
    }
    completion.request("/last");
    assert!(begin.elapsed() < SECOND, "{:?}", begin.elapsed());
    while lists.recv_timeout(LONG).unwrap() != "/last" {}
    drop(completion);
    assert_eq!(lists.try_iter().count(), 0);
}
