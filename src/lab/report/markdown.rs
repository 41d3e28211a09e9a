//! A report to hand in, as Markdown. Its pictures stand in the text itself, at its end, as links to data.
//!
//! It must not know where the text goes.

use std::fmt::Write as _;

use crate::bytes::escape::{escape, is_hidden};
use crate::bytes::forms::Form;
use crate::lab::claim::{Claim, PeerCard, RunRecord, RunStep};

use super::course::changes;
use super::picture;
use super::text::cost_lines;
use super::{Paper, judged, with_claims};

/// The whole report.
pub(super) fn markdown(paper: &Paper<'_>) -> String {
    let mut text = String::from("# Experiments about memory mappings\n\n");
    text.push_str("Each was carried out by real processes; what is observed was read back from the kernel.\n\n");
    text.push_str("| | |\n| --- | --- |\n");
    for (name, value) in paper.surroundings() {
        let _ = writeln!(text, "| {name} | {} |", plain(&value));
    }
    text.push_str("\n## Verdicts\n\n| experiment | verdict | predicted |\n| ------------------- | ------------ | ------------------------------ |\n");
    for (claim, record) in with_claims(paper.records) {
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            claim.name,
            plain(&record.verdict.to_string()),
            plain(&record.predicted)
        );
    }
    let mut pictures = Vec::new();
    for (topic, runs) in paper.by_topic() {
        let _ = writeln!(text, "\n## {}", topic.title());
        for (claim, record) in runs {
            one(&mut text, paper, (claim, record), &mut pictures);
        }
    }
    if !pictures.is_empty() {
        text.push('\n');
    }
    for (name, svg) in pictures {
        // Of bytes there is always Base64.
        let data = Form::Base64.spell(svg.as_bytes(), 0).unwrap_or_default();
        let _ = writeln!(text, "[{name}]: data:image/svg+xml;base64,{data}");
    }
    text
}

fn one(
    text: &mut String,
    paper: &Paper<'_>,
    (claim, record): (&Claim, &RunRecord),
    pictures: &mut Vec<(String, String)>,
) {
    let _ = writeln!(text, "\n### {}\n\n{}.\n", claim.name, plain(claim.title));
    if let Some(own) = paper.own(claim, record) {
        let _ = writeln!(text, "- **Own prediction**: {}", plain(&own));
    }
    for (name, value) in [
        (
            format!("Predicted** ({})", claim.promise),
            &*record.predicted,
        ),
        ("Observed**".to_owned(), &record.observed),
        ("Verdict**".to_owned(), &record.verdict.to_string()),
    ] {
        let _ = writeln!(text, "- **{name}: {}", plain(value));
    }
    let _ = writeln!(
        text,
        "- **Why**: {} ({})\n",
        plain(claim.why),
        plain(claim.source)
    );
    let course = paper.courses.of(claim.name);
    let start = course.map(|course| course.start(&record.steps));
    for (when, cards) in [("start", start.unwrap_or_default()), ("end", &record.peers)] {
        if picture::is_worth_it(cards) {
            let title = format!("{} at the {when}: {}", claim.name, picture::in_words(cards));
            let name = format!("{}-{when}", claim.name);
            let _ = writeln!(
                text,
                "Who sees it at the {when}:\n\n![{}][{name}]\n",
                alternative(&title)
            );
            pictures.push((name, picture::svg(cards, &title, picture::STYLE)));
        }
    }
    time_line(text, record, &changes(record, course));
    let costs = cost_lines(&record.costs);
    if !costs.is_empty() {
        let _ = writeln!(text, "\n```\n{}\n```", costs.join("\n"));
    }
    final_state(text, &record.peers);
}

/// One column a process; what changed stands in the last one.
fn time_line(text: &mut String, record: &RunRecord, changes: &[Vec<String>]) {
    if record.steps.is_empty() {
        return;
    }
    let peers = Paper::columns(record);
    let has_own = record.steps.iter().any(|step| step.peer.is_none());
    let mut heads = vec!["#"];
    heads.extend(has_own.then_some("mapscope"));
    heads.extend(&peers);
    heads.push("changed");
    let _ = writeln!(text, "| {} |", heads.join(" | "));
    // Some programs give columns their width by the dashes.
    let dashes = heads.iter().map(|head| match *head {
        "#" => "---",
        "changed" => "--------------------",
        _ => "------------------------------",
    });
    let _ = writeln!(text, "| {} |", dashes.collect::<Vec<_>>().join(" | "));
    for (step, new) in record.steps.iter().zip(changes) {
        let own = has_own.then_some(None);
        let columns = own.into_iter().chain(peers.iter().map(|peer| Some(*peer)));
        let cells = columns.map(|column| {
            if column == step.peer.as_deref() {
                done(step)
            } else {
                String::new()
            }
        });
        let words: Vec<String> = new.iter().map(|words| plain(words)).collect();
        let mark = if words.is_empty() { "" } else { "\u{25cf} " };
        let _ = writeln!(
            text,
            "| {} | {} | {mark}{} |",
            step.number,
            cells.collect::<Vec<_>>().join(" | "),
            words.join("<br>")
        );
    }
}

fn done(step: &RunStep) -> String {
    let (sign, expected) = judged(step);
    let sign = if sign == ' ' {
        String::new()
    } else {
        format!(" {sign}")
    };
    let mut words = format!(
        "{}: {}{sign}{}",
        plain(&step.what),
        plain(&step.observed),
        plain(&expected)
    );
    for call in &step.calls {
        let _ = write!(words, "<br>`{}` {}", code(&call.text), call.took());
    }
    words
}

fn final_state(text: &mut String, cards: &[PeerCard]) {
    if cards.is_empty() {
        return;
    }
    text.push_str("\nAt the end:\n\n| process | mapping | pages | bytes it saw last | |\n| --- | --- | --- | --- | --- |\n");
    for card in cards {
        let ended = card
            .ended
            .as_deref()
            .map_or_else(String::new, |how| format!("ended: {how}"));
        let _ = writeln!(
            text,
            "| {} ({}) | {} | {} | {} | {} |",
            card.name,
            card.pid,
            plain(&card.mapping),
            plain(&card.pages),
            plain(&card.bytes),
            plain(&ended)
        );
    }
}

/// Text that means itself, also within a cell of a table.
fn plain(text: &str) -> String {
    let mut safe = String::new();
    for character in text.chars() {
        match character {
            '\n' => safe.push_str("<br>"),
            '|' | '<' | '>' | '*' | '_' | '`' | '\\' | '[' | ']' | '&' | '~' | '$' => {
                safe.push('\\');
                safe.push(character);
            }
            // Also what else ends a line: a row of a table is one.
            hidden if is_hidden(hidden) => {
                safe.push('\\');
                safe.extend(hidden.escape_default());
            }
            other => safe.push(other),
        }
    }
    safe
}

/// The text of a picture for those who cannot see it.
fn alternative(text: &str) -> String {
    plain(&text.replace('\n', " "))
}

/// Text between backticks within a cell of a table.
fn code(text: &str) -> String {
    escape(text).replace('`', "'").replace('|', "\\|")
}
