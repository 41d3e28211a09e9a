//! A report to hand in, as a single file of HTML: no script, and nothing that is fetched from elsewhere. It is legible in dark
//! and light, and on paper.
//!
//! It must not know where the text goes.

use std::fmt::Write as _;

use crate::lab::claim::{Claim, PeerCard, RunRecord, RunStep, Verdict};

use super::course::changes;
use super::markup::{escaped, whole};
use super::picture;
use super::text::cost_lines;
use super::{Paper, judged, with_claims};

/// How the page looks; the same colors as the window's.
const STYLE: &str = "\
:root{color-scheme:light dark;--t:#1b2027;--w:#535d69;--g:#fff;--bar:#f2f4f7;--l:#d4d9e0;--yes:#186a35;--no:#b31d17;--lit:#fff4da;--a:#125bb5}
@media (prefers-color-scheme:dark){:root{--t:#dfe4ec;--w:#9ea8b7;--g:#14171c;--bar:#1d2128;--l:#2e343d;--yes:#7cc793;--no:#ff8d85;--lit:#2d2719;--a:#6cadf5}}
*{box-sizing:border-box}
body{font:16px/1.5 system-ui,Ubuntu,'DejaVu Sans',Arial,sans-serif;color:var(--t);background:var(--g);max-width:68rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.8rem}h2{margin-top:2.5rem;border-bottom:1px solid var(--l)}h3{margin:2rem 0 .3rem}h4{margin:1.2rem 0 .4rem;font-size:1rem}
a{color:var(--a)}.w{color:var(--w)}.yes{color:var(--yes)}.no{color:var(--no)}
table{border-collapse:collapse;width:100%;font-size:.875rem;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .5rem;border-bottom:1px solid var(--l);overflow-wrap:break-word}
th{color:var(--w);font-weight:600;background:var(--bar)}
table.all td{min-width:7rem}@media(min-width:40rem){table.all td{min-width:9rem}}table.facts{width:auto}table.facts th{background:none}
tr.changed{background:var(--lit)}td.n{color:var(--w);text-align:right;width:2.5rem}
code,pre{font:.8125rem/1.45 'DejaVu Sans Mono',Menlo,Consolas,monospace}code{color:var(--w);display:block;overflow-wrap:anywhere}
pre{overflow-x:auto;background:var(--bar);padding:.6rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.5rem 0}dt{color:var(--w)}dd{margin:0}
.wide{overflow-x:auto}.wide td:not(.n){min-width:6.5rem}figure{margin:.6rem 0}figcaption{color:var(--w);font-size:.875rem}svg{max-width:100%;height:auto}
.pair{display:flex;flex-wrap:wrap;gap:0 1rem}
@media print{:root{--t:#000;--w:#444;--g:#fff;--bar:#f2f4f7;--l:#bbb;--yes:#186a35;--no:#b31d17;--lit:#fff4da;--a:#000}
body{font-size:10.5pt;margin:0;max-width:none;print-color-adjust:exact;-webkit-print-color-adjust:exact}
.wide{overflow:visible}pre{overflow:visible;white-space:pre-wrap;font-size:6.5pt}.pair{break-before:avoid}
h2,h3,h4{break-after:avoid}tr,figure,dl,pre{break-inside:avoid}thead{display:table-header-group}a{text-decoration:none}}
";

/// The whole report.
pub(super) fn html(paper: &Paper<'_>) -> String {
    let mut out = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>Experiments about memory mappings</title>\n",
    );
    let _ = writeln!(
        out,
        "<style>\n{STYLE}{}</style>\n</head>\n<body>",
        picture::STYLE
    );
    out.push_str("<h1>Experiments about memory mappings</h1>\n<p>Each was carried out by real processes; what is observed was read back from the kernel.</p>\n<table class=\"facts\">\n");
    for (name, value) in paper.surroundings() {
        let _ = writeln!(out, "<tr><th>{name}</th><td>{}</td></tr>", escaped(&value));
    }
    out.push_str("</table>\n<h2>Verdicts</h2>\n<table class=\"all\">\n<thead><tr><th>experiment</th><th>verdict</th><th>predicted</th></tr></thead>\n");
    for (claim, record) in with_claims(paper.records) {
        let _ = writeln!(
            out,
            "<tr><td><a href=\"#{0}\">{0}</a></td><td>{1}</td><td>{2}</td></tr>",
            claim.name,
            verdict(&record.verdict),
            escaped(&record.predicted)
        );
    }
    out.push_str("</table>\n");
    for (topic, runs) in paper.by_topic() {
        let _ = writeln!(out, "<h2>{}</h2>", topic.title());
        for (claim, record) in runs {
            one(&mut out, paper, claim, record);
        }
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn verdict(verdict: &Verdict) -> String {
    let (class, sign) = match verdict {
        Verdict::AsPredicted => ("yes", "\u{2713} "),
        Verdict::Differs => ("no", "\u{2717} "),
        Verdict::NotDone(_) | Verdict::Cancelled => ("no", ""),
        Verdict::Measured | Verdict::NotAvailable(_) => ("w", ""),
    };
    format!(
        "<span class=\"{class}\">{sign}{}</span>",
        escaped(&verdict.to_string())
    )
}

fn one(out: &mut String, paper: &Paper<'_>, claim: &Claim, record: &RunRecord) {
    let _ = writeln!(
        out,
        "<section>\n<h3 id=\"{0}\">{0}</h3>\n<p>{1}.</p>\n<dl>",
        claim.name,
        escaped(claim.title)
    );
    let mut fact = |name: &str, value: &str| {
        let _ = writeln!(out, "<dt>{name}</dt><dd>{value}</dd>");
    };
    if let Some(own) = paper.own(claim, record) {
        fact("Own prediction", &escaped(&own));
    }
    let promise = format!(" <span class=\"w\">({})</span>", claim.promise);
    fact("Predicted", &(escaped(&record.predicted) + &promise));
    fact("Observed", &escaped(&whole(&record.observed)));
    fact("Verdict", &verdict(&record.verdict));
    let source = format!(" <span class=\"w\">({})</span>", escaped(claim.source));
    fact("Why", &(escaped(claim.why) + &source));
    out.push_str("</dl>\n");
    let course = paper.courses.of(claim.name);
    pictures(
        out,
        claim,
        course.map(|course| course.start(&record.steps)),
        &record.peers,
    );
    time_line(out, record, &changes(record, course));
    let costs = cost_lines(&record.costs);
    if !costs.is_empty() {
        let _ = writeln!(out, "<pre>{}</pre>", escaped(&costs.join("\n")));
    }
    final_state(out, &record.peers);
    out.push_str("</section>\n");
}

fn pictures(out: &mut String, claim: &Claim, start: Option<&[PeerCard]>, end: &[PeerCard]) {
    let moments = [("start", start.unwrap_or_default()), ("end", end)];
    let shown: Vec<_> = moments
        .into_iter()
        .filter(|(_, cards)| picture::is_worth_it(cards))
        .collect();
    if shown.is_empty() {
        return;
    }
    out.push_str("<h4>Who sees it</h4>\n<div class=\"pair\">\n");
    for (when, cards) in shown {
        let title = format!("{} at the {when}: {}", claim.name, picture::in_words(cards));
        let _ = writeln!(
            out,
            "<figure>\n{}<figcaption>At the {when}</figcaption>\n</figure>",
            picture::svg(cards, &title, "")
        );
    }
    out.push_str("</div>\n");
}

/// One column a process; what changed stands in the last one, and lights the row.
fn time_line(out: &mut String, record: &RunRecord, changes: &[Vec<String>]) {
    if record.steps.is_empty() {
        return;
    }
    let peers = Paper::columns(record);
    let has_own = record.steps.iter().any(|step| step.peer.is_none());
    let own = has_own.then_some(None);
    let columns: Vec<Option<&str>> = own.into_iter().chain(peers.into_iter().map(Some)).collect();
    out.push_str("<h4>Step by step</h4>\n<div class=\"wide\"><table>\n<thead><tr><th>#</th>");
    for column in &columns {
        let _ = write!(out, "<th>{}</th>", escaped(column.unwrap_or("mapscope")));
    }
    out.push_str("<th>changed</th></tr></thead>\n");
    for (step, changed) in record.steps.iter().zip(changes) {
        let class = if changed.is_empty() {
            ""
        } else {
            " class=\"changed\""
        };
        let _ = write!(out, "<tr{class}><td class=\"n\">{}</td>", step.number);
        for column in &columns {
            let done = if *column == step.peer.as_deref() {
                done(step)
            } else {
                String::new()
            };
            let _ = write!(out, "<td>{done}</td>");
        }
        let mark = if changed.is_empty() { "" } else { "\u{25cf} " };
        let words: Vec<String> = changed.iter().map(|words| escaped(words)).collect();
        let _ = writeln!(out, "<td>{mark}{}</td></tr>", words.join("<br>"));
    }
    out.push_str("</table></div>\n");
}

fn done(step: &RunStep) -> String {
    let (sign, expected) = judged(step);
    let sign = match step.holds {
        None => String::new(),
        Some(holds) => {
            let class = if holds { "yes" } else { "no" };
            format!(
                " <span class=\"{class}\">{sign}{}</span>",
                escaped(&whole(&expected))
            )
        }
    };
    let observed = escaped(&whole(&step.observed)).replace('\n', "<br>");
    let what = escaped(&whole(&step.what));
    let mut words = format!("{what}: {observed}{sign}");
    for call in &step.calls {
        let _ = write!(
            words,
            "<code>{} [{}]</code>",
            escaped(&call.text),
            whole(&call.took())
        );
    }
    words
}

fn final_state(out: &mut String, cards: &[PeerCard]) {
    if cards.is_empty() {
        return;
    }
    out.push_str("<h4>At the end</h4>\n<div class=\"wide\"><table>\n<thead><tr><th>process</th><th>mapping</th><th>pages</th><th>bytes it saw last</th><th></th></tr></thead>\n");
    for card in cards {
        let ended = card.ended.as_deref().map_or_else(String::new, |how| {
            format!("<span class=\"no\">ended: {}</span>", escaped(how))
        });
        let _ = writeln!(
            out,
            "<tr><td>{} ({})</td><td>{}</td><td>{}</td><td>{}</td><td>{ended}</td></tr>",
            escaped(&card.name),
            card.pid,
            escaped(&card.mapping),
            escaped(&card.pages),
            escaped(&card.bytes)
        );
    }
    out.push_str("</table></div>\n");
}
