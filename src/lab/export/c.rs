//! Experiments as programs in C: the text of each, and what all of them are built with.
//!
//! It must not know what becomes of the text.

mod calls;
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
use rules::{rule, words};
use text::{address_of, comment, laid_out, pieces_of, string};

/// What all programs share.
const HEADER: &str = include_str!("c/lab.h");
const RUNTIME: &str = include_str!("c/lab.c");
const MAKEFILE: &str = include_str!("c/Makefile.txt");

/// Where the program of an experiment is.
pub(super) fn path_of(name: &str) -> String {
    format!("{name}.c")
}

/// Adds what the programs are built with.
pub(super) fn add_common(export: &mut ExportedPrograms) {
    let makefile = MAKEFILE.replace("{programs}", &export.programs.join(" \\\n           "));
    export.add("lab.h", HEADER);
    export.add("lab.c", RUNTIME);
    export.add("Makefile", &makefile);
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
        variables: Variables::new(|name, at| format!("{name} + {at}")),
        text: String::new(),
    };
    if let Some(why) = &subject.why_not {
        writer.line(1, &format!("REQUIRE(0, {});", string(why)));
    }
    writer.all(&plan.items, 1);
    let (variables, steps) = (&writer.variables, &writer.text);
    let mut text = String::from("/* ");
    for line in lines_of(subject) {
        for part in commented(&line.replace("*/", "* /").replace("/*", "/ *"), 107) {
            text.push_str(if text.len() > 3 { "   " } else { "" });
            text.push_str(&part);
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
    }
    text.push_str(
        "   Build it with make. How to read it stands in lab.h. */\n#include \"lab.h\"\n\n",
    );
    let is_free = subject.script.free_from().is_some();
    declare(&mut text, &plan, variables, is_free);
    let _ = writeln!(text, "static void experiment(void)\n{{\n{steps}}}\n");
    main_of(&mut text, subject, plan.peers.len());
    Ok(text)
}

/// The processes by their names, and the variables. `is_free`: what makes a mapping may be left out.
fn declare(text: &mut String, plan: &Plan<'_>, variables: &Variables, is_free: bool) {
    let peers: Vec<String> = plan.peers.iter().map(|name| who(name)).collect();
    for (index, peer) in peers.iter().enumerate() {
        let start = if index == 0 { "enum { " } else { ", " };
        let _ = write!(text, "{start}{peer} = {}", index + 1);
    }
    if !peers.is_empty() {
        text.push_str(" };\n");
    }
    let names = plan.peers.iter().map(|name| string(name));
    let names: Vec<String> = std::iter::once(string("main")).chain(names).collect();
    let _ = writeln!(
        text,
        "static const char *const names[] = {{ {} }};\n",
        names.join(", ")
    );
    for number in variables.files.iter().chain(&variables.segments) {
        let _ = writeln!(text, "static int {number} = -1;");
    }
    for map in &variables.maps {
        // The compiler would warn of what is used after free(3), or before mmap, which is what some programs are about.
        let volatile = if is_free || variables.blocks.contains(map) {
            "volatile "
        } else {
            ""
        };
        let _ = writeln!(text, "static char *{volatile}{map};");
    }
    if !variables.files.is_empty() || !variables.maps.is_empty() {
        text.push('\n');
    }
}

/// The name of a process in the program.
fn who(name: &str) -> String {
    let is_letter = name.len() == 1 && name.starts_with(|c: char| c.is_ascii_uppercase());
    if is_letter {
        name.to_owned()
    } else {
        format!("peer_{}", identifier(name))
    }
}

fn main_of(text: &mut String, subject: &ExportSubject, n_peers: usize) {
    let facts = &subject.facts;
    text.push_str("int main(int argc, char **argv)\n{\n    static const struct claim claim = {\n");
    for (field, value) in [
        ("name", &subject.name),
        ("title", &subject.title),
        ("promise", &subject.promise),
        ("predicted", &subject.predicted),
    ] {
        for line in laid_out(&format!(".{field} = {},", pieces_of(value)), 8) {
            let _ = writeln!(text, "{line}");
        }
    }
    let _ = writeln!(text, "        .page_bytes = {},", subject.script.page());
    if let Some(kind) = &facts.file_system {
        let _ = writeln!(text, "        .file_system = {},", string(kind));
    }
    let _ = writeln!(
        text,
        "    }};\n    lab_begin(argc, argv, &claim, names, {});",
        n_peers + 1
    );
    for wanted in &facts.wanted {
        let need = match wanted {
            Wanted::MadeForMachine(machine) => {
                let _ = writeln!(text, "    made_for_machine({});", string(machine));
                continue;
            }
            Wanted::MadeForRoot => "made_for_root",
            Wanted::MadeForOtherUser => "made_for_another_user_than_root",
            Wanted::OtherUser => "need_other_user_than_root",
            Wanted::Pagemap => "need_pagemap",
            Wanted::Memfd => "need_memfd",
            Wanted::PlainMalloc => "need_plain_malloc",
            Wanted::Root => "need_root",
            Wanted::HugePages => "need_huge_pages",
            Wanted::HeuristicOvercommit => "need_heuristic_overcommit",
        };
        let _ = writeln!(text, "    {need}();");
    }
    text.push_str("    experiment();\n    return lab_end();\n}\n");
}

/// What main does with a scratch file, as statements.
fn done(work: &FileWork<'_>) -> Vec<String> {
    let made = |statement: String| vec![statement, "told_done();".to_owned()];
    match *work {
        FileWork::Delete(name) => vec![format!("told(unlink({}));", string(name))],
        FileWork::Rename(from, to) => {
            vec![format!("told(rename({}, {}));", string(from), string(to))]
        }
        FileWork::Make(name, contents) => {
            let file = string(name);
            made(match contents {
                Contents::Letters { first, pages } => {
                    format!("make_letters({file}, '{first}', {pages});")
                }
                Contents::Bytes { bytes } => {
                    let (from, len) = (address_of(bytes), bytes.len());
                    format!("make_bytes({file}, {from}, {len});")
                }
                Contents::Hole { len } => format!("make_hole({file}, {len});"),
                Contents::Noise { len } => format!("make_noise({file}, {len});"),
            })
        }
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
            let _ = writeln!(self.text, "{line}");
        }
    }

    fn comment(&mut self, depth: usize, text: &str) {
        self.text.push_str(&comment(text, 4 * depth));
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
                self.line(depth, &format!("START({number}, {});", self.peer(*peer)));
            }
            Item::Fork(number, parent, child, what) => {
                self.fork(*number, (*parent, *child), what, depth);
            }
            Item::Ask(asked) => self.asked(asked, depth),
            Item::Together(asked) => {
                let line = format!("together({}); /* at the same time: */", asked.len());
                self.line(depth, &line);
                for one in asked {
                    self.asked(one, depth);
                }
            }
            Item::Judge(of, wanted, judged) => {
                let (wanted, judged) = (words(wanted), rule(judged));
                self.line(depth, &format!("EXPECT({of}, {wanted}, {judged});"));
            }
            Item::Check(number, what, told, checked) => {
                let [observed, wanted] = told.each_ref().map(words);
                let (what, checked) = (string(what), rule(checked));
                let line = format!("CHECK({number}, {what}, {observed}, {wanted}, {checked});");
                self.line(depth, &line);
            }
            Item::Note(number, what, told) => {
                let (what, told) = (string(what), words(told));
                self.line(depth, &format!("NOTE({number}, {what}, {told});"));
            }
            Item::Require(needed, why) => {
                let line = format!("REQUIRE({}, {});", rule(needed), string(why));
                self.line(depth, &line);
            }
            Item::Repeat(times, items) => {
                let line = format!("for (long round = 1; round <= {times}; round++) {{");
                self.line(depth, &line);
                self.all(items, depth + 1);
                self.line(depth, "}");
            }
            Item::Until(until) => self.until(until, depth),
        }
    }

    fn until(&mut self, until: &Until<'_>, depth: usize) {
        self.comment(depth, &until.comment);
        self.line(depth, "for (long round = 1;; round++) {");
        self.all(&until.steps, depth + 1);
        let (enough, at_most) = (rule(&until.enough), until.at_most);
        let line = format!("if (ENOUGH({enough}) || round == {at_most})");
        self.line(depth + 1, &line);
        self.line(depth + 2, "break;");
        self.all(&until.between, depth + 1);
        self.line(depth, "}");
    }

    fn peer(&self, index: usize) -> String {
        who(self.plan.peer(index))
    }

    /// A step of main's.
    fn own(&mut self, number: usize, what: &str, statements: &[String], depth: usize) {
        self.line(depth, &format!("DO({number}, MAIN, {}) {{", string(what)));
        for statement in statements {
            self.line(depth + 1, statement);
        }
        self.line(depth, "}");
    }

    fn fork(&mut self, number: usize, (parent, child): (usize, usize), what: &str, depth: usize) {
        let (parent, child, what) = (self.peer(parent), self.peer(child), string(what));
        self.line(depth, &format!("DO({number}, {parent}, {what}) {{"));
        self.line(depth + 1, "pid_t child = fork();");
        self.line(depth + 1, "if (child == 0)");
        self.line(
            depth + 2,
            &format!("i_am({child}); /* goes on below, with all that {parent} has open and mapped, and in its variables */"),
        );
        self.line(depth + 1, "else");
        self.line(depth + 2, &format!("told_process({child}, child);"));
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
                &format!("SHARE({whose}, {place}); /* says where that is */"),
            );
        }
        let how = if ask.is_needed { "DO" } else { "TRY" };
        let (number, peer) = (asked.number, self.peer(ask.peer.0));
        self.line(
            depth,
            &format!("{how}({number}, {peer}, {}) {{", string(&ask.what)),
        );
        for statement in statements(asked, &mut self.variables) {
            self.line(depth + 1, &statement);
        }
        self.line(depth, "}");
    }
}
