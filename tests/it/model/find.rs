//! Searches in a view: at most one, of this mapping, of this generation; and what is replaced is what was found.

use mapscope::bytes::find::MatchRun;
use mapscope::map::{Gap, GapReason};
use mapscope::model::find::{
    FindGoal, FindNews, FindReport, FindRequest, FoundMatches, MatchBytes, MatchList, NearestMatch,
    NoMatch,
};
use mapscope::model::process::Refusal;
use mapscope::model::{DocAction, FileOrder, FindAction, FindForm, MappingAction};

use super::rig::*;
use super::*;

/// A store: where, what, and what must stand there.
type Expected<'a> = (u64, &'a [u8], Option<&'a [u8]>);

fn find(rig: &mut Rig, action: FindAction) -> Vec<Effect> {
    rig.act(Action::Find(action))
}

pub(super) fn is_find(request: &FileRequest) -> bool {
    matches!(request, FileRequest::Find(_))
}

fn asked(order: &FileOrder) -> &FindRequest {
    match &order.request {
        FileRequest::Find(request) | FileRequest::ReadMatches(request, _) => request,
        other => panic!("{other:?}"),
    }
}

fn report(found: FoundMatches) -> FileNews {
    let report = FindReport {
        found,
        is_stopped: false,
        unread: 0,
        gaps: Vec::new(),
    };
    FileNews::Find(FindNews::Searched(Ok((report, Vec::new()))))
}

fn nearest(start: u64, len: u64) -> FileNews {
    let span = Span::at(start, len).unwrap();
    let wrapped = false;
    report(FoundMatches::Nearest(Some(NearestMatch { span, wrapped })))
}

pub(super) fn run(start: u64, len: u64) -> MatchRun {
    let (count, step) = (1, 1);
    MatchRun {
        start,
        count,
        step,
        len,
    }
}

pub(super) fn all(runs: Vec<MatchRun>) -> FileNews {
    let count = runs.iter().map(|run| run.count).sum();
    report(FoundMatches::All(MatchList {
        count,
        runs,
        lists_all: true,
    }))
}

/// A file of 1000 bytes, in which `4142` is looked for.
pub(super) fn looking() -> Rig {
    let mut rig = Rig::new();
    rig.open(file("/tmp/a", 1, 1000));
    find(&mut rig, FindAction::Open { replaces: true });
    find(&mut rig, FindAction::Edited("4142".to_owned()));
    rig
}

fn says(rig: &Rig) -> &str {
    &rig.view().searches.answer
}

fn selected(rig: &Rig) -> Span {
    rig.view().viewport.selection()
}

#[test]
fn a_newer_search_takes_the_place_of_the_older_one() {
    let mut rig = looking();
    find(&mut rig, FindAction::Next);
    let first = rig.order(is_find);
    let effects = find(&mut rig, FindAction::Previous);
    assert!(effects.contains(&Effect::CancelJob(first.target.doc, first.number)));
    let second = rig.order(is_find);
    rig.answer(&first, nearest(10, 2));
    assert_eq!(rig.cursor(), 0, "the older one leads nowhere");
    rig.answer(&second, nearest(500, 2));
    assert_eq!(selected(&rig), span(500, 502));
    // and an answer that comes once more neither
    rig.answer(&second, nearest(10, 2));
    assert_eq!(selected(&rig), span(500, 502));
}

#[test]
fn what_was_found_in_another_mapping_leads_nowhere() {
    let mut rig = looking();
    find(&mut rig, FindAction::All);
    let list = rig.order(is_find);
    rig.answer(&list, all(vec![run(3, 2)]));
    assert!(rig.view().searches.list.is_some());
    find(&mut rig, FindAction::Next);
    let order = rig.order(is_find);
    rig.act(MappingAction::Remap);
    let effects = rig.remapped(Mode::Private, Access::ReadWrite);
    assert!(effects.contains(&Effect::CancelJob(order.target.doc, order.number)));
    assert!(
        rig.view().searches.list.is_none(),
        "what was found stands there no more"
    );
    rig.answer(&order, nearest(500, 2));
    assert_eq!(rig.cursor(), 0);
    assert_eq!(says(&rig), "Mapped anew: search again");
    // nor is an answer under the number of a search now, said of the mapping before
    find(&mut rig, FindAction::Next);
    let now = rig.order(is_find);
    rig.say_of(order.target, Some(now.number), nearest(500, 2));
    assert_eq!(rig.cursor(), 0);
}

#[test]
fn a_tab_in_front_is_not_moved_by_the_search_of_another() {
    let mut rig = looking();
    find(&mut rig, FindAction::Next);
    let order = rig.order(is_find);
    let behind = rig.view().id;
    rig.open(file("/tmp/b", 2, 1000));
    rig.answer(&order, nearest(500, 2));
    assert_eq!(rig.cursor(), 0);
    let doc = rig.app.doc_of(behind).unwrap();
    assert_eq!(doc.view().viewport.selection(), span(500, 502));
    // the pattern is kept for it
    rig.orders.clear();
    find(&mut rig, FindAction::Next);
    assert_eq!(rig.order(is_find).target.doc, rig.doc().id);
}

#[test]
fn nobody_is_moved_who_has_gone_elsewhere() {
    let mut rig = looking();
    find(&mut rig, FindAction::Next);
    let order = rig.order(is_find);
    rig.point(77);
    rig.answer(&order, nearest(500, 2));
    assert_eq!(rig.cursor(), 77);
    rig.assert_says(Topic::Done, &["The match that you looked for is at 0x1f4"]);
}

#[test]
fn the_next_match_is_looked_for_behind_the_start_of_the_one_that_is_selected() {
    let mut rig = looking();
    rig.point(9);
    let goal = |rig: &mut Rig, action| {
        rig.orders.clear();
        find(rig, action);
        let order = rig.order(is_find);
        (asked(&order).goal, order)
    };
    let next = |from| FindGoal::Next { from, wraps: true };
    let (first, order) = goal(&mut rig, FindAction::Next);
    assert_eq!(first, next(9));
    rig.answer(&order, nearest(9, 2));
    assert_eq!(goal(&mut rig, FindAction::Next).0, next(10));
    let before = FindGoal::Previous {
        before: 9,
        wraps: true,
    };
    assert_eq!(goal(&mut rig, FindAction::Previous).0, before);
    // of an expression behind its end
    find(&mut rig, FindAction::SetForm(FindForm::Expression));
    find(&mut rig, FindAction::Edited("a+".to_owned()));
    let (_, order) = goal(&mut rig, FindAction::Next);
    rig.answer(&order, nearest(20, 5));
    assert_eq!(goal(&mut rig, FindAction::Next).0, next(25));
}

#[test]
fn a_search_that_is_refused_or_stopped_is_over() {
    let mut rig = looking();
    find(&mut rig, FindAction::All);
    let order = rig.order(is_find);
    rig.refuse(&order, Refusal::QueueFull);
    assert_eq!(
        says(&rig),
        "Not searched: its storage has not answered for long"
    );
    find(&mut rig, FindAction::All);
    let order = rig.order(is_find);
    let effects = rig.act(DocAction::CancelJob(order.number));
    assert!(effects.contains(&Effect::CancelJob(order.target.doc, order.number)));
    assert_eq!(says(&rig), "Stopped");
    rig.answer(&order, all(vec![run(3, 2)]));
    assert!(rig.view().searches.list.is_none());
    // the form takes its search with it
    find(&mut rig, FindAction::All);
    let order = rig.order(is_find);
    let effects = find(&mut rig, FindAction::Close);
    assert!(effects.contains(&Effect::CancelJob(order.target.doc, order.number)));
}

#[test]
fn what_is_no_pattern_is_not_asked_for() {
    let mut rig = looking();
    find(&mut rig, FindAction::Edited("4x".to_owned()));
    for action in [FindAction::Next, FindAction::All, FindAction::ReplaceAll] {
        find(&mut rig, action);
        assert!(rig.orders.is_empty(), "{:?}", rig.orders);
    }
    assert!(
        rig.app
            .find
            .error()
            .unwrap()
            .to_string()
            .contains("column 2")
    );
}

pub(super) fn replace_with(rig: &mut Rig, text: &str) {
    find(rig, FindAction::ReplacementEdited(text.to_owned()));
    find(rig, FindAction::ReplaceAll);
}

#[test]
fn all_are_replaced_only_where_all_are_known() {
    let mut rig = looking();
    let part = |change: fn(&mut FindReport)| {
        let mut report = FindReport {
            found: FoundMatches::All(MatchList {
                count: 1,
                runs: vec![run(3, 2)],
                lists_all: true,
            }),
            is_stopped: false,
            unread: 0,
            gaps: Vec::new(),
        };
        change(&mut report);
        FileNews::Find(FindNews::Searched(Ok((report, Vec::new()))))
    };
    let unread = |report: &mut FindReport| {
        report.unread = 5;
        let reason = GapReason::PastFileEnd { file_len: 9 };
        report.gaps = vec![Gap {
            span: span(9, 14),
            reason,
        }];
    };
    let unlisted = |report: &mut FindReport| {
        if let FoundMatches::All(list) = &mut report.found {
            (list.count, list.lists_all) = (9, false);
        }
    };
    let stopped = |report: &mut FindReport| report.is_stopped = true;
    for (news, words) in [
        (part(unread), "5 bytes could not be read"),
        (part(unlisted), "9 matches are more than are listed"),
        (part(stopped), "Stopped"),
        (all(Vec::new()), "No match"),
        (
            all(vec![run(3, 2), run(9, 3)]),
            "the match at 0x9 has 3 bytes and the replacement 2",
        ),
        (
            all(vec![MatchRun {
                start: 0,
                count: 1 << 20,
                step: 2,
                len: 2,
            }]),
            "1048576 matches have 2.0 MiB; one edit may change 1 MiB",
        ),
    ] {
        replace_with(&mut rig, "4344");
        let order = rig.order(is_find);
        assert_eq!(asked(&order).goal, FindGoal::All);
        rig.answer(&order, news);
        assert!(
            says(&rig).contains(words),
            "{:?}, not {words:?}",
            says(&rig)
        );
        assert!(rig.orders.is_empty(), "{:?}", rig.orders);
    }
    replace_with(&mut rig, "43 ??");
    assert!(
        says(&rig).contains("column 4 can be several bytes"),
        "{}",
        says(&rig)
    );
    assert!(rig.orders.is_empty());
}

#[test]
fn what_is_replaced_is_compared_first_and_is_one_step() {
    let mut rig = looking();
    replace_with(&mut rig, "4344");
    let order = rig.order(is_find);
    // two that overlap: the first is replaced
    rig.answer(
        &order,
        all(vec![run(3, 2), run(4, 2), run(8, 2), run(10, 2)]),
    );
    let order = rig.order(|request| matches!(request, FileRequest::ReadMatches(..)));
    let FileRequest::ReadMatches(_, runs) = &order.request else {
        unreachable!()
    };
    let starts: Vec<u64> = runs.iter().flat_map(|run| run.starts()).collect();
    assert_eq!(starts, [3, 8, 10]);
    let bytes = |start| MatchBytes {
        span: Span::at(start, 2).unwrap(),
        bytes: b"AB".to_vec(),
    };
    let read = starts.iter().map(|start| bytes(*start)).collect();
    rig.answer(&order, FileNews::Find(FindNews::Read(Ok(read))));
    let store = rig.orders.last().unwrap();
    let FileRequest::Store(batch) = &store.request else {
        panic!("{store:?}");
    };
    let stores: Vec<Expected<'_>> = batch
        .stores
        .iter()
        .map(|store| (store.offset, &*store.bytes, store.expect.as_deref()))
        .collect();
    let expected: [Expected<'_>; 2] = [(3, b"CD", Some(b"AB")), (8, b"CDCD", Some(b"ABAB"))];
    assert_eq!(stores, expected);
    rig.stored(|store| StoreOutcome::Stored(store.expect.clone().unwrap()));
    assert_eq!(says(&rig), "3 replaced, as one edit");
    assert_eq!(rig.journal().edits().len(), 1);
    assert!(rig.view().searches.list.is_none());
}

/// Has the one match of `61` replaced that there is: the order to read it once more.
pub(super) fn read_again<T>(rig: &mut Rig, known: T) -> (FileRequest, T) {
    find(rig, FindAction::Edited("61".to_owned()));
    replace_with(rig, "62");
    let order = rig.order(is_find);
    rig.answer(&order, all(vec![run(3, 1)]));
    (rig.orders.last().unwrap().request.clone(), known)
}

#[test]
fn what_has_changed_meanwhile_is_not_replaced() {
    let mut rig = looking();
    for (why, words) in [
        (
            NoMatch::Changed(3),
            "what stood at 0x3 has changed; search again",
        ),
        (
            NoMatch::Unread(3, GapReason::PastFileEnd { file_len: 2 }),
            "what stands at 0x3 cannot be read",
        ),
        (NoMatch::Stopped, "it was stopped"),
    ] {
        replace_with(&mut rig, "4344");
        let order = rig.order(is_find);
        rig.answer(&order, all(vec![run(3, 2)]));
        let order = rig.order(|request| matches!(request, FileRequest::ReadMatches(..)));
        rig.answer(&order, FileNews::Find(FindNews::Read(Err(why))));
        assert!(says(&rig).contains(words), "{}", says(&rig));
        assert!(rig.orders.is_empty(), "{:?}", rig.orders);
    }
}

#[test]
fn a_read_only_view_replaces_nothing() {
    let mut rig = looking();
    rig.act(MappingAction::SetAccess(Access::ReadOnly));
    rig.remapped(Mode::Private, Access::ReadOnly);
    replace_with(&mut rig, "4344");
    let order = rig.order(is_find);
    rig.answer(&order, all(vec![run(3, 2)]));
    assert!(rig.orders.is_empty(), "{:?}", rig.orders);
    rig.assert_says(Topic::Error, &["read-only"]);
}
