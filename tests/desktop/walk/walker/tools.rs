//! The tools of the window on the way: the form *Find*, the sums of a selection, bytes copied and pasted in another form.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use egui::{Key, OutputCommand};
use egui_kittest::kittest::Queryable as _;
use mapscope::bytes::clip::Pasted;
use mapscope::bytes::forms::Form;
use mapscope::model::{Action, EditAction, FindAction, FindForm, Tab, ViewAction};

use super::{CTRL_SHIFT, Role, SHIFT, Walk, xxd};
use crate::indoors::*;

/// So many bytes are looked for, summed, copied and pasted.
const N_BYTES: u64 = 8;
/// Where they are pasted.
const PASTED_AT: u64 = 16;

/// What a tool prints first that is given these bytes.
fn by_tool(tool: &str, arguments: &[&str], bytes: &[u8]) -> String {
    let child = Command::new(tool)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut child = child.unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let printed = child.wait_with_output().unwrap().stdout;
    let printed = String::from_utf8(printed).unwrap();
    printed.split_whitespace().next().unwrap().to_owned()
}

impl Walk {
    fn act(&mut self, action: Action) {
        let ctx = self.window.ctx.clone();
        self.window.state_mut().act(&ctx, action);
    }

    /// What the file holds at the cursor, as nobody changes it.
    fn at_cursor(&mut self) -> Vec<u8> {
        self.writer.settle();
        let at = doc(&self.window).view().viewport.cursor;
        xxd(&self.path, at, N_BYTES)
    }

    #[track_caller]
    fn selects(&mut self, n: usize) {
        for _ in 1..n {
            self.press("a selection", SHIFT, Key::ArrowRight);
        }
    }

    /// The bytes at the cursor are found from the start on, where they stand first, and once more behind that.
    #[track_caller]
    fn finds(&mut self) {
        let wanted = self.at_cursor();
        let digits: Vec<_> = wanted.iter().map(|byte| format!("{byte:02x}")).collect();
        self.press("the start", CTRL, Key::Home);
        self.press("the form Find", CTRL, Key::F);
        self.until("the form has the keys", |window| {
            let field = window.query_by_role_and_label(Role::TextInput, "Find");
            field.is_some_and(|field| field.is_focused())
        });
        self.act(Action::Find(FindAction::SetForm(FindForm::Bytes)));
        self.press("all of the field", CTRL, Key::A);
        type_text(&mut self.window, &digits.join(" "));
        for key in [Key::Enter, Key::F3] {
            self.press("a search", PLAIN, key);
            let (path, wanted) = (self.path.clone(), wanted.clone());
            self.until("it is found where xxd has it", |window| {
                let found = doc(window).view().viewport.selection();
                let n_found = usize::try_from(found.len()).unwrap();
                n_found == wanted.len() && xxd(&path, found.start(), found.len()) == wanted
            });
        }
        self.press("no form", PLAIN, Key::Escape);
        self.enter_grid();
        self.same("what was found");
        self.press("no selection", PLAIN, Key::Escape);
    }

    /// The sums of a selection are those that coreutils say.
    #[track_caller]
    fn sums(&mut self) {
        let bytes = self.at_cursor();
        self.selects(bytes.len());
        self.act(Action::View(ViewAction::Sum));
        for (kind, tool) in [
            ("MD5", "md5sum"),
            ("SHA-1", "sha1sum"),
            ("SHA-256", "sha256sum"),
        ] {
            let wanted = format!("{kind}: {}", by_tool(tool, &[], &bytes));
            self.until(&wanted, |window| labels(window).contains(&wanted));
        }
        assert_eq!(model(&self.window).settings.tab, Tab::Sums);
        self.same("the sums");
        self.enter_grid();
        self.press("no selection", PLAIN, Key::Escape);
    }

    #[track_caller]
    fn copied_as(&mut self, form: Form) -> String {
        self.act(Action::Edit(EditAction::CopyAs(form)));
        let mut copied = None;
        self.until("it is copied in another form", |window| {
            let commands = &window.output().platform_output.commands;
            copied = commands.iter().find_map(|command| match command {
                OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            });
            copied.is_some()
        });
        copied.unwrap()
    }

    /// Bytes that are copied as Base64 are as `base64` says, and what it says of others stands in the view, once it is
    /// pasted as that, and in the view alone.
    #[track_caller]
    fn copies_and_pastes(&mut self) {
        let bytes = self.at_cursor();
        self.selects(bytes.len());
        let copied = self.copied_as(Form::Base64);
        assert_eq!(copied, by_tool("base64", &["-w", "0"], &bytes));
        self.press("no selection", PLAIN, Key::Escape);
        self.same("what was copied");
        self.look_up(&format!("{PASTED_AT:#x}"), PASTED_AT);
        self.writer.settle();
        let page_bytes = doc(&self.window).page_bytes;
        let before: BTreeMap<u64, u8> = (0..).zip(xxd(&self.path, 0, page_bytes)).collect();
        let turned: Vec<u8> = bytes.iter().map(|byte| !byte).collect();
        self.own.clone_from(&before);
        let text = by_tool("base64", &["-w", "0"], &turned);
        let n_turned = turned.len();
        self.own.extend((PASTED_AT..).zip(turned));
        let pasted = Pasted::from(text);
        self.act(Action::Edit(EditAction::PasteAs(Form::Base64, pasted)));
        self.until("it is pasted", |window| {
            doc(window).view().journal.pending_bytes() == n_turned
        });
        self.same("what was pasted");
        self.press("undo", CTRL, Key::Z);
        self.own = before;
        self.same("the bytes as they were");
        self.press("no copies", CTRL_SHIFT, Key::D);
        self.own.clear();
        self.same("no copies");
    }

    /// All of it, at a place with bytes behind it.
    #[track_caller]
    pub(super) fn tools(&mut self, at: u64) {
        let place = format!("{at:#x}");
        self.look_up(&place, at);
        self.finds();
        self.look_up(&place, at);
        self.sums();
        self.look_up(&place, at);
        self.copies_and_pastes();
    }
}
