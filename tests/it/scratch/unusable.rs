//! Where the environment names no folder that can be used: a sentence says so, and what to do.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use mapscope::work::scratch::Scratch;
use tempfile::TempDir;

use crate::processes::program;

/// Where the environment names no usable folder, one sentence says so and what to do.
#[test]
fn an_unusable_folder_is_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let file = file.path().to_str().unwrap();
    for (value, words) in [
        ("/nonexistent/folder", ["/nonexistent/folder", "(ENOENT)"]),
        (file, [file, "not a directory"]),
        ("/proc", ["/proc", "choose another directory"]),
    ] {
        let working = TempDir::new().unwrap();
        let output = Command::new(program())
            .args(["lab", "shared-seen-by-shared"])
            .env("TMPDIR", value)
            .current_dir(working.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{value:?}: {said}");
        for word in words {
            assert!(said.contains(word), "{value:?}: {said}");
        }
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(fs::read_dir(working.path()).unwrap().next().is_none());
    }
}

/// The same for the sample, in a process of its own, as the environment is the process's.
#[test]
fn an_unusable_folder_for_the_sample_is_told() {
    const INSIDE: &str = "MAPSCOPE_TEST_SAMPLE_FOLDER";
    if std::env::var_os(INSIDE).is_some() {
        writeln!(std::io::stdout(), "\nsaid {}", Scratch::new().unwrap_err()).unwrap();
        return;
    }
    for (value, words) in [
        ("/nonexistent/folder", ["/nonexistent/folder", "(ENOENT)"]),
        ("/proc", ["/proc", "set TMPDIR to"]),
    ] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "scratch::unusable::an_unusable_folder_for_the_sample_is_told",
                "--exact",
            ])
            .arg("--nocapture")
            .env(INSIDE, "yes")
            .env("TMPDIR", value)
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = out.lines().find_map(|line| line.strip_prefix("said "));
        let said = said.unwrap_or_else(|| panic!("{value:?}: {out}"));
        assert!(
            words.iter().all(|word| said.contains(word)),
            "{value:?}: {said}"
        );
    }
}
