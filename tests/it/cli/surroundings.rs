//! Limits, variables and displays that are not as they should be.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{check_refused, err, mapscope, out, program};

const ONE: &str = "shared-seen-by-shared";

/// The program with these arguments under a limit of the shell's `ulimit`.
fn limited(limit: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("ulimit {limit}; exec \"$0\" \"$@\"")])
        .arg(program())
        .args(arguments);
    command
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_no_signal() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().to_str().unwrap();
    let output = limited("-f 8", &["lab", ONE, "--dir", at])
        .output()
        .unwrap();
    check_refused(&output, 3, &["(EFBIG)", "ulimit -f", at]);
    let mut child = limited("-f 8", &["lookup", "-", "0"])
        .env("TMPDIR", dir.path())
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have ended before all is written.
    let _ = child.stdin.take().unwrap().write_all(&vec![b'x'; 1 << 16]);
    let output = child.wait_with_output().unwrap();
    check_refused(&output, 3, &["(EFBIG)", "ulimit -f", at]);
    assert_eq!(std::fs::read_dir(at).unwrap().count(), 0, "files are left");
}

/// A process of an experiment that stores beyond the limit is refused as the program is.
#[test]
fn a_peer_is_told_of_the_limit_too() {
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().to_str().unwrap();
    // enough for what is tried first, not for the file of the run
    let output = limited("-f 4096", &["lab", "cost-warm-random", "--dir", at])
        .output()
        .unwrap();
    let said = out(&output) + &err(&output);
    assert!(!said.contains("SIGXFSZ"), "{said}");
    assert!(
        said.contains("EFBIG") || said.contains("too large"),
        "{said}"
    );
}

#[test]
fn an_empty_variable_for_temporary_files_counts_as_none() {
    let output = mapscope(&["lab", ONE]).env("TMPDIR", "").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(out(&output).contains("in /tmp, "), "{}", out(&output));
}

#[test]
fn several_files_have_no_common_part() {
    let output = mapscope(&["a", "b", "--offset", "1"]).output().unwrap();
    check_refused(&output, 2, &["--offset", "--length", "one FILE"]);
    let output = mapscope(&["a", "b", "--length", "1"]).output().unwrap();
    check_refused(&output, 2, &["--offset", "--length", "one FILE"]);
    // Two files are fine: what is missing is a display.
    #[cfg(feature = "gui")]
    {
        let output = mapscope(&["a", "b", "--mode", "shared"]).output().unwrap();
        check_refused(&output, 2, &["No window", "DISPLAY"]);
    }
}

#[cfg(feature = "gui")]
mod display {
    use super::*;
    use mapscope::app::start::display::{DisplayProtocol, Surroundings, choose};

    #[test]
    fn a_display_that_is_not_there_is_told() {
        let refused = |display: &str, words: &[&str]| {
            let output = mapscope(&[]).env("DISPLAY", display).output().unwrap();
            check_refused(
                &output,
                2,
                &[&["No window", "`mapscope lookup FILE`"], words].concat(),
            );
        };
        refused("", &["neither WAYLAND_DISPLAY nor DISPLAY is set"]);
        refused(":4711", &["DISPLAY is :4711"]);
    }

    #[test]
    fn the_way_is_the_one_where_somebody_answers() {
        let set = |text: &str| Some(text.into());
        let stale = Surroundings {
            wayland_display: set("wayland-7"),
            runtime_dir: set("/run/user/1"),
            display: set(":1"),
            ..Surroundings::default()
        };
        let asked = std::cell::RefCell::new(Vec::new());
        let way = |surroundings: &Surroundings, answer: bool| {
            choose(surroundings, &|path: &Path| {
                asked.borrow_mut().push(path.to_owned());
                answer
            })
        };
        assert_eq!(way(&stale, true), Ok(DisplayProtocol::Wayland));
        assert_eq!(way(&stale, false), Ok(DisplayProtocol::X11));
        let only_wayland = Surroundings {
            display: None,
            ..stale.clone()
        };
        let error = way(&only_wayland, false).unwrap_err();
        assert!(error.contains("/run/user/1/wayland-7"), "{error}");
        let absolute = Surroundings {
            wayland_display: set("/elsewhere/w"),
            ..stale.clone()
        };
        assert_eq!(way(&absolute, true), Ok(DisplayProtocol::Wayland));
        let handed_down = Surroundings {
            wayland_socket: set("3"),
            ..stale.clone()
        };
        assert_eq!(way(&handed_down, false), Ok(DisplayProtocol::Wayland));
        let socket = PathBuf::from("/run/user/1/wayland-7");
        assert_eq!(
            *asked.borrow(),
            [
                socket.clone(),
                socket.clone(),
                socket,
                PathBuf::from("/elsewhere/w")
            ]
        );
    }

    #[test]
    fn a_scale_that_the_toolkit_panics_at_is_told() {
        let with = |scale: &str| {
            let surroundings = Surroundings {
                display: Some(":1".into()),
                scale_factor: Some(scale.into()),
                ..Surroundings::default()
            };
            choose(&surroundings, &|_| false)
        };
        for good in ["1", "1.5", "randr", "RANDR", "2e0", "+1"] {
            assert_eq!(with(good), Ok(DisplayProtocol::X11), "{good}");
        }
        for bad in ["abc", "0", "-1", "nan", "inf", "1e-320", "1,5", " 1", "-0"] {
            let error = with(bad).unwrap_err();
            assert!(error.contains("WINIT_X11_SCALE_FACTOR"), "{bad}: {error}");
        }
    }

    #[test]
    fn a_compositor_answers_only_where_one_listens() {
        use mapscope::app::start::display::answers;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wayland-0");
        assert!(!answers(&path), "there is no such socket");
        let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(answers(&path));
        drop(listener);
        assert!(!answers(&path), "the socket is stale");
    }
}
