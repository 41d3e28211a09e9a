//! What was copied outlives the window where a clipboard manager takes it, and is said to be gone where none does.

use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, SelectionNotifyEvent,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::rig::{Program, Stage, until};

/// A client of the stage's screen with a window that cannot be seen.
struct Client {
    server: RustConnection,
    window: u32,
}

impl Client {
    fn of(stage: &Stage) -> Self {
        let command = stage.command("none");
        let display = command
            .get_envs()
            .find_map(|(name, value)| value.filter(|_| name == "DISPLAY"))
            .unwrap()
            .to_str()
            .unwrap();
        let (server, screen) = x11rb::connect(Some(display)).unwrap();
        let root = server.setup().roots[screen].root;
        let window = server.generate_id().unwrap();
        let aux = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        server
            .create_window(
                0,
                window,
                root,
                0,
                0,
                1,
                1,
                0,
                WindowClass::INPUT_ONLY,
                0,
                &aux,
            )
            .unwrap();
        server.flush().unwrap();
        Self { server, window }
    }

    fn atom(&self, name: &str) -> u32 {
        let asked = self.server.intern_atom(false, name.as_bytes()).unwrap();
        asked.reply().unwrap().atom
    }

    fn owner(&self, selection: &str) -> u32 {
        let asked = self.server.get_selection_owner(self.atom(selection));
        asked.unwrap().reply().unwrap().owner
    }

    fn own(&self, selection: &str) {
        let now = x11rb::CURRENT_TIME;
        let atom = self.atom(selection);
        self.server
            .set_selection_owner(self.window, atom, now)
            .unwrap();
        self.server.flush().unwrap();
        assert_eq!(self.owner(selection), self.window);
    }
}

/// A manager as small as can be: asked to save, it reads the clipboard and takes it over.
fn manager(stage: &Stage) -> (JoinHandle<()>, Receiver<Vec<u8>>) {
    let client = Client::of(stage);
    client.own("CLIPBOARD_MANAGER");
    let (sender, saved) = channel();
    let thread = std::thread::spawn(move || {
        let place = client.atom("SAVED");
        let mut asked = None;
        // the screen's end ends it
        while let Ok(event) = client.server.wait_for_event() {
            match event {
                Event::SelectionRequest(request)
                    if request.target == client.atom("SAVE_TARGETS") =>
                {
                    asked = Some(request);
                    let (from, target) = (client.atom("CLIPBOARD"), client.atom("UTF8_STRING"));
                    client
                        .server
                        .convert_selection(client.window, from, target, place, x11rb::CURRENT_TIME)
                        .unwrap();
                }
                Event::SelectionNotify(_) => {
                    let text = client
                        .server
                        .get_property(true, client.window, place, AtomEnum::ANY, 0, 1 << 20)
                        .unwrap()
                        .reply()
                        .unwrap()
                        .value;
                    client.own("CLIPBOARD");
                    if let Some(request) = asked.take() {
                        let null = client.atom("NULL");
                        client
                            .server
                            .change_property32(
                                PropMode::REPLACE,
                                request.requestor,
                                request.property,
                                null,
                                &[],
                            )
                            .unwrap();
                        let done = SelectionNotifyEvent {
                            response_type: x11rb::protocol::xproto::SELECTION_NOTIFY_EVENT,
                            sequence: 0,
                            time: request.time,
                            requestor: request.requestor,
                            selection: request.selection,
                            target: request.target,
                            property: request.property,
                        };
                        client
                            .server
                            .send_event(false, request.requestor, EventMask::NO_EVENT, done)
                            .unwrap();
                    }
                    let _ = sender.send(text);
                }
                _ => {}
            }
            client.server.flush().unwrap();
        }
    });
    (thread, saved)
}

/// Copies the first four bytes and quits; what the program said.
fn copied_and_quit(stage: &Stage) -> String {
    let file = stage.file("copied.bin", b"\x01\x02\x03\x04");
    let mut program = Program::start(stage, &[file]);
    program.learn_grid();
    let client = Client::of(stage);
    stage.keys(&["ctrl+a", "ctrl+c"]);
    until("copy on the clipboard", || {
        (client.owner("CLIPBOARD") != x11rb::NONE).then_some(())
    });
    stage.keys(&["ctrl+q"]);
    assert!(program.until_end().success(), "{}", program.said());
    program.said()
}

#[test]
fn a_copy_that_nobody_takes_over_is_said_to_be_gone_once() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let said = copied_and_quit(&stage);
    assert_eq!(said.matches("what was copied is gone").count(), 1, "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_clipboard_manager_is_offered_the_copy_and_nothing_is_said() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let (thread, saved) = manager(&stage);
    let said = copied_and_quit(&stage);
    let saved = saved.recv_timeout(crate::rig::PATIENCE).unwrap();
    assert_eq!(String::from_utf8_lossy(&saved), "01 02 03 04");
    assert_eq!(said, "");
    drop(stage);
    thread.join().unwrap();
}

#[test]
fn without_a_copy_nothing_is_said_of_the_clipboard() {
    let Some(stage) = Stage::set(1280, 800, &[]) else {
        return;
    };
    let mut program = Program::start::<&str>(&stage, &[]);
    program.learn_grid();
    stage.keys(&["ctrl+q"]);
    assert!(program.until_end().success());
    assert_eq!(program.said(), "");
}
