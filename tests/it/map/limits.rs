//! Sizes: terabytes in constant memory, and the ends of the address space.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use mapscope::map::{Access, CallLog, MapError, MapRequest, Mapping, Mode, OpenFile};

use super::support::{
    Outcome, PAGE, expect_rerun, full_name, opened, private, program_for_all, rerun_args,
    rerun_folder, scratch, skip_part, smaps_kib, span,
};

const TIB: u64 = 1 << 40;

/// Resident memory of this process that holds no file's page, in KiB.
fn own_memory_kib() -> Result<u64, Box<dyn std::error::Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find(|line| line.starts_with("RssAnon:"))
        .ok_or("no RssAnon")?;
    Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
}

/// Row 34. Runs in a process of its own, so that other tests do not count.
#[test]
fn terabytes_open_for_private_writing_in_constant_memory() -> Outcome {
    let name = "terabytes_open_for_private_writing_in_constant_memory";
    if rerun_folder().is_none() {
        let (_home, program, folder) = program_for_all(0o755)?;
        let mut command = Command::new(program);
        rerun_args(&mut command, &folder, &full_name(module_path!(), name));
        return expect_rerun(command).map(|_| ());
    }
    let (_folder, path) = scratch(b"x")?;
    for len in [TIB, 10 * TIB] {
        OpenOptions::new().write(true).open(&path)?.set_len(len)?;
        let before = own_memory_kib()?;
        let start = Instant::now();
        let (file, _) = opened(&path)?;
        let mapping = private(&file)?;
        let opening = start.elapsed();
        for index in 0..200 {
            mapping.store(len / 200 * index, b"!", &file)?;
            let _looked_at =
                mapping.read(span(len - 4096 * (index + 1), len - 4096 * index)?, &file);
        }
        let start = Instant::now();
        let copies = mapping.private_copies(1_000)?;
        let scanning = start.elapsed();
        assert_eq!(copies.len(), 200);
        let grown = own_memory_kib()?.saturating_sub(before);
        let _told = writeln!(
            std::io::stderr(),
            "{} TiB: opened in {opening:?}, 200 copies found in {scanning:?}, {grown} KiB more",
            len / TIB
        );
        assert!(
            grown < 4 * 1024,
            "200 copies are 800 KiB, and the rest is small: {grown} KiB"
        );
        let start = Instant::now();
        mapping.give_back(span(0, 0)?)?;
        let _told = writeln!(std::io::stderr(), "given back in {:?}", start.elapsed());
        assert_eq!(smaps_kib(mapping.address(), "Rss")?, 800);
        assert_eq!(fs::metadata(&path)?.len(), len);
    }
    Ok(())
}

/// Row 35.
#[test]
fn a_limit_on_the_address_space_is_named_and_a_window_fits() -> Outcome {
    let name = "a_limit_on_the_address_space_is_named_and_a_window_fits";
    if rerun_folder().is_none() {
        let (_home, program, folder) = program_for_all(0o755)?;
        let mut command = Command::new("sh");
        command
            .args(["-c", "ulimit -v 1048576 && exec \"$0\" \"$@\""])
            .arg(program);
        rerun_args(&mut command, &folder, &full_name(module_path!(), name));
        return expect_rerun(command).map(|_| ());
    }
    let (_folder, path) = scratch(b"x")?;
    OpenOptions::new()
        .write(true)
        .open(&path)?
        .set_len(2 << 30)?;
    let (file, _) = opened(&path)?;
    let request = MapRequest {
        mode: Mode::Private,
        access: Access::ReadWrite,
        span: None,
    };
    let refusal = Mapping::create(&file, request, &CallLog::new()).err();
    let wanted = MapError::NoAddressSpace {
        path: path.clone(),
        need_bytes: 2 << 30,
        limit_bytes: Some(1 << 30),
    };
    assert_eq!(refusal, Some(wanted));
    let sentence = refusal
        .map(|refusal| refusal.to_string())
        .unwrap_or_default();
    let wanted = "The mapping needs 2.0 GiB of address space, and the limit is 1.0 GiB (ENOMEM, RLIMIT_AS); \
        map a window of the file with --offset and --length: ";
    assert_eq!(sentence, format!("{wanted}{}", path.display()));
    let window = MapRequest {
        span: Some(span(1 << 30, (1 << 30) + (16 << 20))?),
        ..request
    };
    assert!(
        Mapping::create(&file, window, &CallLog::new())?
            .read(span(1 << 30, (1 << 30) + 1)?, &file)
            .is_whole()
    );
    Ok(())
}

/// Row 36: a file longer than any mapping. Only some file systems hold one.
#[test]
fn a_file_longer_than_the_address_space_is_looked_at_by_windows() -> Outcome {
    let name = "a_file_longer_than_the_address_space_is_looked_at_by_windows";
    let Ok(file) = tempfile::NamedTempFile::new_in(Path::new("/dev/shm")) else {
        skip_part(name, "/dev/shm cannot be written");
        return Ok(());
    };
    let len = 200 * TIB;
    if let Err(why) = file.as_file().set_len(len) {
        skip_part(name, &format!("no file of 200 TiB: {why}"));
        return Ok(());
    }
    let log = CallLog::new();
    let file = OpenFile::open(file.path(), &log)?;
    let request = MapRequest {
        mode: Mode::Private,
        access: Access::ReadWrite,
        span: None,
    };
    let refusal = Mapping::create(&file, request, &log).err();
    assert!(
        matches!(refusal, Some(MapError::NoAddressSpace { need_bytes, .. }) if need_bytes == len),
        "{refusal:?}"
    );
    let sentence = refusal
        .map(|refusal| refusal.to_string())
        .unwrap_or_default();
    assert!(
        sentence.contains("200.0 TiB") && sentence.contains("--offset"),
        "{sentence}"
    );
    let window = MapRequest {
        span: Some(span(len - 5 * PAGE, len)?),
        ..request
    };
    let mapping = Mapping::create(&file, window, &log)?;
    mapping.store(len - 1, b"!", &file)?;
    assert_eq!(mapping.read(span(len - 1, len)?, &file).bytes, b"!");
    Ok(())
}
