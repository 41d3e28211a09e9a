//! What a screen reader is told, over the accessibility bus.

use std::process::{Command, Stdio};

use crate::rig::{Program, Stage, until};

/// What at-spi2-core installs.
const SERVICE: &str = "/usr/share/dbus-1/services/org.a11y.Bus.service";
const ROOT: &str = "/org/a11y/atspi/accessible/root";
/// Roles, as the AT-SPI protocol numbers them.
const MENU_BAR: u32 = 34;
const TABLE: u32 = 55;
const TABLE_ROW: u32 = 90;
/// The witnesses of the first byte, once all of them have answered.
const WITNESSES: [&str; 5] = [
    "This view: 41 'A'",
    "Shared mapping here: 41 'A', same as this view",
    "The file (pread): 41 'A', same as this view",
    "Other process, shared: 41 'A', same as this view",
    "Other process, private: 41 'A', same as this view",
];

#[test]
fn rows_and_witnesses_are_spoken() {
    let Some(mut stage) = Stage::set(1280, 800, &["dbus-daemon", "gdbus", SERVICE]) else {
        return;
    };
    let _bus = stage.start_bus();
    let reader = Reader::start(&stage);
    let program = Program::start(&stage, &[] as &[&str]);
    let tree = program.until("table of bytes with rows, and five witnesses", |_| {
        let tree = reader.tree();

        let grid = tree
            .iter()
            .position(|node| node.role == TABLE && node.name == "Bytes")?;
        let rows = tree.iter().filter(|node| node.parent == Some(grid));
        let n_rows = rows.filter(|node| node.role == TABLE_ROW).count();
        let all = WITNESSES.iter().all(|words| {
            tree.iter()
                .any(|node| node.role == TABLE_ROW && node.name.starts_with(words))
        });
        (n_rows == 4 && all).then_some(tree)
    });
    let rows: Vec<&str> = tree
        .iter()
        .filter(|node| node.role == TABLE_ROW && !node.name.contains(':'))
        .map(|node| node.name.as_str())
        .collect();
    let first = "00000000 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f 50  ABCDEFGHIJKLMNOP";
    assert_eq!(rows.first(), Some(&first), "{rows:?}");
    assert_eq!(rows.len(), 4, "{rows:?}");
}

/// Something on the accessibility bus.
#[derive(Debug)]
struct Node {
    /// A number of the AT-SPI protocol.
    role: u32,
    name: String,
    /// Its place in the tree's list.
    parent: Option<usize>,
}

/// A program that asks as a screen reader does.
struct Reader<'a> {
    stage: &'a Stage,
    bus: String,
}

impl<'a> Reader<'a> {
    /// Announces itself on the session bus, so that programs begin to describe themselves.
    fn start(stage: &'a Stage) -> Self {
        let service = [
            "--session",
            "--dest",
            "org.a11y.Bus",
            "--object-path",
            "/org/a11y/bus",
        ];
        let call = |method: &str, arguments: &[&str]| {
            let mut command = stage.command("gdbus");
            command.arg("call").args(service).args(["--method", method]);
            output(command.args(arguments))
        };
        let bus = until("accessibility bus", || {
            let address = call("org.a11y.Bus.GetAddress", &[])?;
            quoted(&address).next().map(str::to_owned)
        });
        for property in ["IsEnabled", "ScreenReaderEnabled"] {
            let set = "org.freedesktop.DBus.Properties.Set";
            let done = call(set, &["org.a11y.Status", property, "<true>"]);
            assert!(done.is_some(), "{property} cannot be set");
        }
        Self { stage, bus }
    }

    fn call(&self, (dest, path): (&str, &str), method: &str, arguments: &[&str]) -> Option<String> {
        let mut command = self.stage.command("gdbus");
        command.args(["call", "--address", &self.bus, "--dest", dest]);
        command.args(["--object-path", path, "--method", method]);
        output(command.args(arguments))
    }

    /// Everything that programs describe, parents before children; without what goes away meanwhile.
    fn tree(&self) -> Vec<Node> {
        let mut tree = Vec::new();
        let registry = ("org.a11y.atspi.Registry".to_owned(), ROOT.to_owned());
        let mut waiting: Vec<_> = self.children(&registry);
        let mut parents: Vec<Option<usize>> = vec![None; waiting.len()];
        while let (Some(address), Some(parent)) = (waiting.pop(), parents.pop()) {
            let Some(node) = self.node(&address, parent) else {
                continue;
            };
            let leaf = node.role == MENU_BAR || node.role == TABLE_ROW;
            tree.push(node);
            if !leaf {
                let mut children = self.children(&address);
                children.reverse(); // the first is taken first
                parents.resize(waiting.len() + children.len(), Some(tree.len() - 1));
                waiting.extend(children);
            }
        }
        tree
    }

    fn node(&self, (dest, path): &(String, String), parent: Option<usize>) -> Option<Node> {
        let role = self.call((dest, path), "org.a11y.atspi.Accessible.GetRole", &[])?;
        let name = self.call(
            (dest, path),
            "org.freedesktop.DBus.Properties.Get",
            &["org.a11y.atspi.Accessible", "Name"],
        )?;
        let text = |answer: &str, (start, end): (&str, &str)| {
            let inner = answer.strip_prefix(start)?.strip_suffix(end)?;
            Some(inner.replace("\\'", "'"))
        };
        Some(Node {
            role: text(&role, ("(uint32 ", ",)"))?.parse().ok()?,
            name: text(&name, ("(<'", "'>,)")).or_else(|| text(&name, ("(<\"", "\">,)")))?,
            parent,
        })
    }

    fn children(&self, (dest, path): &(String, String)) -> Vec<(String, String)> {
        let method = "org.a11y.atspi.Accessible.GetChildren";
        let answer = self.call((dest, path), method, &[]).unwrap_or_default();
        let words: Vec<&str> = quoted(&answer).collect();
        words
            .chunks_exact(2)
            .map(|pair| (pair[0].to_owned(), pair[1].to_owned()))
            .collect()
    }
}

/// What a command prints; `None` where it fails.
fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().expect("gdbus");
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(text)
}

/// What stands between single quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('\'').skip(1).step_by(2)
}
