//! Files whose pages are the kernel's own memory: no page of a file stands behind them, and the kernel copies from them
//! only for a call that loads as the program would.

use std::path::Path;
use std::process::Command;

use mapscope::map::{
    Access, Bar, CallLog, MapError, MapRequest, Mapping, Mode, Primitive, Unavailable, Way,
    primitive,
};

use super::support::{Outcome, PAGE, mapped, opened, skip_part, span};

const TYPES: &str = "/sys/kernel/btf/vmlinux";

/// Whether there is such a file here that can be mapped (Linux 6.16), which another program than ours finds out.
fn is_here(test: &str) -> bool {
    let program = "import mmap\n\
        f = open('/sys/kernel/btf/vmlinux', 'rb')\n\
        mmap.mmap(f.fileno(), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ)\n";
    let maps = Command::new("python3").args(["-c", program]).output();
    let is_here = maps.is_ok_and(|output| output.status.success());
    if !is_here {
        skip_part(test, "no /sys/kernel/btf/vmlinux that can be mapped");
    }
    is_here
}

#[test]
fn it_is_read_by_the_call_that_can() -> Outcome {
    if !is_here("it_is_read_by_the_call_that_can") {
        return Ok(());
    }
    let (file, _) = opened(Path::new(TYPES))?;
    let mapping = mapped(&file, Mode::Private, Access::ReadOnly)?;
    assert_eq!(mapping.primitive(), primitive(), "nothing was tried yet");
    let end = file.file_len()?;
    for (start, end) in [(0, 8), (PAGE - 3, 3 * PAGE + 5), (end - 100, end)] {
        let window = span(start, end)?;
        let out = mapping.read(window, &file);
        assert!(out.is_whole(), "{:?}", out.gaps);
        assert_eq!(out.bytes, file.pread(window).bytes);
    }
    assert_eq!(mapping.primitive(), Primitive::Pipe);
    if primitive() != Primitive::Pipe {
        assert_eq!(
            mapping.page_states(span(0, PAGE)?),
            Err(Unavailable::NoFilePages),
            "the page table calls these pages absent, which they are not"
        );
    }
    // The choice is this mapping's: any other keeps its own.
    let program = std::env::current_exe()?;
    let (other, _) = opened(&program)?;
    let beside = mapped(&other, Mode::Private, Access::ReadOnly)?;
    assert!(beside.read(span(0, 4)?, &other).is_whole());
    assert_eq!(beside.primitive(), primitive());
    Ok(())
}

/// It cannot be written or shared, whatever is asked for: the refusal says what works, and the nearest way is found.
#[test]
fn every_way_ends_in_private_reading() -> Outcome {
    if !is_here("every_way_ends_in_private_reading") {
        return Ok(());
    }
    let (file, _) = opened(Path::new(TYPES))?;
    let reading = Way::new(Mode::Private, Access::ReadOnly);
    for (mode, access) in [
        (Mode::Private, Access::ReadWrite),
        (Mode::Shared, Access::ReadOnly),
        (Mode::Shared, Access::ReadWrite),
    ] {
        let request = MapRequest {
            mode,
            access,
            span: None,
        };
        match Mapping::create(&file, request, &CallLog::new()) {
            Err(MapError::Refused(refusal)) => assert_eq!(refusal.works, [reading], "{refusal}"),
            other => return Err(format!("{mode} {access}: {other:?}").into()),
        }
        let (mapping, refusal) = Mapping::create_nearest(&file, request, &CallLog::new())?;
        let refusal = refusal.ok_or("nothing was refused")?;
        if mode == Mode::Private {
            assert_eq!(refusal.bar, Bar::ReadingOnly);
            assert!(
                refusal.to_string().contains("for reading only: Permission denied (EACCES); it can be looked at (private, read-only)"),
                "{refusal}"
            );
        }
        assert_eq!(Way::new(mapping.mode(), mapping.access()), reading);
        assert!(mapping.read(span(0, 100)?, &file).is_whole());
    }
    Ok(())
}

/// The command line answers, with the first byte of the format's magic number.
#[test]
fn a_lookup_in_it_is_answered() -> Outcome {
    if !is_here("a_lookup_in_it_is_answered") {
        return Ok(());
    }
    let output = Command::new(env!("CARGO_BIN_EXE_mapscope"))
        .args(["lookup", TYPES, "0"])
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    assert_eq!(text, "Received char at 0 is 0x9f\n");
    assert!(output.status.success());
    Ok(())
}
