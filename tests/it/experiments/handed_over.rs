//! What becomes of a run whose report is lost, whose answers cannot be kept, or of which nothing is left; and that what a report
//! draws can be read, and was looked up.

use std::fs;

use super::typed::{Asked, lab};
use super::{json, text};

const ONE: &str = "shared-seen-by-shared";

#[track_caller]
fn report(arguments: &[&str], name: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    let arguments = [arguments, &["--report", path.to_str().unwrap()]].concat();
    let output = lab(dir.path(), &arguments, "");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    fs::read_to_string(&path).unwrap()
}

#[test]
fn a_report_that_is_lost_takes_nothing_else_with_it() {
    let home = tempfile::tempdir().unwrap();
    let output = lab(home.path(), &[ONE, "--json", "--report", "/dev/full"], "");
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(json(&output)["experiments"][0]["name"], ONE);
    let output = lab(home.path(), &[ONE, "--ask", "--report", "/dev/full"], "1\n");
    let (said, why) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(3));
    assert!(
        said.ends_with("\n1 experiment: 1 as predicted\nyour predictions: 1 of 1 right\n"),
        "{said}"
    );
    assert!(
        why.contains("(ENOSPC)") && why.lines().count() == 1,
        "{why}"
    );
}

#[test]
fn a_report_has_the_answers_of_its_run_though_they_cannot_be_kept() {
    let home = tempfile::tempdir().unwrap();
    let kept = home.path().join("mapscope/lab/answers.json");
    fs::create_dir_all(kept.parent().unwrap()).unwrap();
    fs::write(&kept, "not JSON").unwrap();
    let path = home.path().join("report.md");
    let at = path.to_str().unwrap();
    let output = lab(home.path(), &[ONE, "--ask", "--report", at], "2\n");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let report = fs::read_to_string(&path).unwrap();
    let line = "- **Own prediction**: The other process sees it after msync (wrong; given 20";
    assert!(report.contains(line), "{report}");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "not JSON");
}

/// The name is what was asked for: a file that it was taken from, or that got another one, is none of the run's business.
#[test]
fn a_report_goes_where_its_name_leads_at_the_end() {
    let home = tempfile::tempdir().unwrap();
    let (path, kept) = (home.path().join("report.md"), home.path().join("kept.md"));
    for happens in ["renamed", "removed", "replaced"] {
        fs::write(&path, "the last one").unwrap();
        let asked = Asked::first(
            home.path(),
            &[ONE, "--ask", "--report", path.to_str().unwrap()],
        );
        match happens {
            "renamed" => fs::rename(&path, &kept).unwrap(),
            "removed" => fs::remove_file(&path).unwrap(),
            _ => {
                fs::write(home.path().join("new"), "of somebody else, who saved it").unwrap();
                fs::rename(home.path().join("new"), &path).unwrap();
            }
        }
        asked.unanswered();
        let report = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            report.contains("### shared-seen-by-shared"),
            "{happens}: {report}"
        );
        assert!(!report.contains("somebody else"), "{report}");
        let kept = fs::read_to_string(&kept).unwrap();
        assert_eq!(kept, "the last one", "{happens}");
    }
}

#[test]
fn all_that_is_forgotten_is_all_that_is_kept() {
    let home = tempfile::tempdir().unwrap();
    lab(home.path(), &[ONE, "--ask"], "1\n");
    let kept = home.path().join("mapscope/lab/answers.json");
    let older = fs::read_to_string(&kept)
        .unwrap()
        .replace(ONE, "of-another-version");
    fs::write(&kept, older).unwrap();
    lab(home.path(), &[ONE, "--ask"], "1\n");
    let output = lab(home.path(), &["--forget", "--all"], "");
    assert_eq!(text(&output.stdout), "forgot 2 answers\n");
    assert!(
        !fs::read_to_string(&kept)
            .unwrap()
            .contains("of-another-version")
    );
}

#[test]
fn where_all_is_left_out_nothing_is_run_nor_written() {
    let home = tempfile::tempdir().unwrap();
    let (report, programs) = (home.path().join("a.md"), home.path().join("programs"));
    let (report, programs) = (report.to_str().unwrap(), programs.to_str().unwrap());
    for more in [
        &["--report", report][..],
        &["--json"],
        &["--export-c", programs],
        &["--export-rust", programs],
    ] {
        let output = lab(
            home.path(),
            &[&[ONE, "--without", "sharing"], more].concat(),
            "",
        );
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{more:?}: {said}");
        assert!(
            said.contains("--without") && said.lines().count() == 1,
            "{said}"
        );
        assert!(output.stdout.is_empty(), "{more:?}");
    }
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

/// The number of an attribute of an element.
fn attribute(element: &str, name: &str) -> Option<f64> {
    let (_, rest) = element.split_once(&format!(" {name}=\""))?;
    rest.split('"').next()?.parse().ok()
}

/// A number of a process has up to seven digits, and half an em is about the width of a letter.
#[test]
fn no_name_in_a_picture_reaches_into_the_boxes() {
    let page = report(&["fork", "same-frame", "growth-appears"], "report.html");
    let mut n_children = 0;
    for picture in page.split("<svg ").skip(1) {
        let picture = picture.split("</svg>").next().unwrap();
        let boxes = picture
            .split('<')
            .filter(|it| it.starts_with("rect class=\"") && !it.contains("\"g\""));
        let first = boxes
            .filter_map(|it| attribute(it, "x"))
            .fold(f64::INFINITY, f64::min);
        for name in picture
            .split('<')
            .filter(|it| it.starts_with("text class=\"t\" "))
        {
            let (from, words) = (
                attribute(name, "x").unwrap(),
                name.split('>').nth(1).unwrap(),
            );
            let n_digits = words.chars().filter(char::is_ascii_digit).count();
            let n_letters =
                words.chars().count() + (7 - n_digits.min(7)) * usize::from(n_digits > 0);
            #[expect(clippy::cast_precision_loss, reason = "there are few letters")]
            let to = from + n_letters as f64 * 13.5 * 0.54;
            assert!(
                to < first,
                "{words} from {from} to {to}, boxes from {first}"
            );
            n_children += usize::from(words.contains("child of"));
        }
    }
    assert!(n_children > 0);
}

/// Of this file next to nothing is in the page cache at the end, as the run itself finds out.
#[test]
fn a_picture_says_nothing_of_the_page_cache_that_was_not_looked_up() {
    let page = report(&["one-load-many-pages"], "report.html");
    for picture in page.split("<svg ").skip(1) {
        let picture = picture.split("</svg>").next().unwrap();
        assert!(!picture.contains("page cache"), "{picture}");
        assert!(
            picture.contains(">the pages that are mapped</text>"),
            "{picture}"
        );
    }
}

/// On paper nothing scrolls: what is wider than the page has to be narrower, or to begin a new line.
#[test]
fn nothing_of_a_page_is_cut_off_on_paper() {
    let page = report(&[ONE], "report.html");
    let (_, paper) = page.split_once("@media print{").unwrap();
    let paper = paper.split("</style>").next().unwrap();
    for scrolls in [
        "pre{overflow:visible;white-space:pre-wrap",
        ".wide{overflow:visible}",
    ] {
        assert!(paper.contains(scrolls), "{scrolls} in {paper}");
    }
    // A verdict with its reason is longer than a line.
    let mut rules = page.split("table.all ").skip(1);
    assert!(rules.all(|rule| !rule.split('}').next().unwrap().contains("nowrap")));
}
