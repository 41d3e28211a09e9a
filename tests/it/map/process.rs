//! What a helper process asks of the kernel for itself.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use mapscope::map::{die_with_parent, keep_freed_memory, page_bytes};

use super::support::{
    Outcome, full_name, program_for_all, rerun_args, rerun_folder, run, wait_until,
};

/// Three generations: the test, a parent that starts a helper, the helper. The test kills the parent.
#[test]
fn a_helper_dies_with_its_parent() -> Outcome {
    let name = full_name(module_path!(), "a_helper_dies_with_its_parent");
    let folder = rerun_folder();
    let pids = |folder: &std::path::Path| folder.join("pid");
    match (folder, std::env::var("MAPSCOPE_TEST_ROLE").as_deref()) {
        (Some(folder), Ok("helper")) => {
            die_with_parent();
            let ready = folder.join("half");
            writeln!(fs::File::create(&ready)?, "{}", std::process::id())?;
            fs::rename(&ready, pids(&folder))?;
            std::thread::sleep(Duration::from_mins(1));
            Ok(())
        }
        (Some(folder), _) => {
            let mut helper = Command::new(std::env::current_exe()?);
            rerun_args(&mut helper, &folder, &name);
            helper
                .env("MAPSCOPE_TEST_ROLE", "helper")
                .stdout(Stdio::null())
                .spawn()?
                .wait()?;
            Ok(())
        }
        (None, _) => {
            let (_home, program, folder) = program_for_all(0o755)?;
            let mut parent = Command::new(program);
            rerun_args(&mut parent, &folder, &name);
            let mut parent = parent.stdout(Stdio::null()).spawn()?;
            wait_until("the helper is ready", || pids(&folder).exists())?;
            let helper = fs::read_to_string(pids(&folder))?.trim().to_owned();
            let status = format!("/proc/{helper}/status");
            assert!(fs::exists(&status)?);
            parent.kill()?;
            parent.wait()?;
            // Gone, or a zombie that its new parent has not buried yet.
            wait_until("the helper is gone", || {
                fs::read_to_string(&status).map_or(true, |text| text.contains("State:\tZ"))
            })
        }
    }
}

#[test]
fn page_size_is_the_systems_and_the_allocator_goes_on_working() -> Outcome {
    let said = String::from_utf8(run("getconf", &["PAGESIZE"])?.stdout)?;
    assert_eq!(page_bytes(), said.trim().parse::<u64>()?);
    keep_freed_memory();
    assert_eq!(vec![7_u8; 1 << 20].len(), 1 << 20);
    Ok(())
}
