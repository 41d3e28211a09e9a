//! Experiments as programs in Rust: the text of each, and what all of them are built with.
//!
//! It must not know what becomes of the text.

mod calls;
mod layout;
mod rules;
mod text;

use std::fmt::Write as _;

use super::ExportedPrograms;
use super::facts::Wanted;
use super::head::lines_of;
use super::plan::{Asked, FileWork, Item, Plan, Until};
use super::subject::ExportSubject;
use super::text::{commented, identifier};
use super::variables::Variables;
use crate::lab::claim::Contents;

use calls::statements;
use layout::laid_out;
use rules::{rule, words};
use text::{bytes, string};

/// What all programs share, by its path.
const COMMON: [(&str, &str); 7] = [
    ("Cargo.toml", include_str!("rust/Cargo.toml.txt")),
    ("rustfmt.toml", include_str!("rust/rustfmt.toml.txt")),
    ("src/lib.rs", include_str!("rust/lib.rs.txt")),
    ("src/kernel.rs", include_str!("rust/kernel.rs.txt")),
    ("src/more.rs", include_str!("rust/more.rs.txt")),
    ("src/rules.rs", include_str!("rust/rules.rs.txt")),
    ("src/say.rs", include_str!("rust/say.rs.txt")),
];

/// The longest line of a comment.
const WIDTH: usize = 110;

/// Where the program of an experiment is.
pub(super) fn path_of(name: &str) -> String {
    format!("src/bin/{name}.rs")
}

/// Adds what the programs are built with.
pub(super) fn add_common(export: &mut ExportedPrograms) {
    for (path, text) in COMMON {
        export.add(path, text);
    }
}

/// The program of a subject.
///
/// # Errors
/// Why a plain process cannot do it, in a sentence.
pub(super) fn program(subject: &ExportSubject) -> Result<String, String> {
    let mut plan = Plan::of(&subject.script)?;
    if subject.why_not.is_some() {
        plan.leave_out_all();
    }
    let mut writer = Writer {
        plan: &plan,
        variables: Variables::new(|name, at| format!("{name}.wrapping_add({at})")),
        text: String::new(),
    };
    if let Some(why) = &subject.why_not {
        writer.line(1, &format!("require!(lab, false, {});", string(why)));
    }
    writer.all(&plan.items, 1);
    let (variables, steps) = (&writer.variables, &writer.text);
    let mut text = String::new();
    for line in lines_of(subject) {
        for part in commented(&line, WIDTH) {
            let _ = writeln!(text, "{}", format!("//! {part}").trim_end());
        }
    }
    text.push_str(
        "//!\n//! Build it with `cargo build`. How to read it stands in lib.rs.\n\n\
         // Each process does its own steps only, and not every value is read.\n\
         #![allow(unused_assignments, unused_variables)]\n\nuse lab::*;\n\n",
    );
    for (number, peer) in (1..).zip(&plan.peers) {
        let _ = writeln!(text, "const {}: usize = {number};", who(peer));
    }
    text.push_str("\nfn experiment(lab: &Lab) {\n");
    for number in variables.files.iter().chain(&variables.segments) {
        let _ = writeln!(text, "    let mut {number} = -1;");
    }
    for map in &variables.maps {
        let _ = writeln!(text, "    let mut {map}: *mut u8 = null_mut();");
    }
    let _ = writeln!(text, "{steps}}}\n");
    main_of(&mut text, subject, &plan.peers);
    Ok(text)
}

/// The name of a process in the program.
fn who(name: &str) -> String {
    let is_letter = name.len() == 1 && name.starts_with(|c: char| c.is_ascii_uppercase());
    if is_letter {
        name.to_owned()
    } else {
        format!("PEER_{}", identifier(name).to_uppercase())
    }
}

fn main_of(text: &mut String, subject: &ExportSubject, peers: &[&str]) {
    let facts = &subject.facts;
    text.push_str("static CLAIM: Claim = Claim {\n");
    for (field, value) in [
        ("name", &subject.name),
        ("title", &subject.title),
        ("promise", &subject.promise),
        ("predicted", &subject.predicted),
    ] {
        let (line, value) = (format!("    {field}:"), string(value));
        let room = if line.len() + value.chars().count() + 2 > 120 {
            "\n        "
        } else {
            " "
        };
        let _ = writeln!(text, "{line}{room}{value},");
    }
    let _ = writeln!(text, "    page_bytes: {},", subject.script.page());
    let _ = writeln!(text, "    file_system: {:?},\n}};\n", facts.file_system);
    let names: Vec<String> = std::iter::once(&"main")
        .chain(peers)
        .map(|name| string(name))
        .collect();
    let needs = facts.wanted.iter().map(|wanted| match wanted {
        Wanted::MadeForMachine(machine) => format!("Need::MadeForMachine({})", string(machine)),
        Wanted::OtherUser => "Need::OtherUserThanRoot".to_owned(),
        Wanted::Pagemap => "Need::Pagemap".to_owned(),
        Wanted::Memfd => "Need::Memfd".to_owned(),
        Wanted::PlainMalloc => "Need::PlainMalloc".to_owned(),
        Wanted::Root => "Need::Root".to_owned(),
        Wanted::HugePages => "Need::HugePages".to_owned(),
        Wanted::HeuristicOvercommit => "Need::HeuristicOvercommit".to_owned(),
        Wanted::MadeForRoot => "Need::MadeForRoot".to_owned(),
        Wanted::MadeForOtherUser => "Need::MadeForAnotherUserThanRoot".to_owned(),
    });
    let needs: Vec<String> = needs.collect();
    let (names, needs) = (names.join(", "), needs.join(", "));
    let statement = format!("run(&CLAIM, &[{names}], &[{needs}], experiment);");
    let statement = laid_out(&statement, 4).join("\n");
    let _ = writeln!(text, "fn main() {{\n{statement}\n}}");
}

/// What main does with a scratch file, as a statement.
fn done(work: &FileWork<'_>) -> String {
    match *work {
        FileWork::Delete(name) => format!("lab.told_io(std::fs::remove_file({name:?}));"),
        FileWork::Rename(from, to) => {
            format!("lab.told_io(std::fs::rename({from:?}, {to:?}));")
        }
        FileWork::Make(name, contents) => match contents {
            Contents::Letters { first, pages } => {
                format!("lab.make_letters({name:?}, b'{first}', {pages});")
            }
            Contents::Bytes { bytes: all } => format!("lab.make_bytes({name:?}, {});", bytes(all)),
            Contents::Hole { len } => format!("lab.make_hole({name:?}, {len});"),
            Contents::Noise { len } => format!("lab.make_noise({name:?}, {len});"),
        },
    }
}

/// Writes the steps.
struct Writer<'a> {
    plan: &'a Plan<'a>,
    variables: Variables,
    text: String,
}

impl Writer<'_> {
    fn line(&mut self, depth: usize, line: &str) {
        let statement = line.trim_start();
        let indent = 4 * depth + line.len() - statement.len();
        for line in laid_out(statement, indent) {
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    fn comment(&mut self, depth: usize, text: &str) {
        for line in commented(text, WIDTH.saturating_sub(4 * depth + 3)) {
            self.line(depth, &format!("// {line}"));
        }
    }

    fn all(&mut self, items: &[Item<'_>], depth: usize) {
        for item in items {
            self.one(item, depth);
        }
    }

    fn one(&mut self, item: &Item<'_>, depth: usize) {
        match item {
            Item::Own(number, what, work, remark) => {
                if let Some(remark) = remark {
                    self.comment(depth, remark);
                }
                self.own(*number, what, &done(work), depth);
            }
            Item::Start(number, peer) => {
                let line = format!("lab.start({number}, {});", self.peer(*peer));
                self.line(depth, &line);
            }
            Item::Fork(number, parent, child, what) => {
                self.fork(*number, (*parent, *child), what, depth);
            }
            Item::Ask(asked) => self.asked(asked, depth),
            Item::Together(asked) => {
                self.comment(depth, "At the same time:");
                self.line(depth, &format!("lab.together({});", asked.len()));
                for one in asked {
                    self.asked(one, depth);
                }
            }
            Item::Judge(of, wanted, judged) => {
                let (wanted, judged) = (words(wanted), rule(judged));
                self.line(depth, &format!("expect!(lab, {of}, {wanted}, {judged});"));
            }
            Item::Check(number, what, told, checked) => {
                let [observed, wanted] = told.each_ref().map(words);
                let said = format!("{number}, {what:?}, {observed}, {wanted}");
                self.line(depth, &format!("check!(lab, {said}, {});", rule(checked)));
            }
            Item::Note(number, what, told) => {
                let line = format!("note!(lab, {number}, {what:?}, {});", words(told));
                self.line(depth, &line);
            }
            Item::Require(needed, why) => {
                let line = format!("require!(lab, {}, {});", rule(needed), string(why));
                self.line(depth, &line);
            }
            Item::Repeat(times, items) => {
                self.line(depth, &format!("for _ in 0..{times} {{"));
                self.all(items, depth + 1);
                self.line(depth, "}");
            }
            Item::Until(until) => self.until(until, depth),
        }
    }

    fn until(&mut self, until: &Until<'_>, depth: usize) {
        self.comment(depth, &until.comment);
        let (enough, at_most) = (rule(&until.enough), until.at_most);
        self.line(depth, &format!("for round in 1..={at_most} {{"));
        self.all(&until.steps, depth + 1);
        self.line(depth + 1, &format!("let enough = enough!(lab, {enough});"));
        self.line(depth + 1, &format!("if enough || round == {at_most} {{"));
        self.line(depth + 2, "break;");
        self.line(depth + 1, "}");
        self.all(&until.between, depth + 1);
        self.line(depth, "}");
    }

    fn peer(&self, index: usize) -> String {
        who(self.plan.peer(index))
    }

    /// A step of main's.
    fn own(&mut self, number: usize, what: &str, statement: &str, depth: usize) {
        let line = format!("if lab.must({number}, MAIN, {}) {{", string(what));
        self.line(depth, &line);
        self.line(depth + 1, statement);
        self.line(depth, "}");
    }

    fn fork(&mut self, number: usize, (parent, child): (usize, usize), what: &str, depth: usize) {
        let (parent, child, what) = (self.peer(parent), self.peer(child), string(what));
        self.line(
            depth,
            &format!("if lab.must({number}, {parent}, {what}) {{"),
        );
        self.line(depth + 1, "match unsafe { libc::fork() } {");
        self.line(
            depth + 2,
            &format!(
                "// goes on below, with all that {parent} has open and mapped, and in its variables"
            ),
        );
        self.line(depth + 2, &format!("0 => lab.i_am({child}),"));
        self.line(
            depth + 2,
            &format!("child => lab.told_process({child}, child),"),
        );
        self.line(depth + 1, "}");
        self.line(depth, "}");
    }

    fn asked(&mut self, asked: &Asked<'_>, depth: usize) {
        let ask = asked.ask;
        for text in &asked.comments {
            self.comment(depth, text);
        }
        if let Some((peer, map, at)) = asked.shared {
            let (whose, place) = (who(peer), self.variables.at(map, at));
            self.line(
                depth,
                &format!("lab.share({whose}, {place}); // says where that is"),
            );
        }
        let how = if ask.is_needed { "must" } else { "may" };
        let (number, peer, what) = (asked.number, self.peer(ask.peer.0), string(&ask.what));
        self.line(depth, &format!("if lab.{how}({number}, {peer}, {what}) {{"));
        for statement in statements(asked, &mut self.variables) {
            self.line(depth + 1, &statement);
        }
        self.line(depth, "}");
    }
}
