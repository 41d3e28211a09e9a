//! The call log against strace, and the names of errors.

use std::collections::HashMap;
use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use mapscope::map::{
    Access, CallLog, MapRequest, Mapping, Mode, OpenFile, describe_errno, errno_name,
};

use super::support::{
    Outcome, PAGE, expect_rerun, full_name, is_root, opened, pattern, program_for_all, rerun_args,
    rerun_folder, run, scratch, skip_part, span,
};

/// Makes one call of each kind and writes the log's lines to the folder of the run.
fn make_calls(folder: &std::path::Path) -> Outcome {
    let path = folder.join("a \"file\"\t1");
    fs::write(&path, pattern(62))?;
    let log = CallLog::new();
    let file = OpenFile::open(&path, &log)?;
    let request = MapRequest {
        mode: Mode::Private,
        access: Access::ReadWrite,
        span: None,
    };
    let mut mapping = Mapping::create(&file, request, &log)?;
    mapping.store(3, b"\x001\"\\\xff7 and more than thirty-two bytes", &file)?;
    // Not by another process, whose end strace would tell in the middle of a call of ours.
    OpenOptions::new()
        .write(true)
        .open(&path)?
        .set_len(10 * PAGE)?;
    mapping.grow(10 * PAGE)?;
    mapping.discard(span(0, 1)?)?;
    let request = MapRequest {
        mode: Mode::Shared,
        access: Access::ReadWrite,
        span: Some(span(5_000, 9_000)?),
    };
    let window = Mapping::create(&file, request, &log)?;
    window.flush(Some(span(8_200, 8_300)?))?;
    file.pwrite(5, b"1")?;
    drop(window);
    drop(mapping);
    fs::set_permissions(&path, Permissions::from_mode(0o000))?;
    assert!(OpenFile::open(&path, &log).is_err());
    let lines: Vec<String> = log
        .entries()
        .iter()
        .map(|record| format!("{record}\n"))
        .collect();
    fs::write(folder.join("lines"), lines.concat())?;
    Ok(())
}

/// The calls of a trace of several threads, each in one piece.
fn joined(trace: &str) -> Vec<String> {
    let mut calls = Vec::new();
    let mut unfinished = HashMap::new();
    for line in trace.lines() {
        let Some((pid, call)) = line.split_once(' ') else {
            continue;
        };
        if let Some(start) = call.strip_suffix(" <unfinished ...>") {
            unfinished.insert(pid, start.trim_start());
        } else if let Some((_, end)) = call.split_once(" resumed>") {
            calls.extend(unfinished.remove(pid).map(|start| format!("{start}{end}")));
        } else {
            calls.push(call.trim_start().to_owned());
        }
    }
    calls
}

#[test]
fn the_log_reads_as_strace_reads() -> Outcome {
    let name = "the_log_reads_as_strace_reads";
    if let Some(folder) = rerun_folder() {
        return make_calls(&folder);
    }
    if run("strace", &["-V"]).is_err() {
        skip_part(name, "strace is not installed");
        return Ok(());
    }
    let (_home, program, folder) = program_for_all(0o755)?;
    let trace = folder.join("trace");
    let mut command = Command::new("strace");
    command
        .args(["-f", "-a", "1", "-o"])
        .arg(&trace)
        .arg(&program);
    rerun_args(&mut command, &folder, &full_name(module_path!(), name));
    if is_root() {
        // Root may open everything, and a call that fails belongs to the test.
        command.uid(65534).gid(65534);
    }
    if let Err(why) = expect_rerun(command) {
        if why.to_string().contains("ptrace") {
            skip_part(name, "this system does not let strace trace");
            return Ok(());
        }
        return Err(why);
    }
    let traced = joined(&fs::read_to_string(&trace)?);
    let mut traced = traced.iter();
    let ours = fs::read_to_string(folder.join("lines"))?;
    let mut calls = Vec::new();
    for line in ours.lines() {
        // In order: each line of ours is found after the one before.
        assert!(
            traced.any(|call| call == line),
            "strace does not have, or not in this place:\n{line}\nall of ours:\n{ours}"
        );
        calls.push(line.split('(').next().unwrap_or_default());
    }
    assert!(
        ours.contains(" = -1 EACCES (Permission denied)\n"),
        "{ours}"
    );
    for call in [
        "openat",
        "mmap",
        "munmap",
        "process_vm_writev",
        "mremap",
        "madvise",
        "msync",
        "pwrite64",
    ] {
        assert!(calls.contains(&call), "{call} is not in the log:\n{ours}");
    }
    Ok(())
}

#[test]
fn the_log_keeps_the_last_sixty_calls() -> Outcome {
    let (_folder, path) = scratch(b"content")?;
    let (file, log) = opened(&path)?;
    for _ in 0..2_100 {
        file.pwrite(0, b"C")?;
    }
    let entries = log.entries();
    assert_eq!(entries.len(), 60);
    let last = entries.last().map_or(0, |record| record.seq);
    assert!(last >= 2_100);
    assert!(
        entries
            .iter()
            .rev()
            .map(|record| record.seq)
            .eq((last - 59..=last).rev())
    );
    assert_eq!(CallLog::new().entries(), []);
    Ok(())
}

#[test]
fn errors_have_their_names() {
    for (errno, name, words) in [
        (1, "EPERM", "Operation not permitted (EPERM)"),
        (11, "EAGAIN", "Resource temporarily unavailable (EAGAIN)"),
        (13, "EACCES", "Permission denied (EACCES)"),
        (28, "ENOSPC", "No space left on device (ENOSPC)"),
        (40, "ELOOP", "Too many levels of symbolic links (ELOOP)"),
        (95, "EOPNOTSUPP", "Operation not supported (EOPNOTSUPP)"),
        (
            133,
            "EHWPOISON",
            "Memory page has hardware error (EHWPOISON)",
        ),
        (9_999, "errno ?", "Unknown error 9999 (error 9999)"),
    ] {
        assert_eq!(
            (errno_name(errno), describe_errno(errno).as_str()),
            (name, words)
        );
    }
    let unnamed: Vec<i32> = (1..134)
        .filter(|errno| errno_name(*errno) == "errno ?")
        .collect();
    assert_eq!(unnamed, [41, 58], "Linux has no errors of these numbers");
}
