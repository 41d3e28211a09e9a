//! Reports made from runs that are written down here by hand: what stands of each field in which place, for every verdict, and that
//! no text of a field becomes markup, a row or a control character.

mod drawn;

use mapscope::lab::catalogue;
use mapscope::lab::claim::{
    CallLine, Doing, Environment, Holding, KnownMapping, PeerCard, Progress, RunRecord, RunStep,
    ScratchKey, Verdict,
};
use mapscope::lab::learning::{OwnAnswer, OwnAnswers};
use mapscope::lab::report::{Courses, Paper, PaperForm, run_lines, summary};
use mapscope::lab::script::{load, private, shared};
use mapscope::map::page_bytes;
use mapscope::peer::calls::{MapCall, Outcome};
use mapscope::peer::wire::PeerPage::{self, FilePage, NotPresent, PrivateCopy};

const ONE: &str = "shared-seen-by-shared";
/// What would be markup, another cell, another line, a command to a terminal, or another order of reading.
const HOSTILE: &str = "<script>a&b</script> | `c` [d](e)\r\n# f\n\u{1b}[31m\u{202e}\u{2028}$g$ \"h\" <!-- *i* _j_ ~k~ \\";

fn environment() -> Environment {
    Environment {
        kernel: "Linux 1.2.3".to_owned(),
        machine: "x86_64".to_owned(),
        page_bytes: 4096,
        dir: "/scratch".to_owned(),
        file_system: "ext4".to_owned(),
        user: Some(1000),
        other_malloc: None,
    }
}

fn card(name: &str, call: &MapCall, key: Option<ScratchKey>, pages: &[PeerPage]) -> PeerCard {
    PeerCard {
        name: name.to_owned(),
        pid: 77,
        mapping: "as it maps".to_owned(),
        bytes: "what it saw".to_owned(),
        pages: "what it holds".to_owned(),
        holding: Holding {
            mapping: Some(KnownMapping {
                call: call.clone(),
                file: key,
                pages: Some(pages.to_vec()),
            }),
            ..Holding::default()
        },
        ..PeerCard::default()
    }
}

fn step(number: usize, peer: Option<&str>, what: &str) -> RunStep {
    RunStep {
        number,
        peer: peer.map(ToOwned::to_owned),
        pid: peer.map(|_| 77),
        what: what.to_owned(),
        doing: Doing::Look,
        told: None,
        calls: Vec::new(),
        observed: format!("came of {number}"),
        expected: None,
        holds: None,
    }
}

fn loads(number: usize, peer: &str, at: u64, bytes: &[u8]) -> RunStep {
    RunStep {
        doing: Doing::Ask {
            call: load("m", at, bytes.len() as u64),
            sets_up: false,
        },
        told: Some(Outcome::Bytes {
            bytes: bytes.to_vec(),
        }),
        ..step(number, Some(peer), "loads")
    }
}

fn record(name: &str, verdict: Verdict, steps: Vec<RunStep>, peers: Vec<PeerCard>) -> RunRecord {
    RunRecord {
        name: name.to_owned(),
        verdict,
        predicted: "what was predicted".to_owned(),
        observed: "what was observed".to_owned(),
        steps,
        peers,
        costs: Vec::new(),
        milliseconds: 12,
    }
}

struct Given<'a> {
    environment: Environment,
    courses: Courses,
    own: OwnAnswers,
    date: &'a str,
}

impl Default for Given<'_> {
    fn default() -> Self {
        Self {
            environment: environment(),
            courses: Courses::default(),
            own: OwnAnswers::default(),
            date: "2026-11-26 03:04:05 UTC",
        }
    }
}

impl Given<'_> {
    fn written(&self, records: &[RunRecord], form: PaperForm) -> String {
        let paper = Paper {
            environment: &self.environment,
            records,
            courses: &self.courses,
            own: &self.own,
            date: self.date,
        };
        paper.written(form)
    }
}

fn answer(choice: usize, at: &str) -> OwnAnswers {
    let mut own = OwnAnswers::default();
    let choice = catalogue::find(ONE).unwrap().claim.choices[choice].to_owned();
    let (right, at) = (None, at.to_owned());
    own.note(ONE, OwnAnswer { choice, right, at });
    own
}

/// Every text that a run can have, hostile.
fn hostile() -> (Given<'static>, RunRecord) {
    let hostile = || HOSTILE.to_owned();
    let calls = vec![CallLine {
        text: hostile(),
        nanoseconds: 5,
        faults: None,
    }];
    let steps = vec![
        step(1, None, HOSTILE),
        RunStep {
            observed: hostile(),
            expected: Some(hostile()),
            holds: Some(false),
            calls,
            ..step(2, Some("A"), HOSTILE)
        },
    ];
    let ended = PeerCard {
        ended: Some(hostile()),
        ..card("B", &shared("f", page_bytes()), None, &[])
    };
    let alive = PeerCard {
        mapping: hostile(),
        bytes: hostile(),
        pages: hostile(),
        ..card("A", &shared(HOSTILE, page_bytes()), None, &[FilePage])
    };
    let mut record = record(ONE, Verdict::NotDone(hostile()), steps, vec![alive, ended]);
    (record.predicted, record.observed) = (hostile(), hostile());
    let given = Given {
        environment: Environment {
            kernel: hostile(),
            machine: hostile(),
            page_bytes: 4096,
            dir: hostile(),
            file_system: hostile(),
            user: None,
            other_malloc: Some(hostile()),
        },
        own: answer(0, HOSTILE),
        date: HOSTILE,
        ..Given::default()
    };
    (given, record)
}

#[track_caller]
fn check_no_control(text: &str) {
    let found = text
        .chars()
        .find(|c| (c.is_control() && *c != '\n') || ['\u{202e}', '\u{2028}'].contains(c));
    assert_eq!(found, None, "{text}");
}

#[test]
fn no_text_becomes_markup_in_a_page() {
    let (given, record) = hostile();
    let page = given.written(&[record], PaperForm::Html);
    check_no_control(&page);
    let plain = page.replace("<!DOCTYPE html>", "");
    for markup in ["<script", "<!--", "&b", "\"h\"", "<d>"] {
        assert!(!plain.contains(markup), "{markup} in {page}");
    }
    assert!(page.contains("&lt;script&gt;a&amp;b&lt;/script&gt;"));
    // What no XML may hold stays out of it.
    let mut given = Given::default();
    given.environment.dir = "\u{fffe}\u{ffff}\0".to_owned();
    let page = given.written(&[], PaperForm::Html);
    assert!(page.contains("<td>\\u{fffe}\\u{ffff}\\u{0}</td>"), "{page}");
}

/// A line without what is escaped.
fn bare(line: &str) -> String {
    let mut bare = String::new();
    let mut is_escaped = false;
    for c in line.chars() {
        let escapes = c == '\\' && !is_escaped;
        if !escapes && !is_escaped {
            bare.push(c);
        }
        is_escaped = escapes;
    }
    bare
}

#[test]
fn no_text_becomes_markup_in_markdown() {
    let (given, record) = hostile();
    let paper = given.written(&[record], PaperForm::Markdown);
    check_no_control(&paper);
    assert!(!paper.contains("\n# f"), "{paper}");
    for line in paper.lines().filter(|line| !line.starts_with('[')) {
        let bare = bare(line);
        for markup in ["`c`", "[d]", "*i*", "_j_", "~k~", "$g$", "<!--", "<script"] {
            // Between backticks everything means itself.
            let is_call = line.contains("<br>`");
            assert!(is_call || !bare.contains(markup), "{markup} in {line}");
        }
    }
    let mut width = None;
    let mut n_rows = 0;
    for line in paper.lines() {
        if line.starts_with('|') {
            let n_bars = bare(line).matches('|').count();
            assert_eq!(*width.get_or_insert(n_bars), n_bars, "{line}");
            n_rows += 1;
        } else {
            width = None;
        }
    }
    // Surroundings, the verdict, two steps and two processes, each with two lines above them.
    assert_eq!(n_rows, 2 + 9 + 2 + 1 + 2 + 2 + 2 + 2, "{paper}");
}

#[test]
fn each_verdict_has_its_sign_and_its_reason() {
    let verdicts = [
        (
            Verdict::AsPredicted,
            "<span class=\"yes\">\u{2713} as predicted</span>",
        ),
        (
            Verdict::Differs,
            "<span class=\"no\">\u{2717} differs from the prediction</span>",
        ),
        (Verdict::Measured, "<span class=\"w\">measured</span>"),
        (
            Verdict::NotDone("x".to_owned()),
            "<span class=\"no\">not carried out: x</span>",
        ),
        (
            Verdict::NotAvailable("y".to_owned()),
            "<span class=\"w\">not available here: y</span>",
        ),
        (Verdict::Cancelled, "<span class=\"no\">stopped</span>"),
    ];
    for (verdict, words) in verdicts {
        let record = record(ONE, verdict.clone(), Vec::new(), Vec::new());
        let given = Given::default();
        let page = given.written(std::slice::from_ref(&record), PaperForm::Html);
        assert_eq!(page.matches(words).count(), 2, "{words} in {page}");
        let row = format!("<td>{words}</td><td>what was predicted</td></tr>");
        assert!(page.contains(&row), "{row}");
        for line in [
            format!("<dt>Verdict</dt><dd>{words}</dd>"),
            "<dt>Predicted</dt><dd>what was predicted <span class=\"w\">(POSIX promises it)</span></dd>".to_owned(),
            "<dt>Observed</dt><dd>what was observed</dd>".to_owned(),
        ] {
            assert!(page.contains(&line), "{line} in {page}");
        }
        let paper = given.written(&[record], PaperForm::Markdown);
        for line in [
            format!("| {ONE} | {verdict} | what was predicted |"),
            format!("- **Verdict**: {verdict}"),
            "- **Predicted** (POSIX promises it): what was predicted".to_owned(),
            "- **Observed**: what was observed".to_owned(),
        ] {
            assert!(paper.lines().any(|it| it == line), "{line} in {paper}");
        }
    }
}

/// What was done stands under who did it, with its sign, and what had been expected where that did not come.
#[test]
fn each_step_stands_under_its_process() {
    let calls = vec![CallLine {
        text: "load(1)".to_owned(),
        nanoseconds: 140,
        faults: None,
    }];
    let steps = vec![
        step(1, None, "makes f"),
        RunStep {
            expected: Some("the other".to_owned()),
            holds: Some(false),
            calls,
            ..step(2, Some("A"), "looks")
        },
        RunStep {
            expected: Some("this".to_owned()),
            holds: Some(true),
            ..step(3, Some("B"), "looks again")
        },
    ];
    let record = record(ONE, Verdict::Differs, steps, Vec::new());
    let lines = run_lines(&record, false);
    for line in [
        "    1   mapscope makes f: came of 1",
        "    2 \u{2717} A (77) looks: came of 2  (expected: the other)",
        "          load(1)  [140 ns]",
        "    3 \u{2713} B (77) looks again: came of 3",
    ] {
        assert!(lines.lines().any(|it| it == line), "{line} in {lines}");
    }
    let given = Given::default();
    let paper = given.written(std::slice::from_ref(&record), PaperForm::Markdown);
    for line in [
        "| # | mapscope | A | B | changed |",
        "| 1 | makes f: came of 1 |  |  |  |",
        "| 2 |  | looks: came of 2 \u{2717}  (expected: the other)<br>`load(1)` 140 ns |  |  |",
        "| 3 |  |  | looks again: came of 3 \u{2713} |  |",
    ] {
        assert!(paper.lines().any(|it| it == line), "{line} in {paper}");
    }
    let page = given.written(&[record], PaperForm::Html);
    for line in [
        "<tr><td class=\"n\">1</td><td>makes f: came of 1</td><td></td><td></td><td></td></tr>",
        "<td>looks: came of 2 <span class=\"no\">\u{2717}  (expected: the other)</span><code>load(1) [140\u{a0}ns]</code></td><td></td>",
        "<td></td><td></td><td>looks again: came of 3 <span class=\"yes\">\u{2713}</span></td>",
    ] {
        assert!(page.contains(line), "{line} in {page}");
    }
}

#[test]
fn each_process_stands_at_the_end_with_what_it_had() {
    let ended = PeerCard {
        ended: Some("killed by SIGBUS".to_owned()),
        ..card("B", &shared("f", page_bytes()), None, &[])
    };
    let alive = card("A", &shared("f", page_bytes()), None, &[FilePage]);
    let record = record(ONE, Verdict::AsPredicted, Vec::new(), vec![alive, ended]);
    let given = Given::default();
    let paper = given.written(std::slice::from_ref(&record), PaperForm::Markdown);
    for line in [
        "| process | mapping | pages | bytes it saw last | |",
        "| A (77) | as it maps | what it holds | what it saw |  |",
        "| B (77) | as it maps | what it holds | what it saw | ended: killed by SIGBUS |",
    ] {
        assert!(paper.lines().any(|it| it == line), "{line} in {paper}");
    }
    let page = given.written(&[record], PaperForm::Html);
    for line in [
        "<tr><td>A (77)</td><td>as it maps</td><td>what it holds</td><td>what it saw</td><td></td></tr>",
        "<td>what it saw</td><td><span class=\"no\">ended: killed by SIGBUS</span></td></tr>",
    ] {
        assert!(page.contains(line), "{line} in {page}");
    }
}

#[test]
fn an_own_prediction_is_held_against_this_run() {
    for (choice, verdict, came) in [
        (0, Verdict::AsPredicted, "right"),
        (1, Verdict::AsPredicted, "wrong"),
        (0, Verdict::Differs, "wrong"),
        (1, Verdict::Differs, "this run does not tell"),
        (0, Verdict::Cancelled, "this run does not tell"),
    ] {
        let given = Given {
            own: answer(choice, "then"),
            ..Given::default()
        };
        let words = catalogue::find(ONE).unwrap().claim.choices[choice];
        let record = record(ONE, verdict, Vec::new(), Vec::new());
        let paper = given.written(&[record], PaperForm::Markdown);
        let line = format!("- **Own prediction**: {words} ({came}; given then)");
        assert!(paper.lines().any(|it| it == line), "{line} in {paper}");
    }
}

#[test]
fn what_changed_is_told_of_the_step_that_did_it() {
    let map = private("f", 3 * page_bytes());
    let moments: [&[PeerPage]; 3] = [
        &[NotPresent, NotPresent, NotPresent],
        &[FilePage, FilePage, NotPresent],
        &[FilePage, PrivateCopy, NotPresent],
    ];
    let mut courses = Courses::default();
    let mut steps = Vec::new();
    courses.hear(&Progress::Started(ONE.to_owned()));
    courses.hear(&Progress::Peers(vec![card("A", &map, None, moments[0])]));
    for (number, pages) in (1..).zip(moments) {
        let bytes: &[u8] = if number == 3 { b"xy\0" } else { b"ab\0" };
        let step = loads(number, "A", 5, bytes);
        // It is told of first, and looked up then.
        courses.hear(&Progress::Step(Box::new(step.clone())));
        courses.hear(&Progress::Peers(vec![card("A", &map, None, pages)]));
        steps.push(step);
    }
    let dies = step(4, Some("A"), "dies");
    courses.hear(&Progress::Step(Box::new(dies.clone())));
    let dead = PeerCard {
        ended: Some("killed by SIGSEGV".to_owned()),
        ..card("A", &map, None, &[])
    };
    courses.hear(&Progress::Peers(vec![dead]));
    steps.push(dies);
    let given = Given {
        courses,
        ..Given::default()
    };
    let record = record(ONE, Verdict::AsPredicted, steps, Vec::new());
    let paper = given.written(&[record], PaperForm::Markdown);
    let told: Vec<&str> = paper
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains("came of"))
        .map(|line| line.trim_end_matches(" |").rsplit(" | ").next().unwrap())
        .collect();
    assert_eq!(told[0], "", "nothing was known before: {paper}");
    assert_eq!(
        told[1..],
        [
            "\u{25cf} A, pages 0 to 1: the file's page, was not present",
            "\u{25cf} A, page 1: own copy, was the file's page<br>A sees 2 other bytes from 5 on: 'x', was 'a'",
            "\u{25cf} A ended: killed by SIGSEGV",
        ],
        "{paper}"
    );
}

#[test]
fn a_summary_counts_each_verdict_once() {
    let verdicts = [
        Verdict::AsPredicted,
        Verdict::AsPredicted,
        Verdict::Differs,
        Verdict::Measured,
        Verdict::NotDone("x".to_owned()),
        Verdict::Cancelled,
        Verdict::NotAvailable("y".to_owned()),
    ];
    let records: Vec<RunRecord> = verdicts
        .into_iter()
        .map(|it| record(ONE, it, Vec::new(), Vec::new()))
        .collect();
    let total = "7 experiments: 2 as predicted, 1 measured, 1 not as predicted, 2 not carried out, 1 not available here";
    assert!(
        summary(&records).ends_with(&format!("\n{total}\n")),
        "{}",
        summary(&records)
    );
}

#[test]
fn the_surroundings_stand_by_their_names() {
    for (user, words) in [
        (Some(0), "0 (root)"),
        (Some(1000), "1000"),
        (None, "unknown"),
    ] {
        let mut given = Given::default();
        given.environment.user = user;
        let paper = given.written(&[], PaperForm::Markdown);
        let version = env!("CARGO_PKG_VERSION");
        let rows = format!(
            "| Date | 2026-11-26 03:04:05 UTC |\n| Program | mapscope {version} |\n| Kernel | Linux 1.2.3 |\n| Machine | x86\\_64 |\n\
             | Page size | 4096 bytes |\n| File system | ext4 |\n| Scratch directory | /scratch |\n| User | {words} |\n\n"
        );
        assert!(paper.contains(&rows), "{rows} in {paper}");
    }
}
