//! Whatever changes something is known until it is answered: a walk over all that files' workers and processes can be
//! asked. The matches have no wildcard, so that nothing new is forgotten.

use mapscope::model::offer::{JournalNews, OfferId};
use mapscope::model::process::{
    PeerEvent, PeerFile, PeerNews, PeerOrder, ProcessKind, ProcessSignal,
};
use mapscope::model::{
    FileOrder, FindAction, Heading, MappingId, OfferAction, ReadBy, Target, WitnessId,
};

use super::rig::Done as _;
use super::*;

/// Where it is known that a request is not answered yet.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Known {
    /// Nowhere: it changes nothing.
    Looks,
    /// In the record of its view.
    OfView,
    /// Among the jobs of its file.
    Job,
    /// It is what its view searches.
    Searching,
    /// No further view is made meanwhile.
    Adding,
    /// It is asked for again where it was not taken.
    Leaving,
}

/// Brings a request of each kind about, in turn, and where it is known. `None` behind the last.
fn brought_about(rig: &mut Rig, after: Option<&FileRequest>) -> Option<(FileRequest, Known)> {
    use FileRequest as R;
    let quiet = |request| Some((request, Known::Looks));
    let any = Some(span(0, 4));
    let (action, known) = match after {
        None => return quiet(R::Look(any)),
        Some(R::Look(_)) => return quiet(R::Peek(span(0, 4))),
        Some(R::Peek(_)) => return quiet(R::Watch(any)),
        Some(R::Watch(_)) => return quiet(R::Facts(true)),
        Some(R::Facts(_)) => {
            rig.act(E::HexDigit(5));
            (E::HexDigit(10).action(), Known::OfView)
        }
        Some(R::Store(_)) => (M::Remap.action(), Known::OfView),
        Some(R::Remap { .. }) => (M::AddView.action(), Known::Adding),
        Some(R::AddView { .. }) => {
            rig.act(M::AddView);
            rig.view_added();
            (F::CloseView.action(), Known::Leaving)
        }
        Some(R::DropView) => (M::AllowWriting.action(), Known::OfView),
        Some(R::AllowWriting) => (M::ReadBy(ReadBy::Pread).action(), Known::OfView),
        Some(R::ReadBy(_)) => (M::Flush.action(), Known::OfView),
        Some(R::Flush) => (M::DiscardAll.action(), Known::OfView),
        Some(R::Discard(_)) => {
            rig.typed(0, b'a', b'b');
            (E::WriteBack.action(), Known::OfView)
        }
        Some(R::WriteBack(_)) => {
            rig.typed(0, b'a', b'b');
            rig.act(E::WriteBack);
            rig.wrote();
            return Some((last(rig).request, Known::OfView));
        }
        Some(R::GiveBack(_)) => (P::StoreAs(WitnessId::File).action(), Known::OfView),
        Some(R::WitnessStore { .. }) => {
            rig.act(D::SaveCopy);
            (D::DestinationSubmitted.action(), Known::Job)
        }
        Some(R::Export { .. }) => (V::FindDifference(Heading::Next).action(), Known::OfView),
        Some(R::FindDifference { .. }) => {
            rig.act(Action::Find(FindAction::Edited("61".to_owned())));
            (Action::Find(FindAction::All), Known::Searching)
        }
        Some(R::Find(_)) => return Some(super::find::read_again(rig, Known::Searching)),
        Some(R::ReadMatches(..)) => (offer(rig, OfferAction::PutBack), Known::OfView),
        // what is written down changes nothing, and a list is only read
        Some(R::PutBack { .. }) => {
            let list = PathBuf::from("/list");
            return quiet(R::ReadPatch(list));
        }
        Some(R::ReadPatch(_)) => {
            let list = PathBuf::from("/list");
            return quiet(R::ReadPatchPart(list, String::new()));
        }
        Some(R::ReadPatchPart(..)) => return quiet(R::Forget(Vec::new())),
        Some(R::Forget(_)) => {
            let (offer, runs) = (OfferId(1), Vec::new());
            return quiet(R::TakeOver { offer, runs });
        }
        Some(R::TakeOver { .. }) => {
            let (held, waiting) = (Vec::new(), Vec::new());
            return quiet(R::WriteDown { held, waiting });
        }
        Some(R::WriteDown { .. }) => return quiet(R::ReadWhole(PathBuf::from("/pasted"))),
        Some(R::ReadWhole(_)) => return quiet(R::Sum(span(0, 4))),
        Some(R::Sum(_)) => return None,
    };
    rig.act(action);
    let asked = rig.orders.first().cloned().unwrap();
    Some((asked.request, known))
}

/// What is done with edits that an earlier run left of the open file.
fn offer(rig: &mut Rig, action: OfferAction) -> Action {
    let offer = super::offers::offer(PATH, &[], &[(0, b'a', b'b')]);
    let id = offer.id;
    rig.hear(Event::Journal(JournalNews::Offers(vec![offer])));
    Action::Offer(id, action)
}

fn last(rig: &Rig) -> FileOrder {
    rig.orders.last().cloned().unwrap()
}

#[test]
fn each_request_that_changes_something_is_known_until_it_is_answered() {
    let mut before: Option<FileRequest> = None;
    let mut n_kinds = 0;
    loop {
        let mut rig = open(100);
        let Some((request, known)) = brought_about(&mut rig, before.as_ref()) else {
            break;
        };
        n_kinds += 1;
        assert_eq!(request.is_look(), known == Known::Looks, "{request:?}");
        if known != Known::Looks {
            let order = rig.order(|asked| *asked == request);
            let is_known = |rig: &Rig| {
                let of_view = |view: &mapscope::model::View| {
                    let mut all = view.pending.operations().iter();
                    all.any(|operation| operation.number == order.number)
                };
                match known {
                    Known::Looks => false,
                    Known::OfView => rig.doc().views.iter().any(of_view),
                    Known::Searching => {
                        let mut views = rig.doc().views.iter();
                        views.any(|view| {
                            let now = view.searches.now.as_ref();
                            now.is_some_and(|now| now.number == order.number)
                        })
                    }
                    Known::Job => rig.doc().jobs.iter().any(|job| job.number == order.number),
                    Known::Adding | Known::Leaving => true,
                }
            };
            assert!(is_known(&rig), "{request:?} is forgotten");
            match known {
                Known::Adding => {
                    let n_asked = rig.orders.len();
                    rig.act(M::AddView);
                    assert_eq!(rig.orders.len(), n_asked, "one at a time");
                }
                Known::Leaving => {
                    rig.refuse(&order, Refusal::QueueFull);
                    rig.say(look(span(0, 100), b'a'));
                    assert_eq!(last(&rig).request, request);
                }
                _ => {
                    rig.refuse(&order, Refusal::Gone);
                    assert!(!is_known(&rig), "{request:?} was answered");
                }
            }
        }
        before = Some(request);
    }
    assert_eq!(n_kinds, 27, "the walk comes by each");
}

/// What a process is asked comes back, unless it is of no weight that it was not taken, or there is always room for it.
#[test]
fn each_order_to_a_process_that_is_not_taken_comes_back() {
    let target = Target {
        doc: mapscope::model::DocId(1),
        mapping: MappingId(2),
        generation: mapscope::model::Generation::FIRST,
    };
    let (doc, number) = (target.doc, mapscope::model::OrderId(3));
    let mut order = Some(PeerOrder::File {
        doc,
        file: PeerFile {
            via: PathBuf::new(),
            path: PathBuf::new(),
            identity: mapscope::map::Identity { dev: 1, ino: 1 },
            extent: span(0, 1),
            is_whole: true,
            is_allowed: false,
        },
    });
    while let Some(asked) = order {
        // where it stands once for each file, the latest, there is always room; so there is for an end
        let (comes_back, next) = match &asked {
            PeerOrder::File { .. } => (
                false,
                Some(PeerOrder::Grow {
                    doc,
                    extent: span(0, 2),
                }),
            ),
            PeerOrder::Grow { .. } => (false, Some(PeerOrder::Watch { doc, span: None })),
            PeerOrder::Watch { .. } => (false, Some(PeerOrder::Close { doc })),
            PeerOrder::Close { .. } => (false, Some(PeerOrder::End { target })),
            PeerOrder::End { .. } => (
                false,
                Some(PeerOrder::Start {
                    target,
                    kind: ProcessKind::Shared,
                    built_in: false,
                }),
            ),
            PeerOrder::Start { .. } => (
                true,
                Some(PeerOrder::Fork {
                    parent: target,
                    child: MappingId(4),
                }),
            ),
            PeerOrder::Fork { .. } => (
                true,
                Some(PeerOrder::Signal {
                    number,
                    target,
                    signal: ProcessSignal::Stop,
                }),
            ),
            PeerOrder::Signal { .. } => (
                true,
                Some(PeerOrder::Store {
                    number,
                    target,
                    offset: 0,
                    bytes: vec![1],
                    expect: None,
                }),
            ),
            PeerOrder::Store { .. } => (
                true,
                Some(PeerOrder::StoreAnyway {
                    number,
                    target,
                    offset: 0,
                    bytes: vec![1],
                }),
            ),
            PeerOrder::StoreAnyway { .. } => (true, Some(PeerOrder::Facts { target })),
            PeerOrder::Facts { .. } => (true, None),
        };
        let text = format!("{asked:?}");
        assert_eq!(
            asked.refused(Refusal::QueueFull).is_some(),
            comes_back,
            "{text}"
        );
        order = next;
    }
}

fn is_witness(request: &FileRequest) -> bool {
    matches!(request, FileRequest::WitnessStore { .. })
}

fn witness_stored(order: &FileOrder, outcome: Result<Option<Vec<u8>>, String>) -> FileNews {
    let FileRequest::WitnessStore {
        id, offset, bytes, ..
    } = order.request.clone()
    else {
        panic!("{order:?}");
    };
    FileNews::WitnessStored {
        id,
        offset,
        bytes,
        outcome,
    }
}

/// What the question says that stands.
fn question(rig: &Rig) -> String {
    let app = rig.app.notices.get(Topic::Unsaved);
    let notice = app.or_else(|| rig.doc().notices.get(Topic::Unsaved));
    notice.map_or_else(String::new, |notice| notice.text.clone())
}

#[test]
fn quitting_and_closing_wait_for_a_store_through_a_witness_and_name_it() {
    for (leave, id, through) in [
        (A::Quit.action(), WitnessId::File, "pwrite"),
        (A::Quit.action(), WitnessId::OtherMode, "the shared mapping"),
        (F::Close.action(), WitnessId::File, "pwrite"),
    ] {
        for outcome in [Ok(None), Err("it is full".to_owned())] {
            let is_quit = matches!(leave, Action::App(_));
            let mut rig = open(100);
            rig.point(7);
            rig.act(P::StoreAs(id));
            let order = rig.order(is_witness);
            rig.act(leave.clone());
            assert_eq!(rig.app.docs.len(), 1);
            let text = question(&rig);
            for part in ["data.bin", "21", "0x7", through] {
                assert!(text.contains(part), "{text:?} without {part:?}");
            }
            let effects = if is_quit {
                rig.act(A::Unsaved(UnsavedChoice::Write))
            } else {
                rig.act(D::Unsaved(UnsavedChoice::Write))
            };
            assert!(!effects.contains(&Effect::Quit), "it waits");
            let is_done = outcome.is_ok();
            let effects = rig.answer(&order, witness_stored(&order, outcome));
            let goes = effects.contains(&Effect::Quit)
                || effects
                    .iter()
                    .any(|effect| matches!(effect, Effect::Close(_)));
            assert_eq!(goes, is_done, "what was not written is not left");
            let tray = rig.app.tray.orders();
            assert_eq!(tray.len(), usize::from(!is_done));
            if let [order] = tray {
                let part = &order.parts[0];
                assert_eq!((part.offset, &part.bytes[..]), (7, &b"!"[..]));
            }
        }
    }
}

#[test]
fn a_store_through_a_witness_that_is_refused_keeps_the_file_and_its_bytes() {
    for why in [Refusal::Gone, Refusal::QueueFull] {
        let mut rig = open(100);
        rig.act(P::StoreAs(WitnessId::File));
        let order = rig.order(is_witness);
        rig.act(A::Quit);
        rig.act(A::Unsaved(UnsavedChoice::Write));
        let effects = rig.refuse(&order, why);
        assert!(!effects.contains(&Effect::Quit));
        assert!(!rig.app.is_settling());
        assert_eq!(rig.app.tray.orders()[0].parts[0].bytes, b"!");
        let note = rig.file_note();
        assert!(note.failed && note.text.contains("Not written"), "{note:?}");
        assert!(rig.view().pending.is_empty());
    }
}

/// A mode is switched after it; what is asked for while that is under way is for the mapping that was there then.
#[test]
fn a_switch_waits_for_a_store_through_a_witness_and_redirects_none() {
    let mut rig = open(100);
    rig.act(P::StoreAs(WitnessId::OtherMode));
    let first = rig.order(is_witness);
    assert!(requests(&rig.act(M::ToggleMode)).is_empty());
    let before = rig.target();
    rig.act(P::StoreAs(WitnessId::OtherMode));
    assert!(
        !rig.orders.iter().any(|order| is_witness(&order.request)),
        "it waits in its turn"
    );
    rig.answer(&first, witness_stored(&first, Ok(None)));
    assert!(matches!(
        rig.orders[..],
        [FileOrder {
            request: FileRequest::Remap { .. },
            ..
        }]
    ));
    rig.remapped(Mode::Shared, Access::ReadWrite);
    let second = rig.order(is_witness);
    assert_eq!(
        second.target, before,
        "its shared mapping, not the private one beside the view of now"
    );
    rig.refuse(&second, Refusal::Gone);
    assert_eq!(rig.app.tray.orders().len(), 1);
}

#[test]
fn a_store_through_a_witness_that_finds_no_room_to_wait_is_told() {
    let mut rig = open(1000);
    rig.typed(5, b'a', b'Z');
    for _ in 0..300 {
        rig.act(E::Undo);
    }
    rig.act(P::StoreAs(WitnessId::File));
    rig.assert_says(Topic::Error, &["21", "not written"]);
    let note = rig.file_note();
    assert!(note.failed, "{note:?}");
}

/// What a process was asked to store in the file is under way as well, however long it is stopped.
#[test]
fn quitting_waits_for_a_store_by_a_process_and_names_it() {
    for (kind, is_asked) in [(ProcessKind::Shared, true), (ProcessKind::Private, false)] {
        let mut rig = open(100);
        rig.act(P::Add(kind));
        let added = rig.doc().processes.list().last().unwrap();
        assert!(!added.is_built_in());
        let mapping = added.mapping;
        let effects = rig.act(P::Store(mapping));
        let store = effects.into_iter().find_map(|effect| match effect {
            Effect::Peers(PeerOrder::Store {
                number,
                target,
                offset,
                bytes,
                ..
            }) => Some((number, target, offset, bytes)),
            _ => None,
        });
        let (number, target, offset, bytes) = store.unwrap();
        let effects = rig.act(A::Quit);
        assert_eq!(effects.contains(&Effect::Quit), !is_asked);
        if !is_asked {
            continue; // its copies go with it
        }
        let text = question(&rig);
        assert!(text.contains("21 at 0x0 through process 1"), "{text:?}");
        let effects = rig.act(A::Unsaved(UnsavedChoice::Write));
        assert!(!effects.contains(&Effect::Quit));
        let news = PeerNews::Stored {
            number,
            offset,
            bytes,
            old: vec![b'a'],
        };
        let effects = rig.hear(Event::Peer(PeerEvent { target, news }));
        assert!(effects.contains(&Effect::Quit));
    }
}

/// Pages that hold nothing of the person's would hide what others write: a full queue does not keep them.
#[test]
fn pages_that_a_full_queue_did_not_give_back_are_given_back_later() {
    for is_typed_over in [false, true] {
        let mut rig = open(100);
        rig.typed(5, b'a', b'Z');
        rig.act(E::WriteBack);
        rig.wrote();
        let is_give_back = |request: &FileRequest| matches!(request, FileRequest::GiveBack(_));
        let order = rig.order(is_give_back);
        rig.refuse(&order, Refusal::QueueFull);
        assert!(rig.orders.is_empty());
        if is_typed_over {
            rig.type_byte(0x5a);
            rig.orders.clear();
        }
        rig.say(look(span(0, 100), b'a'));
        assert_eq!(
            rig.orders.iter().any(|order| is_give_back(&order.request)),
            !is_typed_over
        );
    }
}

/// An undo carries what it stores and what must stand there, and not once more what the journal knows of it.
#[test]
fn the_undo_of_a_fill_carries_two_bytes_for_each() {
    const MIB: u64 = 1 << 20;
    let mut rig = open(2 * MIB);
    rig.typed(MIB + 9, b'a', b'b');
    rig.point(7);
    rig.select(MIB + 6, true, Column::Hex);
    rig.act(E::Fill(0x5a));
    let old: Vec<u8> = (0..=255).cycle().take(1 << 20).collect();
    rig.stored(|_| StoreOutcome::Stored(old.clone()));
    rig.act(E::Undo);
    let order = rig.order(|request| matches!(request, FileRequest::Store(_)));
    let FileRequest::Store(batch) = &order.request else {
        unreachable!()
    };
    let [store] = &batch.stores[..] else {
        panic!("{} stores", batch.stores.len());
    };
    assert_eq!(store.bytes, old);
    assert_eq!(store.expect.as_deref(), Some(&vec![0x5a; 1 << 20][..]));
    // the other edit in the last page is compared all the same
    let beside: Vec<_> = batch
        .beside
        .iter()
        .map(|run| (run.offset, run.value.len()))
        .collect();
    assert_eq!(beside, [(MIB + 9, 1)]);
}

/// What a signal would have to say: bytes on their way to the mapping are edits too, those that wait behind them as well.
#[test]
fn an_end_of_the_program_says_the_bytes_that_are_on_their_way() {
    let mut rig = open(64);
    rig.point(3);
    rig.type_byte(0x5a);
    rig.type_byte(0x5b);
    assert_eq!(rig.doc().unsaved_bytes(), 2);
    let words = mapscope::app::start::unsaved_words(rig.doc());
    assert!(words.contains("2 edited bytes"), "{words}");
    assert!(words.contains("\n  0x3: 5a"), "{words}");
    assert!(words.contains("\n  0x4: 5b"), "{words}");
}
