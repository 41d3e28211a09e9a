//! The reports that a person hands in, in both forms: what stands in them, and that they stand alone.

use std::fs;
use std::path::Path;

use mapscope::bytes::forms::Form;

use super::{Lab, text};

const ONE: &str = "shared-seen-by-shared";

/// The report of a run, by the name of its file.
#[track_caller]
fn report(names: &[&str], file: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(file);
    let mut arguments = names.to_vec();
    arguments.extend(["--report", path.to_str().unwrap()]);
    let mut lab = Lab::new(&arguments);
    lab.command.env("XDG_STATE_HOME", dir.path());
    let output = lab.output();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    fs::read_to_string(&path).unwrap()
}

/// What both forms say, whatever signs stand round it.
#[track_caller]
fn check_surroundings(report: &str) {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let version = format!("mapscope {}", env!("CARGO_PKG_VERSION"));
    for part in [
        "Date",
        " UTC",
        &version,
        release.trim(),
        "File system",
        "Page size",
    ] {
        assert!(report.contains(part), "{part:?} in {report}");
    }
}

/// Each element that is opened is closed, in order; the names of those that are never closed are given.
#[track_caller]
fn check_nesting(html: &str, void: &[&str]) {
    let mut open: Vec<&str> = Vec::new();
    // What stands in a style sheet is no element.
    for (index, piece) in html.split('<').enumerate().skip(1) {
        let tag = piece.split('>').next().unwrap();
        let name = tag
            .trim_start_matches('/')
            .split([' ', '/'])
            .next()
            .unwrap();
        if tag.starts_with('!') || void.contains(&name) || tag.ends_with('/') {
            continue;
        }
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(name), "at {index}: {piece}");
        } else {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_page_stands_alone_and_shows_the_course_of_each_run() {
    let page = report(&[ONE, "private-seen-by-nobody"], "report.html");
    check_surroundings(&page);
    check_nesting(&page, &["meta", "br"]);
    for outside in ["<script", "<link", "src=", "@import", "url(", "https:"] {
        assert!(!page.contains(outside), "{outside}");
    }
    // The name of a language is no address that is fetched.
    let named = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!named.contains("http:"));
    for part in [
        "prefers-color-scheme:dark",
        "@media print",
        "color-scheme:light dark",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert_eq!(page.matches("<svg ").count(), 4, "start and end of each");
    let heads = "<th>#</th><th>mapscope</th><th>A</th><th>B</th><th>changed</th>";
    assert!(page.contains(heads));
    let changed = "<td>\u{25cf} B sees 'Z' at 28, was 'A'</td>";
    let row = page.lines().find(|line| line.contains(changed)).unwrap();
    assert!(row.starts_with("<tr class=\"changed\">"), "{row}");
    // The step that opened the file changed nothing.
    let opened = page
        .lines()
        .find(|line| line.contains("opens f to read and write"))
        .unwrap();
    assert!(opened.starts_with("<tr><td"), "{opened}");
    // A's page alone is its own at the end.
    assert_eq!(page.matches("own copy of this page</text>").count(), 1);
}

#[test]
fn what_a_name_holds_is_text_in_a_page() {
    let dir = tempfile::tempdir().unwrap();
    let hostile = dir.path().join("<b>&\"x");
    fs::create_dir(&hostile).unwrap();
    let page = report(&[ONE, "--dir", hostile.to_str().unwrap()], "report.htm");
    assert!(page.contains("&lt;b&gt;&amp;"), "{page}");
    check_nesting(&page, &["meta", "br"]);
    let text = report(&[ONE, "--dir", hostile.to_str().unwrap()], "report.md");
    assert!(text.contains("\\<b\\>\\&"), "{text}");
}

#[test]
fn markdown_has_a_column_a_process_and_its_pictures_within() {
    let paper = report(&[ONE, "truncated-page-sigbus"], "report.MARKDOWN");
    check_surroundings(&paper);
    assert!(paper.contains("| # | mapscope | A | B | changed |"));
    let changed = paper
        .lines()
        .find(|line| line.contains("B sees 'Z' at 28, was 'A'"))
        .unwrap();
    assert!(
        changed.starts_with("| 10 |  |  | loads the byte at 28: 5a 'Z'"),
        "{changed}"
    );
    assert!(
        paper.contains("\u{25cf} A ended: killed by SIGBUS"),
        "{paper}"
    );
    for when in ["start", "end"] {
        let name = format!("{ONE}-{when}");
        assert!(paper.contains(&format!("][{name}]")), "{name}");
        let link = format!("[{name}]: data:image/svg+xml;base64,");
        let data = paper
            .lines()
            .find_map(|line| line.strip_prefix(&link))
            .unwrap();
        let picture = Form::Base64.read(data).unwrap();
        let picture = String::from_utf8(picture).unwrap();
        check_nesting(&picture, &[]);
        assert!(picture.contains(">A (pid ") && picture.contains("the pages that are mapped"));
    }
}

#[test]
fn another_form_is_refused_before_anything_runs() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["report.txt", "report.pdf", "report.md.gz"] {
        let path = dir.path().join(name);
        let output = Lab::new(&[ONE, "--report", path.to_str().unwrap()]).output();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert_eq!(said.lines().count(), 1, "one sentence: {said}");
        assert!(
            said.contains(path.to_str().unwrap()) && said.contains(".html"),
            "{said}"
        );
        assert!(output.stdout.is_empty(), "nothing ran");
        assert!(!Path::new(&path).exists());
    }
}
