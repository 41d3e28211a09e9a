//! Files and their tabs: two opens of one file, the sample that gives way and comes back, and orders that were refused.

use mapscope::map::Identity;
use mapscope::model::event::Opened;
use mapscope::model::{DocId, OrderId, ScratchFile};

use super::*;

fn sample(inode: u64) -> Opened {
    Opened {
        scratch: Some(ScratchFile::Sample),
        ..file("/scratch/sample.txt", inode, 62)
    }
}

fn with_sample() -> Rig {
    let mut rig = Rig::new();
    rig.act(F::OpenSample);
    rig.opened(sample(90));
    rig
}

fn ids(rig: &Rig) -> Vec<DocId> {
    rig.app.docs.iter().map(|doc| doc.id).collect()
}

#[test]
fn two_opens_of_one_file_withdraw_the_later_and_bring_the_first_forward() {
    let mut rig = Rig::new();
    rig.act(F::Open(PathBuf::from("/name")));
    rig.act(F::Open(PathBuf::from("/hard-link")));
    let (later, ..) = rig.opening.remove(1);
    rig.opened(file("/name", 7, 100));
    let first = ids(&rig);
    rig.typed(5, b'a', b'Z');
    rig.open(file("/other", 8, 100));
    let effects = rig.hear(Event::Opened(later, Box::new(file("/hard-link", 7, 100))));
    assert!(effects.contains(&Effect::Close(later)), "{effects:?}");
    assert_eq!(rig.app.docs.len(), 2);
    assert_eq!(rig.doc().id, first[0], "it comes forward");
    assert_eq!(rig.journal().pending_bytes(), 1, "as it was");
    rig.assert_says(Topic::Done, &["name is open already"]);
    // the same path is another file once another one stands there
    rig.open(file("/name", 9, 100));
    assert_eq!(rig.app.docs.len(), 3);
}

#[test]
fn where_a_system_tells_no_identity_the_path_is_what_names_a_file() {
    let unknown = |path: &str| Opened {
        identity: Identity { dev: 0, ino: 0 },
        ..file(path, 0, 100)
    };
    let mut rig = Rig::new();
    rig.open(unknown("/a"));
    rig.open(unknown("/b"));
    assert_eq!(rig.app.docs.len(), 2);
    rig.act(F::Open(PathBuf::from("/a")));
    rig.opened(unknown("/a"));
    assert_eq!(rig.app.docs.len(), 2);
}

#[test]
fn an_untouched_sample_gives_way_to_the_first_file() {
    let mut rig = with_sample();
    let sample = rig.doc().id;
    rig.act(V::SelectAll);
    rig.act(F::Open(PathBuf::from(PATH)));
    let effects = rig.opened(file(PATH, 1, 100));
    assert!(effects.contains(&Effect::Close(sample)));
    assert_eq!(rig.app.docs.len(), 1);
    assert!(rig.opening.is_empty(), "no other sample comes");
}

#[test]
fn a_sample_that_was_touched_stays() {
    let touches: [fn(&mut Rig); 5] = [
        |rig| rig.typed(0, b'a', b'Z'),
        |rig| {
            rig.type_byte(b'Z'); // not answered yet
        },
        |rig| {
            rig.act(P::Add(mapscope::model::process::ProcessKind::Shared));
        },
        |rig| {
            rig.act(P::StoreAs(mapscope::model::WitnessId::File));
        },
        |rig| {
            rig.act(D::SaveCopy);
            rig.act(D::DestinationSubmitted);
        },
    ];
    for touch in touches {
        let mut rig = with_sample();
        let sample = rig.doc().id;
        touch(&mut rig);
        rig.act(F::Open(PathBuf::from(PATH)));
        rig.opened(file(PATH, 1, 100));
        assert_eq!(ids(&rig)[0], sample);
        assert_eq!(rig.app.docs.len(), 2);
    }
}

#[test]
fn closing_the_last_tab_brings_the_sample_back() {
    let mut rig = open(100);
    rig.open(file("/other", 2, 100));
    rig.act(F::Close);
    assert!(rig.opening.is_empty(), "another tab is open");
    assert_eq!(rig.doc().path, Path::new(PATH));
    rig.act(F::Close);
    let (_, _, request) = rig.opening.last().unwrap();
    assert_eq!(request, &OpenRequest::private(None));
    // nothing is brought while something else is coming anyway
    let mut rig = open(100);
    rig.act(F::Open(PathBuf::from("/other")));
    rig.act(F::Close);
    assert_eq!(rig.opening.len(), 1);
}

#[test]
fn a_file_that_comes_after_it_was_given_up_is_closed_again() {
    let mut rig = open(100);
    let effects = rig.hear(Event::Opened(DocId(999), Box::new(file("/late", 9, 1))));
    assert!(effects.contains(&Effect::Close(DocId(999))));
    assert_eq!(rig.app.docs.len(), 1);
}

#[test]
fn keys_for_a_file_that_is_closed_are_not_typed_into_another_one() {
    let mut rig = open(100);
    let gone = rig.open(file("/other", 2, 100));
    rig.act(F::Close);
    let effects = rig.act_in(Some(gone), E::Character('Z'));
    assert!(requests(&effects).is_empty());
    let said = &rig.app.notices.get(Topic::Error).unwrap().text;
    assert!(said.contains("not written"), "{said}");
}

/// Two edits of one byte each, whose stores of an undone paste come back refused.
fn refused() -> (Rig, OrderId) {
    let mut rig = open(100);
    for offset in [5, 40] {
        rig.typed(offset, b'a', b'Z');
    }
    rig.say(FileNews::CopiesLost(vec![span(0, 100)]));
    rig.act(E::Reapply);
    let order = rig.order(|request| matches!(request, FileRequest::Store(_)));
    rig.refuse(&order, Refusal::Gone);
    (rig, order.number)
}

#[test]
fn a_refused_batch_is_one_entry_of_the_tray_and_is_redirected_as_one_step() {
    let (mut rig, number) = refused();
    let [order] = rig.app.tray.orders() else {
        panic!("{:?}", rig.app.tray);
    };
    let parts = order.parts.iter();
    let parts: Vec<_> = parts.map(|part| (part.offset, &*part.bytes)).collect();
    assert_eq!(parts, [(5, &b"Z"[..]), (40, b"Z")]);
    let said = order.words();
    let begins = "2 bytes in 2 places from 0x5 on were not written to ";
    assert!(said.starts_with(begins), "{said}");
    rig.open(file("/folder/other.bin", 2, 100));
    let order = &rig.app.tray.orders()[0];
    assert_eq!(
        order.offer(rig.doc()),
        "Write 2 bytes in 2 places from 0x5 on of other.bin instead"
    );
    let effects = rig.act(A::Redirect(number));
    let n_orders = requests(&effects).into_iter();
    let is_store = |request: &&FileRequest| matches!(request, FileRequest::Store(_));
    assert_eq!(n_orders.filter(is_store).count(), 1, "one step");
    let stored: Vec<u64> = stores(&effects).iter().map(|store| store.offset).collect();
    assert_eq!(stored, [5, 40], "none of them is dropped");
    assert!(rig.app.tray.orders().is_empty());
}

#[test]
fn what_cannot_be_redirected_whole_stays_in_the_tray() {
    let (mut rig, number) = refused();
    rig.open(file("/folder/short.bin", 2, 10));
    let effects = rig.act(A::Redirect(number));
    assert!(stores(&effects).is_empty(), "there is no byte 0x28");
    assert_eq!(rig.app.tray.orders().len(), 1);
    assert_eq!(rig.app.tray.orders()[0].parts.len(), 2);
    rig.act(A::Forget(number));
    assert!(rig.app.tray.orders().is_empty());
}

/// A refused look or watch, and what is refused of a file that is closed, takes no question away.
#[test]
fn a_refused_look_clears_no_question() {
    let quiet = [
        FileRequest::Look(Some(span(0, 9))),
        FileRequest::Watch(Some(span(0, 9))),
        FileRequest::Facts(true),
        FileRequest::Peek(span(0, 1)),
        FileRequest::GiveBack(vec![span(0, 9)]),
    ];
    for request in quiet {
        let mut rig = open(100);
        rig.typed(5, b'a', b'Z');
        rig.act(F::Close);
        let refuse = |rig: &mut Rig, number| {
            let (target, request) = (rig.target(), Box::new(request.clone()));
            let news = FileNews::Refused(request, Refusal::Gone);
            rig.say_of(target, Some(OrderId(number)), news);
        };
        refuse(&mut rig, 1_000);
        assert!(rig.is_asked(), "{request:?}");
        // nor the answer to one, while it is carried out
        rig.act(D::Unsaved(UnsavedChoice::Write));
        refuse(&mut rig, 1_001);
        let leave = Effect::Close(rig.doc().id);
        assert!(rig.wrote().contains(&leave), "{request:?}");
        // nor does a drop become a keep
        let mut rig = open(100);
        rig.typed(5, b'a', b'Z');
        rig.act(M::ToggleMode);
        rig.act(D::Unsaved(UnsavedChoice::Drop));
        refuse(&mut rig, 1_002);
        rig.remapped(Mode::Shared, Access::ReadWrite);
        assert_eq!(rig.journal().patch_bytes(), 0, "{request:?}");
    }
}
