//! The tour and README have the same steps.

use std::path::Path;

use mapscope::model::tour::{STEPS, shell_command};

#[test]
fn readme_has_the_steps_of_the_tour() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let one_line = readme
        .split_ascii_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for (number, step) in (1..).zip(STEPS) {
        let wanted = format!("{number}. **{}.** {}", step.title, step.text);
        assert!(one_line.contains(&wanted), "{wanted}");
        if step.has_command {
            let command = shell_command(Path::new("PATH")).replace("'PATH'", "PATH");
            assert!(one_line.contains(&command), "{command}");
        }
    }
}

/// A shell takes the path for one word, whatever it is.
#[test]
fn a_path_is_quoted_for_the_shell() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("it's $HOME; rm \"x\"");
    std::fs::write(&path, b"ABCDEF").unwrap();
    let done = std::process::Command::new("sh")
        .arg("-c")
        .arg(shell_command(&path))
        .output();
    assert!(done.unwrap().status.success());
    assert_eq!(std::fs::read(&path).unwrap(), b"ABC#EF");
}
