//! Opening: what is refused and in which words, and that the right file is open.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use mapscope::map::{
    Access, Bar, CallLog, CallResult, Identity, MapRequest, Mapping, Mode, OpenErrorKind, OpenFile,
    PathState, StoreError, Unavailable,
};
use tempfile::TempDir;

use super::support::{
    Outcome, as_nobody, copy_program, in_file, opened, pattern, private, run, scratch, span,
    wait_until, write_by_other,
};
use crate::machine::LoopDevice;

/// Opening `path` is refused with `kind`, in one sentence with the error's name and the path; the log of it.
#[track_caller]
fn check_refused(path: &Path, kind: OpenErrorKind, errno: &str) -> CallLog {
    let log = CallLog::new();
    let refusal = OpenFile::open(path, &log).err();
    assert_eq!(
        refusal.as_ref().map(mapscope::map::OpenError::kind),
        Some(kind),
        "{}",
        path.display()
    );
    let sentence = refusal
        .map(|refusal| refusal.to_string())
        .unwrap_or_default();
    assert!(sentence.contains(&format!("({errno})")), "{sentence}");
    assert!(
        sentence.ends_with(&path.display().to_string()),
        "{sentence}"
    );
    assert_eq!(sentence.lines().count(), 1, "{sentence}");
    log
}

fn was_opened(log: &CallLog) -> bool {
    log.entries()
        .iter()
        .any(|record| record.call.starts_with("open"))
}

/// Row 23.
#[test]
fn an_empty_file_is_refused() -> Outcome {
    let (_folder, path) = scratch(b"")?;
    check_refused(&path, OpenErrorKind::Empty, "EINVAL");
    let maps = fs::read_to_string("/proc/self/maps")?;
    assert!(
        !maps.contains(&path.display().to_string()),
        "the trial mapping is gone"
    );
    Ok(())
}

/// Row 24. A FIFO without a writer must not block, and neither it nor a socket or a device is opened at all.
#[test]
fn what_is_no_file_is_refused_unopened() -> Outcome {
    let folder = TempDir::new()?;
    let fifo = folder.path().join("fifo");
    run("mkfifo", &[fifo.as_os_str()])?;
    let socket = folder.path().join("socket");
    let _listener = UnixListener::bind(&socket)?;
    for (path, kind, errno) in [
        (folder.path(), OpenErrorKind::Directory, "EISDIR"),
        (&fifo, OpenErrorKind::Fifo, "ENODEV"),
        (&socket, OpenErrorKind::Socket, "ENXIO"),
        (
            Path::new("/dev/null"),
            OpenErrorKind::CharacterDevice,
            "ENODEV",
        ),
        (
            Path::new("/dev/zero"),
            OpenErrorKind::CharacterDevice,
            "ENODEV",
        ),
    ] {
        let log = check_refused(path, kind, errno);
        assert!(!was_opened(&log), "{} was opened", path.display());
    }
    Ok(())
}

/// Rows 24 and 25: the length that such a file claims does not matter, the trial mapping does.
#[test]
fn files_that_the_kernel_makes_up_are_refused() {
    check_refused(
        Path::new("/proc/self/maps"),
        OpenErrorKind::Pseudo,
        "ENODEV",
    );
    check_refused(Path::new("/proc/cpuinfo"), OpenErrorKind::Pseudo, "EIO");
    check_refused(
        Path::new("/sys/kernel/mm/transparent_hugepage/enabled"),
        OpenErrorKind::Pseudo,
        "ENODEV",
    );
}

#[test]
fn paths_that_lead_nowhere_are_refused() -> Outcome {
    let (folder, path) = scratch(b"x")?;
    check_refused(
        &folder.path().join("nothing"),
        OpenErrorKind::NotFound,
        "ENOENT",
    );
    check_refused(&path.join("below"), OpenErrorKind::Other, "ENOTDIR");
    let (here, there) = (folder.path().join("here"), folder.path().join("there"));
    symlink(&here, &there)?;
    symlink(&there, &here)?;
    check_refused(&here, OpenErrorKind::SymlinkLoop, "ELOOP");
    Ok(())
}

#[test]
fn a_name_that_is_no_text_opens_and_is_shown_on_one_line() -> Outcome {
    let (folder, _) = scratch(b"x")?;
    let odd = folder
        .path()
        .join(OsStr::from_bytes(b"a\xff\n\x1b[31m\xe2\x80\xaeb"));
    let log = CallLog::new();
    let sentence = OpenFile::open(&odd, &log)
        .err()
        .map(|refusal| refusal.to_string())
        .unwrap_or_default();
    assert!(
        sentence.ends_with("a\\xff\\u{a}\\u{1b}[31m\\u{202e}b"),
        "{sentence}"
    );
    fs::write(&odd, b"odd name")?;
    let (file, _) = opened(&odd)?;
    assert_eq!(private(&file)?.read(span(0, 8)?, &file).bytes, b"odd name");
    Ok(())
}

/// Nothing opens a block device for writing before somebody said so; from then on it is as any file.
fn check_asked_once(file: &OpenFile) -> Outcome {
    let log = CallLog::new();
    let file = OpenFile::open(file.path(), &log)?;
    let request = MapRequest {
        mode: Mode::Shared,
        access: Access::ReadWrite,
        span: None,
    };
    let (nearest, refusal) = Mapping::create_nearest(&file, request, &log)?;
    let refusal = refusal.ok_or("a block device was opened for writing unasked")?;
    assert_eq!(refusal.bar, Bar::BlockDevice);
    assert_eq!(
        (nearest.mode(), nearest.access()),
        (Mode::Shared, Access::ReadOnly)
    );
    let written = file.pwrite(0, b"x");
    assert_eq!(written, Err(StoreError::NotWritable(refusal)));
    let for_writing = || {
        let records = log.entries();
        let opens = records.iter().filter(|record| record.call == "openat");
        opens
            .filter(|record| record.args.contains("O_RDWR"))
            .count()
    };
    assert_eq!(for_writing(), 0, "{:?}", log.entries());
    file.allow_writing();
    let mapping = Mapping::create(&file, request, &log)?;
    let before = mapping.store(0, b"x", &file)?;
    mapping.store(0, &before, &file)?;
    assert_eq!(for_writing(), 1);
    Ok(())
}

/// Row 26.
#[test]
fn a_block_device_has_the_length_that_seeking_tells() -> Outcome {
    let content = pattern(64 * 512);
    let Some(device) = LoopDevice::or_skip(&content) else {
        return Ok(());
    };
    let (file, _) = opened(device.path())?;
    assert!(file.is_block_device());
    assert_eq!(file.file_len()?, 64 * 512);
    assert_eq!(
        fs::metadata(device.path())?.len(),
        0,
        "stat does not know it"
    );
    let whole = span(0, 64 * 512)?;
    check_asked_once(&file)?;
    assert_eq!(private(&file)?.read(whole, &file).bytes, content);
    assert_eq!(file.pread(whole).bytes, content);
    Ok(())
}

/// Row 28: permission is looked at when a file is opened, and never again.
#[test]
fn a_view_outlives_the_permission_to_open() -> Outcome {
    as_nobody(
        module_path!(),
        "a_view_outlives_the_permission_to_open",
        |folder| {
            let path = folder.join("closed");
            fs::write(&path, b"still here")?;
            let (file, _) = opened(&path)?;
            let mapping = private(&file)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o000))?;
            assert_eq!(mapping.read(span(0, 10)?, &file).bytes, b"still here");
            check_refused(&path, OpenErrorKind::NoPermission, "EACCES");
            assert!(matches!(file.path_state(), PathState::Same));
            Ok(())
        },
    )
}

#[test]
fn opening_leaves_a_program_startable() -> Outcome {
    let (folder, _) = scratch(b"")?;
    let path = folder.path().join("true");
    copy_program(Path::new("/bin/true"), &path, 0o755)?;
    let (file, log) = opened(&path)?;
    let _mapping = private(&file)?;
    assert!(Command::new(&path).status()?.success());
    file.writer()?;
    let refused = Command::new(&path).status().err().map(|error| error.kind());
    assert_eq!(refused, Some(std::io::ErrorKind::ExecutableFileBusy));
    file.release_writer();
    // A child that another test starts holds our descriptors for a moment.
    wait_until("the program starts again", || {
        Command::new(&path)
            .status()
            .is_ok_and(|status| status.success())
    })?;
    let calls: Vec<String> = log.entries().iter().map(ToString::to_string).collect();
    assert!(
        calls[0].contains("O_RDONLY|O_NOCTTY|O_NONBLOCK|O_CLOEXEC"),
        "{calls:?}"
    );
    Ok(())
}

#[test]
fn the_path_is_compared_with_the_open_file() -> Outcome {
    let (folder, path) = scratch(b"old content")?;
    let (file, _) = opened(&path)?;
    assert_eq!(file.path_state(), PathState::Same);
    assert_eq!(file.link_count()?, Some(1));

    let new = folder.path().join("new");
    fs::write(&new, b"new")?;
    fs::rename(&new, &path)?;
    match file.path_state() {
        PathState::Replaced { identity, len: 3 } => assert_ne!(identity, file.identity()),
        other => assert_eq!(other, PathState::Same, "it was replaced"),
    }
    assert_eq!(file.link_count()?, Some(0));
    assert_eq!(file.pread(span(0, 11)?).bytes, b"old content");

    fs::remove_file(&path)?;
    assert_eq!(file.path_state(), PathState::Deleted);
    symlink(&path, &path)?;
    assert!(
        matches!(
            file.path_state(),
            PathState::Unknown(Unavailable::Failed { errno: 40 })
        ),
        "{:?}",
        file.path_state()
    );
    Ok(())
}

#[test]
fn writing_reaches_the_open_file_also_without_its_name() -> Outcome {
    let (folder, path) = scratch(b"content")?;
    let (file, _) = opened(&path)?;
    let moved = folder.path().join("moved");
    fs::rename(&path, &moved)?;
    fs::write(&path, b"another")?;
    file.pwrite(0, b"C")?;
    assert_eq!(fs::read(&moved)?, b"Content");
    assert_eq!(fs::read(&path)?, b"another");
    file.release_writer();
    fs::remove_file(&moved)?;
    file.pwrite(1, b"O")?;
    assert_eq!(file.pread(span(0, 7)?).bytes, b"COntent");
    Ok(())
}

#[test]
fn a_second_opening_is_the_same_file_or_refused() -> Outcome {
    let (folder, path) = scratch(b"content")?;
    let (file, log) = opened(&path)?;
    let via = format!("/proc/{}/fd/{}", std::process::id(), file.as_raw_fd());
    let moved = folder.path().join("moved");
    fs::rename(&path, &moved)?;
    fs::write(&path, b"another")?;

    let same = OpenFile::open_same(Path::new(&via), &path, file.identity(), &log)?;
    assert_eq!(
        (same.identity(), same.path()),
        (file.identity(), path.as_path())
    );
    write_by_other(&moved, 0, b"K")?;
    assert_eq!(same.pread(span(0, 7)?).bytes, b"Kontent");

    let by_name =
        OpenFile::open_same(Path::new("/proc/self/fd/no"), &moved, file.identity(), &log)?;
    assert_eq!(by_name.identity(), file.identity());
    let other = Identity {
        dev: file.identity().dev,
        ino: file.identity().ino + 1_000_000_000,
    };
    let refusal = OpenFile::open_same(Path::new(&via), &path, other, &log).err();
    assert_eq!(
        refusal.map(|refusal| refusal.kind()),
        Some(OpenErrorKind::NotTheSame)
    );
    Ok(())
}

#[test]
fn a_plain_read_tells_where_the_file_ends() -> Outcome {
    let (_folder, path) = scratch(&pattern(10_000))?;
    let (file, log) = opened(&path)?;
    let before = log.entries().len();
    let out = file.pread(span(9_990, 10_010)?);
    assert_eq!(out.bytes[..10], in_file(&path, 9_990, 10)?);
    assert_eq!(out.bytes[10..], [0; 10]);
    assert_eq!(out.gaps.len(), 1);
    assert_eq!(
        (out.byte(9_999), out.byte(10_000), out.byte(9_989)),
        (Some(out.bytes[9]), None, None)
    );
    assert_eq!(file.pread(span(20_000, 20_004)?).gaps.len(), 1);
    assert!(file.pread(span(5, 5)?).is_whole());
    assert_eq!(
        log.entries().len(),
        before,
        "reads for painting are not listed"
    );
    assert!(log.painted_reads() >= 2);
    assert!(matches!(log.entries()[0].result, CallResult::Ok(_)));
    Ok(())
}
