//! The right to write: asked for late, refused in words, and flushes.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use mapscope::map::{
    Access, Bar, CallLog, MapError, MapRequest, Mapping, Mode, OpenFile, StoreError, Way,
};

use super::support::{
    Mounted, Outcome, as_nobody, copy_program, in_file, is_root, opened, pattern, private, run,
    scratch, shared, skip_part, span, wait_until,
};

/// A shared read-write mapping is refused with `errno` and words, and private editing works.
#[track_caller]
fn check_private_only(file: &OpenFile, bar: Bar, errno: i32, words: &str) -> Outcome {
    let request = MapRequest {
        mode: Mode::Shared,
        access: Access::ReadWrite,
        span: None,
    };
    let refusal = match Mapping::create(file, request, &CallLog::new()) {
        Err(MapError::Refused(refusal)) => refusal,
        other => return Err(format!("not a refusal to write: {other:?}").into()),
    };
    assert_eq!(
        (refusal.bar, refusal.errno, refusal.path.as_path()),
        (bar, errno, file.path())
    );
    assert_eq!(
        refusal.works,
        [
            Way::new(Mode::Shared, Access::ReadOnly),
            Way::new(Mode::Private, Access::ReadWrite),
            Way::new(Mode::Private, Access::ReadOnly)
        ]
    );
    let (nearest, why) = Mapping::create_nearest(file, request, &CallLog::new())?;
    assert_eq!(
        (nearest.mode(), nearest.access()),
        (Mode::Shared, Access::ReadOnly)
    );
    assert_eq!(why.as_ref(), Some(&refusal));
    let sentence = refusal.to_string();
    assert!(
        sentence.contains(words) && sentence.contains("private editing works"),
        "{sentence}"
    );
    assert!(matches!(
        file.pwrite(0, b"x"),
        Err(StoreError::NotWritable(_))
    ));
    let mapping = private(file)?;
    mapping.store(0, b"private", file)?;
    assert_eq!(mapping.read(span(0, 7)?, file).bytes, b"private");
    assert_ne!(file.pread(span(0, 7)?).bytes, b"private");
    Ok(())
}

/// Row 27.
#[test]
fn a_read_only_file_takes_private_edits_only() -> Outcome {
    as_nobody(
        module_path!(),
        "a_read_only_file_takes_private_edits_only",
        |folder| {
            let path = folder.join("guarded");
            fs::write(&path, pattern(100))?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o444))?;
            let (file, _) = opened(&path)?;
            check_private_only(
                &file,
                Bar::NoPermission,
                13,
                "no permission to write the file: Permission denied (EACCES)",
            )
        },
    )
}

/// Row 30.
#[test]
fn a_running_program_takes_private_edits_only() -> Outcome {
    let (folder, _) = scratch(b"")?;
    let path = folder.path().join("sleep");
    copy_program(Path::new("/bin/sleep"), &path, 0o755)?;
    let mut running = Command::new(&path).arg("60").stdin(Stdio::null()).spawn()?;
    let outcome = opened(&path).and_then(|(file, _)| {
        check_private_only(&file, Bar::RunningProgram, 26, "running program")
    });
    running.kill()?;
    running.wait()?;
    outcome
}

/// Row 32.
#[test]
fn a_read_only_mount_takes_private_edits_only() -> Outcome {
    let name = "a_read_only_mount_takes_private_edits_only";
    let Some(mounted) = Mounted::or_skip(name, || Mounted::tmpfs(1 << 20)) else {
        return Ok(());
    };
    let path = mounted.path().join("file");
    fs::write(&path, pattern(100))?;
    run(
        "mount",
        &["-o", "remount,ro", &mounted.path().display().to_string()],
    )?;
    let (file, _) = opened(&path)?;
    check_private_only(&file, Bar::ReadOnlyFileSystem, 30, "mounted read-only")
}

/// Row 33: another process holds a file in memory, sealed against writing.
#[test]
fn a_sealed_file_takes_private_edits_only() -> Outcome {
    let program = "import fcntl, os, sys\n\
        fd = os.memfd_create('sealed', os.MFD_ALLOW_SEALING)\n\
        os.write(fd, b'sealed content')\n\
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_WRITE)\n\
        print(fd, flush=True)\nsys.stdin.read()\n";
    let Ok(mut holder) = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
    else {
        skip_part(
            "a_sealed_file_takes_private_edits_only",
            "python3 is not there to make one",
        );
        return Ok(());
    };
    let mut line = String::new();
    std::io::BufRead::read_line(
        &mut std::io::BufReader::new(holder.stdout.take().ok_or("no output")?),
        &mut line,
    )?;
    let path = format!("/proc/{}/fd/{}", holder.id(), line.trim());
    let outcome = opened(Path::new(&path)).and_then(|(file, _)| {
        // Opening for writing is allowed, mapping is not: whichever refuses, private editing works.
        let request = MapRequest {
            mode: Mode::Shared,
            access: Access::ReadWrite,
            span: None,
        };
        let refusal = match Mapping::create(&file, request, &CallLog::new()) {
            Err(MapError::Refused(refusal)) => refusal,
            other => return Err(format!("a sealed file was mapped for writing: {other:?}").into()),
        };
        assert_eq!(refusal.bar, Bar::Sealed);
        let (nearest, _) = Mapping::create_nearest(&file, request, &CallLog::new())?;
        assert_eq!(
            (nearest.mode(), nearest.access()),
            (Mode::Shared, Access::ReadOnly)
        );
        let sentence = refusal.to_string();
        assert!(
            sentence.contains("sealed")
                && sentence.contains("EPERM")
                && sentence.contains("private editing works"),
            "{sentence}"
        );
        let mapping = private(&file)?;
        mapping.store(0, b"SEALED", &file)?;
        assert_eq!(mapping.read(span(0, 14)?, &file).bytes, b"SEALED content");
        assert_eq!(file.pread(span(0, 6)?).bytes, b"sealed");
        Ok(())
    });
    drop(holder.stdin.take());
    holder.wait()?;
    outcome
}

/// Row 31.
#[test]
fn swap_space_takes_private_edits_only() -> Outcome {
    let name = "swap_space_takes_private_edits_only";
    if !is_root() {
        skip_part(name, "swap space needs root");
        return Ok(());
    }
    let (_folder, path) = scratch(&vec![0; 1 << 20])?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    let text = path.display().to_string();
    if let Err(why) = run("mkswap", &[&text]).and_then(|_| run("swapon", &[&text])) {
        skip_part(name, &why.to_string());
        return Ok(());
    }
    let outcome = opened(&path).and_then(|(file, _)| {
        let request = MapRequest {
            mode: Mode::Shared,
            access: Access::ReadWrite,
            span: None,
        };
        let (nearest, refusal) = Mapping::create_nearest(&file, request, &CallLog::new())?;
        let refusal = refusal.ok_or("swap space was mapped shared for writing")?;
        assert_eq!((refusal.bar, refusal.errno), (Bar::SwapSpace, 26));
        assert!(!Way::new(nearest.mode(), nearest.access()).writes_the_file());
        assert!(nearest.read(span(0, 4096)?, &file).is_whole());
        Ok(())
    });
    run("swapoff", &[&text])?;
    outcome
}

/// Row 29: made immutable after it was mapped shared for writing.
#[test]
fn a_file_made_immutable_refuses_stores() -> Outcome {
    let name = "a_file_made_immutable_refuses_stores";
    if !is_root() {
        skip_part(name, "chattr needs root");
        return Ok(());
    }
    let (_folder, path) = scratch(&pattern(8192))?;
    let (file, _) = opened(&path)?;
    let mapping = shared(&file)?;
    if let Err(why) = run("chattr", &["+i", &path.display().to_string()]) {
        skip_part(name, &why.to_string());
        return Ok(());
    }
    let refusal = mapping.store(5_000, b"x", &file);
    let private_works = private(&file).and_then(|mapping| Ok(mapping.store(5_000, b"x", &file)?));
    let (again, _) = opened(&path)?;
    let words = again
        .writer()
        .err()
        .map(|refusal| refusal.to_string())
        .unwrap_or_default();
    run("chattr", &["-i", &path.display().to_string()])?;
    let sentence = refusal
        .err()
        .map(|refusal| refusal.to_string())
        .unwrap_or_default();
    assert!(
        sentence.contains("EPERM") && sentence.starts_with("Not written"),
        "{sentence}"
    );
    assert!(words.starts_with("The file is immutable: "), "{words}");
    assert_eq!(private_works?, pattern(8192)[5_000..5_001]);
    assert_eq!(fs::read(&path)?, pattern(8192));
    Ok(())
}

#[test]
fn a_plain_write_never_makes_the_file_longer() -> Outcome {
    let (_folder, path) = scratch(b"0123456789")?;
    let (file, log) = opened(&path)?;
    assert_eq!(
        file.pwrite(8, b"abc"),
        Err(StoreError::PastFileEnd {
            offset: 8,
            len: 3,
            file_len: 10
        })
    );
    assert_eq!(
        file.pwrite(u64::MAX, b"abc"),
        Err(StoreError::PastFileEnd {
            offset: u64::MAX,
            len: 3,
            file_len: 10
        })
    );
    file.pwrite(8, b"ab")?;
    assert_eq!(fs::read(&path)?, b"01234567ab");
    assert_eq!(
        log.entries()
            .iter()
            .filter(|record| record.call == "pwrite64")
            .count(),
        1
    );
    Ok(())
}

#[test]
fn a_flush_says_what_it_covered() -> Outcome {
    let (_folder, path) = scratch(&pattern(10_000))?;
    let (file, log) = opened(&path)?;
    let request = MapRequest {
        mode: Mode::Shared,
        access: Access::ReadWrite,
        span: None,
    };
    let mapping = Mapping::create(&file, request, &log)?;
    mapping.store(9_999, b"!", &file)?;
    let report = mapping.flush(None)?;
    assert_eq!(
        (report.span, report.mode, report.earlier_failure),
        (span(0, 10_000)?, Mode::Shared, None)
    );
    assert_eq!(
        mapping.flush(Some(span(5_000, 20_000)?))?.span,
        span(5_000, 10_000)?
    );
    assert_eq!(in_file(&path, 9_999, 1)?, b"!");
    let calls: Vec<String> = log
        .entries()
        .iter()
        .filter(|record| record.call == "msync")
        .map(ToString::to_string)
        .collect();
    let base = mapping.address();
    assert_eq!(
        calls,
        [
            format!("msync({base:#x}, 10000, MS_SYNC) = 0"),
            format!("msync({:#x}, 5904, MS_SYNC) = 0", base + 4096)
        ]
    );

    let ours = private(&file)?;
    ours.store(0, b"\x7f", &file)?;
    assert_eq!(ours.flush(None)?.mode, Mode::Private);
    assert_ne!(in_file(&path, 0, 1)?, b"\x7f");
    Ok(())
}

/// Row 16: the device below runs out of space; the failure is told once by the kernel, and by us ever after.
#[test]
fn a_flush_that_fails_is_final() -> Outcome {
    let name = "a_flush_that_fails_is_final";
    // The inner file system believes in 64 MiB; the outer one, in which its image lies sparse, has 16.
    let Some(outer) = Mounted::or_skip(name, || Mounted::tmpfs(16 << 20)) else {
        return Ok(());
    };
    let image = outer.path().join("image");
    let Some(inner) = Mounted::or_skip(name, || Mounted::ext4(&image, 64 << 20)) else {
        return Ok(());
    };
    let path = inner.path().join("file");
    fs::File::create(&path)?.set_len(8 << 20)?;
    let (file, _) = opened(&path)?;
    let mapping = shared(&file)?;
    let filler = outer.path().join("filler");
    let _full = fs::write(&filler, vec![1; 32 << 20]);
    wait_until("the outer file system is full", || {
        fs::metadata(&filler).is_ok()
    })?;
    for page in 0..2048 {
        mapping.store(page * 4096, b"data", &file)?;
    }
    let failure = mapping
        .flush(None)
        .err()
        .ok_or("the flush succeeded on a full device")?;
    assert!(failure.to_string().contains("final"), "{failure}");
    assert!([5, 28].contains(&failure.errno), "{failure}");
    let beside = shared(&file)?;
    // The kernel soon says that all is well. We do not forget.
    let mut last = failure;
    let report = loop {
        match mapping.flush(None) {
            Ok(report) => break report,
            Err(again) => last = again,
        }
    };
    assert_eq!(report.earlier_failure, Some(last.errno));
    assert_eq!(
        beside.flush(None).map(|report| report.earlier_failure),
        Ok(Some(last.errno)),
        "another mapping of the file knows it too"
    );
    fs::remove_file(&filler)?;
    Ok(())
}
