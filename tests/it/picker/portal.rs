//! The desktop portal, on a session bus of the test's own: there, not there, silent, dying.
//!
//! Skipped, with a line that says so, where `dbus-daemon` or Python's bindings are missing.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use super::*;

/// A session bus of the test's own, on which only the test's services are.
struct Bus {
    daemon: Child,
    address: OsString,
    portal: Option<Child>,
    dir: tempfile::TempDir,
}

/// The portal's file chooser: `mode` says what it does once it is asked.
const PORTAL: &str = r#"
import sys, dbus, dbus.service
from dbus.mainloop.glib import DBusGMainLoop
from gi.repository import GLib
DBusGMainLoop(set_as_default=True)
mode, asked = sys.argv[1], sys.argv[2]
bus = dbus.SessionBus()
def told():
    open(asked, "w").close()
class Request(dbus.service.Object):
    @dbus.service.signal("org.freedesktop.portal.Request", signature="ua{sv}")
    def Response(self, code, results): pass
class Portal(dbus.service.Object):
    @dbus.service.method("org.freedesktop.portal.FileChooser", in_signature="ssa{sv}", out_signature="o",
                         sender_keyword="sender", async_callbacks=("answer", "fail"))
    def OpenFile(self, parent, title, options, sender, answer, fail):
        if mode == "silent":
            return told()
        if mode == "fails":
            return fail(dbus.DBusException("no", name="org.freedesktop.DBus.Error.Failed"))
        token = "other" if mode == "other" else options["handle_token"]
        path = "/org/freedesktop/portal/desktop/request/%s/%s" % (sender[1:].replace(".", "_"), token)
        request = Request(bus, path)
        answer(path)
        # The bus answers this after it has passed on what was said before.
        bus.name_has_owner("org.freedesktop.DBus")
        told()
        if mode == "never":
            return
        uris = dbus.Array(["file:///tmp/%ff%20name%20"], signature="s")
        code, results = (1, {}) if mode == "cancels" else (0, {"uris": uris})
        GLib.timeout_add(50, lambda: request.Response(code, results))
name = dbus.service.BusName("org.freedesktop.portal.Desktop", bus)
Portal(bus, "/org/freedesktop/portal/desktop")
print("ready", flush=True)
GLib.MainLoop().run()
"#;

impl Bus {
    /// `None`, with a line on standard error, where the machine has not what it takes.
    fn start() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("bus.conf");
        let here = dir.path().display();
        let text = format!(
            "<busconfig><type>session</type><listen>unix:tmpdir={here}</listen><auth>EXTERNAL</auth>\
             <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>"
        );
        fs::write(&config, text).unwrap();
        let mut argument = OsString::from("--config-file=");
        argument.push(&config);
        let daemon = Command::new("dbus-daemon")
            .args([argument, "--nofork".into(), "--print-address=1".into()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut daemon) = daemon else {
            skipped("dbus-daemon is not installed");
            return None;
        };
        let mut address = String::new();
        BufReader::new(daemon.stdout.take().unwrap())
            .read_line(&mut address)
            .unwrap();
        let address = address.trim_end().into();
        Some(Self {
            daemon,
            address,
            portal: None,
            dir,
        })
    }

    /// Puts a portal on the bus; `false` where there are no bindings for it.
    fn portal(&mut self, mode: &str) -> bool {
        for python in ["/usr/bin/python3", "python3"] {
            let portal = Command::new(python)
                .args(["-c", PORTAL, mode])
                .arg(self.asked())
                .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn();
            let Ok(mut portal) = portal else { continue };
            let mut line = String::new();
            let mut output = BufReader::new(portal.stdout.take().unwrap());
            output.read_line(&mut line).unwrap();
            if line == "ready\n" {
                self.portal = Some(portal);
                return true;
            }
            portal.wait().unwrap();
        }
        skipped("python3 has no modules dbus and gi");
        false
    }

    fn asked(&self) -> PathBuf {
        self.dir.path().join("asked")
    }

    fn wait_asked(&self) {
        until("the portal is asked", || {
            self.asked().exists().then_some(())
        });
    }

    fn variables(&self) -> [(&'static str, &OsStr); 2] {
        [nothing(), ("DBUS_SESSION_BUS_ADDRESS", &self.address)]
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        for child in self.portal.iter_mut().chain([&mut self.daemon]) {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

fn skipped(why: &str) {
    crate::skip::skip(why);
}

#[test]
fn a_bus_without_a_portal_is_a_failure_and_no_cancel() {
    let Some(bus) = Bus::start() else { return };
    let scripts = Scripts::new();
    let program = scripts.program(&bus.variables());
    let reason = "the desktop portal offers none, and zenity is not installed";
    assert_eq!(open(&program).failure(), reason);
    // Then zenity is asked, and every byte of its answer kept, which the library of the portal would not.
    scripts.script("zenity", r"printf '/tmp/blank \n'");
    let path = [("PATH", scripts.0.path().as_os_str()), bus.variables()[1]];
    assert_eq!(
        open(&scripts.program(&path)).outcome(),
        chosen(b"/tmp/blank ")
    );
}

#[test]
fn the_answers_of_a_portal_are_told_apart() {
    for (mode, expected) in [
        ("chooses", Some(chosen(b"/tmp/\xff name "))),
        ("cancels", Some(PickOutcome::Cancelled)),
        ("fails", None),
    ] {
        let Some(mut bus) = Bus::start() else { return };
        if !bus.portal(mode) {
            return;
        }
        let scripts = Scripts::new();
        let opened = open(&scripts.program(&bus.variables()));
        match expected {
            Some(expected) => assert_eq!(opened.outcome(), expected, "{mode}"),
            None => assert!(
                opened
                    .failure()
                    .starts_with("the desktop portal offers none"),
                "{mode}"
            ),
        }
    }
}

#[test]
fn a_portal_that_never_answers_is_canceled_at_once() {
    for mode in ["silent", "never", "other"] {
        let Some(mut bus) = Bus::start() else { return };
        if !bus.portal(mode) {
            return;
        }
        let scripts = Scripts::new();
        let opened = open(&scripts.program(&bus.variables()));
        bus.wait_asked();
        if mode == "never" {
            // Nor does one that dies: the dialog's library goes on waiting.
            let portal = bus.portal.as_mut().unwrap();
            portal.kill().unwrap();
            portal.wait().unwrap();
        }
        let still = opened.outcomes.recv_timeout(SECOND);
        assert_eq!(still, Err(RecvTimeoutError::Timeout), "{mode}");
        let begin = Instant::now();
        opened.picker.cancel();
        assert_eq!(opened.outcome(), PickOutcome::Cancelled, "{mode}");
        assert!(
            begin.elapsed() < SECOND / 2,
            "{mode}: {:?}",
            begin.elapsed()
        );
    }
}

#[test]
fn a_session_bus_that_dies_under_the_dialog_is_told() {
    let Some(mut bus) = Bus::start() else { return };
    if !bus.portal("never") {
        return;
    }
    let scripts = Scripts::new();
    let opened = open(&scripts.program(&bus.variables()));
    bus.wait_asked();
    bus.daemon.kill().unwrap();
    bus.daemon.wait().unwrap();
    // This process is here to see it.
    assert_eq!(
        opened.failure(),
        "the session bus went away while the dialog was open"
    );
}
