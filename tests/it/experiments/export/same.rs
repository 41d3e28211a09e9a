//! What a program printed beside what mapscope observed: the same but for what differs between any two runs.

use mapscope::lab::claim::{Doing, RunRecord, RunStep};
use mapscope::peer::calls::{AreaCall, Call, ObjectCall, Outcome};

/// A step, as it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    /// Who and what.
    doing: String,
    observed: String,
    /// Whether it was as expected, where that was looked at.
    sign: char,
}

/// What of an observation differs between runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Varies {
    /// Addresses and numbers of processes.
    Addresses,
    /// All numbers, with the units of times, and whether there is one of what is counted or more.
    Numbers,
    /// Whatever it is.
    All,
}

/// `before` is the step before it: what is loaded after a race is what came of the race.
fn varies(step: &RunStep, before: Option<&RunStep>) -> Varies {
    if before.is_some_and(|before| matches!(before.told, Some(Outcome::Raced(_)))) {
        return Varies::All;
    }
    let asks_where = matches!(
        step.doing,
        Doing::Ask {
            call: Call::Area(AreaCall::Where { .. })
                | Call::Object(ObjectCall::Room { .. } | ObjectCall::SegmentMake { .. }),
            ..
        } | Doing::Look
    );
    // How much of a file comes in at once is what the disk makes of it: what is promised then is less than what is observed.
    let is_loose = step.expected.as_ref() != Some(&step.observed) && step.holds == Some(true);
    match step.told {
        _ if asks_where => Varies::Numbers,
        Some(Outcome::Pages { .. }) if is_loose => Varies::All,
        Some(
            Outcome::Sums(_)
            | Outcome::Memory(_)
            | Outcome::Faults { .. }
            | Outcome::Cache { .. }
            | Outcome::Stat(_)
            | Outcome::Resident { .. }
            | Outcome::Repeated { .. },
        ) => Varies::Numbers,
        Some(Outcome::Raced(_) | Outcome::Frames { .. }) => Varies::All,
        _ => Varies::Addresses,
    }
}

/// Compares the steps of a run with what a program printed: how many there are.
///
/// # Errors
/// Both lists, where they differ.
pub(super) fn compared(record: &RunRecord, printed: &str) -> Result<usize, String> {
    let mut here: Vec<(Line, Varies)> = Vec::new();
    for (at, step) in record.steps.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| &record.steps[before]);
        here.push(line_of(step, before));
    }
    let mut there = lines_of(printed, &here);
    let mut lines: Vec<Line> = here.iter().map(|(line, _)| line.clone()).collect();
    if lines.len() != there.len() {
        // Steps that are done until something is so.
        lines = once(lines);
        there = once(there);
    }
    if lines == there {
        return Ok(lines.len());
    }
    let first = lines.iter().zip(&there).find(|(left, right)| left != right);
    Err(format!(
        "{} and {} steps; first {first:#?}\n{lines:#?}\nthe program printed:\n{printed}",
        lines.len(),
        there.len()
    ))
}

fn line_of(step: &RunStep, before: Option<&RunStep>) -> (Line, Varies) {
    let who = step.peer.as_deref().unwrap_or("main");
    let how = varies(step, before);
    let sign = match step.holds {
        None => ' ',
        Some(true) => '\u{2713}',
        Some(false) => '\u{2717}',
    };
    let line = Line {
        doing: format!("{who} {}", step.what),
        observed: plain(&step.observed, how),
        sign,
    };
    (line, how)
}

/// The steps that a program printed. What was done and what was observed are told apart by what mapscope did.
fn lines_of(printed: &str, known: &[(Line, Varies)]) -> Vec<Line> {
    let mut found: Vec<(usize, char, String)> = Vec::new();
    for line in printed.lines() {
        if let Some(more) = line.strip_prefix("          ") {
            if let Some((_, _, text)) = found.last_mut() {
                text.push('\n');
                text.push_str(more);
            }
            continue;
        }
        let mut words = line.trim_start().splitn(2, ' ');
        let (first, rest) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        if let Ok(number) = first.parse::<usize>() {
            let mut characters = rest.chars();
            let sign = characters.next().unwrap_or(' ');
            found.push((number, sign, characters.as_str().trim_start().to_owned()));
        } else if let Some(judged) = rest.strip_prefix("step ") {
            let number = judged
                .split(' ')
                .next()
                .and_then(|number| number.parse().ok());
            let sign = first.chars().next().unwrap_or(' ');
            if let Some(step) = found.iter_mut().find(|step| Some(step.0) == number) {
                // Of several checks all must hold.
                step.1 = if step.1 == '\u{2717}' { step.1 } else { sign };
            }
        }
    }
    found
        .into_iter()
        .map(|(_, sign, text)| told_apart(&text, sign, known))
        .collect()
}

fn told_apart(text: &str, sign: char, known: &[(Line, Varies)]) -> Line {
    let (who, rest) = text.split_once(' ').unwrap_or((text, ""));
    // The number of the process, where there is one.
    let what = match rest
        .strip_prefix('(')
        .and_then(|rest| rest.split_once(") "))
    {
        Some((pid, what)) if pid.chars().all(|c| c.is_ascii_digit()) => what,
        _ => rest,
    };
    let whole = format!("{who} {what}");
    let is_it = |line: &Line| whole.starts_with(&format!("{}: ", line.doing));
    let known = known.iter().filter(|(line, _)| is_it(line));
    let Some((line, how)) = known.max_by_key(|(line, _)| line.doing.len()) else {
        let (doing, observed) = (whole, String::new());
        return Line {
            doing,
            observed,
            sign,
        };
    };
    let observed = &whole[line.doing.len() + 2..];
    let observed = observed.split("  (expected: ").next().unwrap_or_default();
    Line {
        doing: line.doing.clone(),
        observed: plain(observed, *how),
        sign,
    }
}

/// What is left of an observation without what varies.
fn plain(observed: &str, how: Varies) -> String {
    if how == Varies::All {
        return String::new();
    }
    let lines: Vec<String> = observed.lines().map(|line| plain_line(line, how)).collect();
    lines.join("\n")
}

fn plain_line(line: &str, how: Varies) -> String {
    if let Some(area) = area(line) {
        return area;
    }
    if how == Varies::Numbers {
        let mut text = String::new();
        for c in line.chars() {
            let c = if c.is_ascii_digit() { '#' } else { c };
            if c != '#' || !text.ends_with('#') {
                text.push(c);
            }
        }
        // What is computed may be below zero.
        text = text.replace(" -#", " #");
        text = text.strip_prefix('-').unwrap_or(&text).to_owned();
        for time in ["#.# \u{b5}s", "#.# ms", "# ns", "#.# s"] {
            text = text.replace(time, "a time");
        }
        // One fault, but two faults.
        let words = text.split(' ').map(|word| word.trim_end_matches('s'));
        return words.collect::<Vec<_>>().join(" ");
    }
    let words = line.split(' ').scan("", |before, word| {
        let is_process = *before == "process";
        *before = word;
        Some(if is_process || word.starts_with("0x") {
            "#"
        } else {
            word
        })
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A line of maps: what it allows, its offset, and the name without its folder.
fn area(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let is_hex = |text: &str| text.len() >= 8 && text.chars().all(|c| c.is_ascii_hexdigit());
    if !is_hex(start) || !is_hex(end) {
        return None;
    }
    let (allows, offset) = (words.next()?, words.next()?);
    let name = words.skip(2).collect::<Vec<_>>().join(" ");
    let name = name.rsplit('/').next().unwrap_or_default();
    // Shared memory by name has a name of each run's own.
    let name = name.replace("mapscope-", "lab-");
    let name = name.trim_end_matches(|c: char| c.is_ascii_digit());
    Some(format!("{allows} {offset} {name}"))
}

/// The same without what is repeated at once: of each repetition the last one.
fn once(mut lines: Vec<Line>) -> Vec<Line> {
    for size in (1..=12).rev() {
        let mut at = 0;
        while at + 2 * size <= lines.len() {
            let same = (at..at + size).all(|index| lines[index].doing == lines[index + size].doing);
            if same {
                lines.drain(at..at + size);
            } else {
                at += 1;
            }
        }
    }
    lines
}

/// A step of A's that told this, and was expected to.
fn step(what: &str, told: Outcome, observed: &str, expected: &str) -> RunStep {
    RunStep {
        number: 1,
        peer: Some("A".to_owned()),
        pid: Some(7),
        what: what.to_owned(),
        doing: Doing::Start,
        told: Some(told),
        calls: Vec::new(),
        observed: observed.to_owned(),
        expected: Some(expected.to_owned()),
        holds: Some(true),
    }
}

/// What is left of such a step, and of the line that a program printed for it.
fn both(step: &RunStep, printed: &str) -> (Line, Line) {
    let known = [line_of(step, None)];
    let there = lines_of(&format!("    1 \u{2713} A (8) {printed}\n"), &known);
    let [(here, _)] = known;
    (here, there.into_iter().next().unwrap())
}

#[test]
fn what_only_the_moment_decides_is_no_difference() {
    let pages = || Outcome::Pages { pages: Vec::new() };
    let more = "more than one page, and not all";
    let loose = step(
        "looks",
        pages(),
        "16 \u{d7} file page, 240 \u{d7} not present",
        more,
    );
    let (here, there) = both(&loose, "looks: 4 \u{d7} file page, 252 \u{d7} not present");
    assert_eq!(here, there);
    let told = Outcome::Faults { minor: 1, major: 0 };
    let faults = step("counts", told, "1 minor and 0 major fault", "few");
    let (here, there) = both(&faults, "counts: 12 minor and 0 major faults");
    assert_eq!(here, there);
}

#[test]
fn what_is_promised_as_it_is_observed_makes_a_difference() {
    let pages = Outcome::Pages { pages: Vec::new() };
    let exact = step(
        "looks",
        pages,
        "2 \u{d7} private copy",
        "2 \u{d7} private copy",
    );
    let (here, there) = both(&exact, "looks: private copy, file page");
    assert_ne!(here, there);
    let bytes = Outcome::Bytes { bytes: vec![0x41] };
    let loaded = step("loads", bytes, "41 'A'", "41 'A' or 42 'B'");
    let (here, there) = both(&loaded, "loads: 42 'B'");
    assert_ne!(here, there);
}
