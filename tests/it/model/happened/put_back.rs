//! *Write back as the same*: by whoever stored, comparing first, and only where that can be.

use mapscope::model::process::PeerOrder;
use mapscope::model::put_back::NoPutBack;

use super::*;

/// Whom, what, over what, and the number of the order.
type PutBack = (Target, Vec<u8>, Option<Vec<u8>>, OrderId);

fn put_back(effects: &[Effect]) -> Option<PutBack> {
    effects.iter().find_map(|effect| match effect {
        Effect::Peers(PeerOrder::Store {
            number,
            target,
            bytes,
            expect,
            ..
        }) => Some((*target, bytes.clone(), expect.clone(), *number)),
        _ => None,
    })
}

#[test]
fn a_process_writes_back_what_stood_there_where_its_store_still_stands() {
    let mut scene = Scene::new(3);
    let number = scene.ask_process(PRIVATE, "23");
    scene.stored_by(PRIVATE, number, b'#', b'D');
    let entry = scene.last().number;
    let effects = scene.rig.act(P::PutBack(entry));
    let (target, bytes, expect, number) = put_back(&effects).unwrap();
    assert_eq!(target.mapping, scene.mapping(PRIVATE));
    assert_eq!((bytes, expect), (b"D".to_vec(), Some(b"#".to_vec())));
    // something else stands there by then
    let why = Refusal::Changed {
        found: b"?".to_vec(),
    };
    scene.refused_by(PRIVATE, number, b'D', why);
    assert_eq!(scene.last().fate, Fate::Changed(b"?".to_vec()));
    assert!(
        scene.rig.app.tray.orders().is_empty(),
        "nobody has to decide"
    );
    // and again, with success
    let effects = scene.rig.act(P::PutBack(entry));
    let (.., number) = put_back(&effects).unwrap();
    scene.stored_by(PRIVATE, number, b'D', b'#');
    let last = scene.last();
    assert!(matches!(last.what, Occurrence::Wrote { how: How::PutBack { of }, .. } if of == entry));
    let latest = scene.rig.doc().can_put_back(entry);
    assert_eq!(latest, Err(NoPutBack::NotTheLatest));
}

#[test]
fn pwrite_and_the_second_mapping_compare_where_it_is_carried_out() {
    for id in [WitnessId::File, WitnessId::OtherMode] {
        let mut scene = Scene::new(3);
        scene.rig.act(P::StoreAs(id));
        let is_store = |request: &FileRequest| matches!(request, FileRequest::WitnessStore { .. });
        let order = scene.rig.order(is_store);
        let stored = |outcome| FileNews::WitnessStored {
            id,
            offset: 3,
            bytes: b"!".to_vec(),
            outcome,
        };
        scene.rig.answer(&order, stored(Ok(Some(b"D".to_vec()))));
        let entry = scene.last().number;
        assert_eq!(scene.rig.doc().can_put_back(entry), Ok(()));
        scene.rig.act(P::PutBack(entry));
        let order = scene.rig.order(is_store);
        let FileRequest::WitnessStore { bytes, expect, .. } = &order.request else {
            unreachable!()
        };
        assert_eq!(
            (bytes.as_slice(), expect.as_deref()),
            (&b"D"[..], Some(&b"!"[..]))
        );
        scene.rig.answer(&order, stored(Err("changed".to_owned())));
        assert!(scene.rig.app.tray.orders().is_empty());
        assert!(matches!(scene.last().fate, Fate::Refused(_)));
    }
}

#[test]
fn what_cannot_be_written_back_says_why() {
    let mut scene = Scene::new(3);
    scene.rig.typed(3, b'D', b'Z');
    let typed = scene.last().number;
    let can = |scene: &Scene, number| scene.rig.doc().can_put_back(number);
    assert_eq!(can(&scene, typed), Err(NoPutBack::NotThat));
    scene.rig.point(4);
    let number = scene.ask_process(SHARED, "23");
    scene.stored_by(SHARED, number, b'#', b'E');
    let stored = scene.last().number;
    let end = PeerNews::Ended(ProcessEnd {
        how: EndHow::Killed(9),
        complaint: None,
        lost_copies: false,
        next: None,
    });
    scene.process(SHARED, end);
    assert_eq!(can(&scene, stored), Err(NoPutBack::Ended));
    let effects = scene.rig.act(P::PutBack(stored));
    assert_eq!(put_back(&effects), None);
    let words = ["Not written back", "process that made it is gone"];
    scene.rig.assert_says(Topic::Error, &words);
    // the mapping beside which it was stored is another one by now
    scene.rig.act(P::StoreAs(WitnessId::File));
    let order = scene
        .rig
        .order(|it| matches!(it, FileRequest::WitnessStore { .. }));
    let news = FileNews::WitnessStored {
        id: WitnessId::File,
        offset: 4,
        bytes: b"#".to_vec(),
        outcome: Ok(Some(b"#".to_vec())),
    };
    scene.rig.answer(&order, news);
    let by_calls = scene.last().number;
    assert_eq!(can(&scene, by_calls), Ok(()));
    scene.rig.act(M::Remap);
    scene.rig.remapped(Mode::Private, Access::ReadWrite);
    assert_eq!(can(&scene, by_calls), Err(NoPutBack::Gone));
}
