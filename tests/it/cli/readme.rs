//! The examples of README that show what is printed, carried out as they stand.

use super::*;

/// Commands and what README shows below each; those of `who` need other programs and are carried out elsewhere.
fn examples() -> Vec<(String, String)> {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let mut examples: Vec<(String, String)> = Vec::new();
    let mut is_in = false;
    for line in readme.lines() {
        let Some(shown) = line.strip_prefix("    ") else {
            is_in = false;
            continue;
        };
        if let Some(command) = shown.strip_prefix("$ mapscope ") {
            is_in = !command.starts_with("who ");
            if is_in {
                examples.push((command.to_owned(), String::new()));
            }
        } else if let (true, Some((_, printed))) = (is_in, examples.last_mut()) {
            printed.push_str(shown);
            printed.push('\n');
        }
    }
    examples
}

#[test]
fn every_example_prints_what_is_shown() {
    let examples = examples();
    for name in ["find ", "dump "] {
        assert!(
            examples
                .iter()
                .any(|(command, _)| command.starts_with(name))
        );
    }
    for (command, shown) in examples {
        // as a shell takes it
        let output = Command::new("sh")
            .args(["-c", &format!("exec \"$0\" {command}")])
            .arg(program())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(output.status.success(), "{command}: {}", err(&output));
        assert_eq!(out(&output), shown, "{command}");
    }
}

/// Every command of the lab's section is carried out in turn, with nobody who answers.
#[test]
fn the_commands_of_the_lab_do_what_they_say() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let section = readme.split("\n## The lab\n").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let commands: Vec<&str> = section
        .lines()
        .filter_map(|line| line.strip_prefix("    mapscope "))
        .map(|line| line.split(" # ").next().unwrap().trim_end())
        .collect();
    assert!(commands.len() > 10, "{commands:?}");
    let home = tempfile::tempdir().unwrap();
    for command in commands {
        // The group takes long, and gigabytes of the folder.
        let quick = if command.contains("--all") && !command.contains("cost") {
            format!("{command} --without cost")
        } else {
            command.to_owned()
        };
        let output = Command::new("sh")
            .args(["-c", &format!("exec \"$0\" {quick}")])
            .arg(program())
            .current_dir(home.path())
            .env("XDG_STATE_HOME", home.path())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let code = output.status.code();
        let differ = command.contains("--compare") && code == Some(1);
        assert!(code == Some(0) || differ, "{command}: {}", err(&output));
        let is_silent = output.stdout.is_empty() && !command.contains('>');
        assert!(!is_silent, "{command}");
    }
}
