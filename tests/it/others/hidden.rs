//! What the kernel does not show: it is counted, with the reason; and everything else holds for a user without rights too.

use super::*;

/// Set in the run that is made for a user without rights.
const AGAIN: &str = "MAPSCOPE_TEST_WITHOUT_RIGHTS";

#[test]
fn a_user_without_rights_sees_the_same_of_own_programs() {
    if !is_root() {
        return; // then all the others here are just that
    }
    assert!(std::env::var_os(AGAIN).is_none(), "rights were to be gone");
    let module = module_path!().split_once("::").unwrap().1;
    let module = module.rsplit_once("::").unwrap().0;
    let run = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(std::env::current_exe().unwrap())
        .args([&format!("{module}::"), "--test-threads=2"])
        .env(AGAIN, "1")
        // What needs rights was seen in the run that has them.
        .env_remove("MAPSCOPE_REQUIRE_ALL")
        .env("HOME", "/")
        .output();
    let Ok(run) = run else {
        crate::skip::skip("there is no setpriv");
        return;
    };
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(
        run.status.success() && !said.contains(" 0 passed"),
        "{said}\n{}",
        String::from_utf8_lossy(&run.stderr)
    );
}

#[test]
fn a_program_that_may_not_be_looked_into_is_counted() {
    if is_root() {
        return; // who may look into everything; the run without rights comes here again
    }
    let (_dir, path) = file(2);
    let watched = Watched::new(&path, 0);
    let mut program = Program::start();
    program.map(&path, "shared");
    watched.with(program.pid, 1);
    let hidden_own = |others: &Others| {
        let own = others.hidden.iter().filter(|hiding| hiding.is_own_user);
        own.map(|hiding| hiding.n).sum::<usize>()
    };
    let before = hidden_own(&watched.whole());
    program.ask(&json!(["hide"]));
    let pid = program.pid;
    let others = watched.until("it is hidden", |others| {
        of(others, pid).is_none() && hidden_own(others) > before
    });
    let hiding = others.hidden.iter().find(|hiding| hiding.is_own_user);
    assert_eq!(mapscope::map::errno_name(hiding.unwrap().errno), "EACCES");
    // And one that hid itself before anybody watched.
    let again = Watched::new(&path, 0);
    let others = again.whole();
    assert!(of(&others, pid).is_none() && hidden_own(&others) > before);
    // The first process is root's, which others may not look into.
    assert!(others.hidden.iter().any(|hiding| !hiding.is_own_user));
}

#[test]
fn the_kernels_own_threads_and_the_dead_are_not_hidden() {
    let (_dir, path) = file(2);
    // They map nothing, whoever asks.
    let mut dead = Command::new("true").spawn().unwrap();
    let is_dead = || crate::processes::state_of(dead.id()) == Some('Z');
    let deadline = Instant::now() + LONG;
    while !is_dead() {
        assert!(Instant::now() < deadline);
        std::thread::yield_now();
    }
    let before = n_with_memory();
    let others = Watched::new(&path, 0).whole();
    let most = before.max(n_with_memory());
    assert!(others.n_looked > 0);
    // Some may have started and ended meanwhile, but not as many as the kernel has threads.
    assert!(others.n_hidden() <= most + 9, "{most}: {others:?}");
    dead.wait().unwrap();
}

/// How many processes have memory of their own.
fn n_with_memory() -> usize {
    let pids = fs::read_dir("/proc").unwrap();
    let pids = pids.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let statm = fs::read_to_string(format!("/proc/{pid}/statm"));
        statm.is_ok_and(|statm| !statm.starts_with("0 "))
    })
    .count()
}
