//! A list of edits of two views, which may have edited the same bytes: what is exported can be read, and whose edits are
//! meant is asked.

use std::path::Path;

use mapscope::model::effect::Export;
use mapscope::model::event::EditsNews;
use mapscope::model::patch::{PatchErrorKind, parse};

use super::offers::is_read;
use super::*;
use mapscope::model::FileOrder;

const FIRST: &str = "first private view";
const SECOND: &str = "second private view";

/// Two private views, in both of which the byte at 5 is edited, and in the second another one.
fn both_edited() -> Rig {
    let mut rig = open(100);
    rig.typed(5, b'a', b'Y');
    rig.act(M::AddView);
    let second = rig.view_added();
    rig.act(A::FocusView(second));
    rig.act(M::SetAccess(Access::ReadWrite));
    rig.remapped(Mode::Private, Access::ReadWrite);
    rig.typed(5, b'a', b'Z');
    rig.typed(9, b'a', b'X');
    rig
}

fn exported(rig: &mut Rig) -> String {
    rig.act(D::ExportEdits);
    rig.act(D::DestinationSubmitted);
    let order = rig.order(|request| matches!(request, FileRequest::Export { .. }));
    let FileRequest::Export {
        what: Export::Text(text),
        ..
    } = order.request
    else {
        panic!("{order:?}");
    };
    text
}

#[test]
fn what_two_views_edited_is_exported_so_that_it_can_be_read() {
    let mut rig = both_edited();
    let text = exported(&mut rig);
    let listed = parse(&text).unwrap();
    assert!(listed.runs.is_empty(), "no mapping holds the edits of both");
    let parts = listed.parts.iter().map(|part| {
        let runs = part.runs.iter();
        let runs: Vec<_> = runs.map(|run| (run.offset, run.value.as_slice())).collect();
        (part.view.as_str(), runs)
    });
    let parts: Vec<_> = parts.collect();
    let expected = [
        (FIRST, vec![(5, &b"Y"[..])]),
        (SECOND, vec![(5, &b"Z"[..]), (9, &b"X"[..])]),
    ];
    assert_eq!(parts, expected);
    let second = listed.clone().of_view(SECOND).unwrap();
    assert_eq!((second.runs.len(), second.parts.len()), (2, 0));
    assert_eq!(second.size, Some(100));
    assert!(listed.of_view("view").is_none());
    // where one view has edits the list is of that one, as ever
    let mut rig = open(100);
    rig.typed(5, b'a', b'Y');
    rig.act(M::AddView);
    rig.view_added();
    let text = exported(&mut rig);
    assert!(
        text.contains("\n# not in the file: offset, base, value\n"),
        "{text}"
    );
    assert_eq!(parse(&text).unwrap().runs.len(), 1);
}

#[test]
fn parts_that_name_no_view_or_the_same_are_one() {
    let list = |parts: &[(&str, &str)]| {
        let mut text = "# mapscope edits\n".to_owned();
        for (view, line) in parts {
            let heading = format!("# not in the file{view}: offset, base, value");
            text = [text.as_str(), &heading, "\n", line, "\n"].concat();
        }
        parse(&text)
    };
    let (one, two) = ("0x1\t41\t42", "0x2\t41\t42");
    let n_runs = |parts: &[(&str, &str)]| list(parts).unwrap().runs.len();
    assert_eq!(n_runs(&[("", two), ("", one)]), 2);
    assert_eq!(n_runs(&[(", a view", two), (", a view", one)]), 2);
    assert_eq!(n_runs(&[(", a view", two), (", b view", "# nothing")]), 1);
    assert_eq!(n_runs(&[(", a view", two), (", b view", one)]), 0);
    // those of one may not overlap, wherever the others stand
    let wrong = [(", a view", one), (", b view", one), (", a view", one)];
    let error = list(&wrong).unwrap_err();
    assert_eq!((error.line, error.kind), (7, PatchErrorKind::Place));
}

/// Reads the list, and says that it is of two views.
fn asked_which(rig: &mut Rig) {
    rig.act(D::AskForPatch);
    rig.act(D::DestinationEdited("/list".to_owned()));
    rig.act(D::DestinationSubmitted);
    let order = rig.order(|request| matches!(request, FileRequest::ReadPatch(_)));
    let parts = [(FIRST, 1), (SECOND, 2)];
    let parts = parts.map(|(view, n_bytes)| (view.to_owned(), n_bytes));
    let news = EditsNews::PatchParts(parts.to_vec());
    rig.answer(&order, FileNews::Edits(news));
}

fn is_part(request: &FileRequest) -> bool {
    matches!(request, FileRequest::ReadPatchPart(path, view)
        if path == Path::new("/list") && view == SECOND)
}

#[test]
fn whose_edits_are_meant_is_asked_and_only_these_are_compared() {
    let mut rig = open(100);
    asked_which(&mut rig);
    rig.assert_says(
        Topic::Apply,
        &["1 byte of the first", "2 bytes of the second"],
    );
    assert!(rig.doc().saving.is_none(), "its form is answered");
    let notice = rig.doc().notices.get(Topic::Apply).unwrap();
    let labels: Vec<&str> = notice
        .actions
        .iter()
        .map(|(label, _)| label.as_str())
        .collect();
    let expected = [
        "Those of the first private view",
        "Those of the second private view",
        "Do not apply",
    ];
    assert_eq!(labels, expected);
    rig.act(D::ApplyPatch { over: true }); // nothing is compared yet
    assert!(rig.orders.is_empty());
    rig.act(D::ChoosePatchPart(1));
    assert_eq!(rig.says(Topic::Apply), "");
    assert!(rig.orders.iter().any(|order| is_part(&order.request)));
    compared_part(&mut rig);
    rig.assert_says(Topic::Apply, &["changes 1 byte"]);
    // mapped otherwise it is the same part that is compared anew
    rig.act(M::ToggleMode);
    rig.remapped(Mode::Shared, Access::ReadWrite);
    compared_part(&mut rig);
    rig.assert_says(Topic::Apply, &["changes 1 byte", "to the file at once"]);
}

/// The part was read and compared.
fn compared_part(rig: &mut Rig) {
    let order = rig.order(is_part);
    rig.orders.push(FileOrder {
        request: FileRequest::ReadPatch(PathBuf::new()),
        ..order
    });
    is_read(rig, &[(5, b'a', b'Z')], b"a");
}

#[test]
fn a_list_of_two_that_is_not_to_be_applied_or_whose_view_is_closed_is_forgotten() {
    let mut rig = open(100);
    asked_which(&mut rig);
    rig.act(D::DropPatchList);
    assert_eq!(rig.says(Topic::Apply), "");
    rig.act(D::ChoosePatchPart(0));
    assert!(rig.orders.is_empty(), "{:?}", rig.orders);
    let mut rig = open(100);
    rig.act(M::AddView);
    let second = rig.view_added();
    rig.act(A::FocusView(second));
    asked_which(&mut rig);
    rig.act(F::CloseView);
    assert_eq!(rig.says(Topic::Apply), "");
    rig.orders.clear();
    rig.act(D::ChoosePatchPart(0));
    assert!(rig.orders.is_empty(), "{:?}", rig.orders);
}
