//! How programs are laid out: as a person who keeps to the language's usual form would leave them.

use super::*;

#[test]
fn every_program_in_rust_is_as_rustfmt_leaves_it() {
    let cargo = Path::new(env!("CARGO"));
    let has = Command::new(cargo).args(["fmt", "--version"]).output();
    if !has.is_ok_and(|found| found.status.success()) {
        return skip("there is no rustfmt");
    }
    let place = tempfile::tempdir().unwrap();
    let (folder, _) = export(&["--all"], "--export-rust", place.path());
    let checked = Command::new(cargo)
        .args(["fmt", "--check"])
        .current_dir(&folder)
        .output()
        .unwrap();
    let (said, errors) = (text(&checked.stdout), text(&checked.stderr));
    assert!(checked.status.success(), "{said}{errors}");
}

/// A page is as wide as its lines are read easily, and nothing in it depends on how an editor shows blanks.
#[track_caller]
fn has_tidy_lines(name: &str, source: &str) {
    for line in source.lines() {
        assert!(line.chars().count() <= 110, "{name}: {line}");
        assert_eq!(line.trim_end(), line, "{name}: blanks at the end");
        assert!(!line.contains('\t'), "{name}: {line}");
    }
}

#[test]
fn every_program_in_c_is_tidy() {
    let place = tempfile::tempdir().unwrap();
    let (folder, _) = export(&["--all"], "--export-c", place.path());
    for name in ["lab.c", "lab.h"] {
        has_tidy_lines(name, &fs::read_to_string(folder.join(name)).unwrap());
    }
    for experiment in predicting() {
        let name = experiment.claim.name;
        let source = fs::read_to_string(folder.join(format!("{name}.c"))).unwrap();
        let (_, steps) = source.split_once("static void experiment(void)").unwrap();
        has_tidy_lines(name, &source);
        for line in steps
            .lines()
            .filter(|line| !line.trim_start().starts_with("/*"))
        {
            let indent = line.len() - line.trim_start().len();
            let is_comment = line.len() > indent && indent % 4 == 3;
            assert!(indent % 4 == 0 || is_comment, "{name}: {line}");
        }
    }
}
