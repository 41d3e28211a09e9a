//! A store that the storage holds up: the row of whoever is to make it says so, and no other one.

use mapscope::model::picture::{Picture, WAITS, Who};
use mapscope::model::process::ProcessKind;
use mapscope::model::process::{PeerEvent, PeerNews, PeerOrder};
use mapscope::model::{PeersAction as P, WitnessId};

use super::*;

fn waiting(rig: &Rig) -> Vec<Who> {
    let picture = Picture::of(rig.doc(), None).unwrap();
    let rows = picture.rows.iter().filter(|row| {
        let says = picture.row_words(row).contains(WAITS);
        assert_eq!(row.waits, says, "{row:?}");
        says
    });
    rows.map(|row| row.who).collect()
}

fn hangs(rig: &mut Rig, seconds: Option<u64>) {
    let id = rig.doc().id;
    rig.hear(Event::Waiting(id, seconds));
}

#[test]
fn the_row_of_whoever_is_to_store_says_that_it_waits() {
    let mut rig = open(100);
    rig.act(P::Add(ProcessKind::Shared));
    let mapping = rig.doc().processes.list().last().unwrap().mapping;
    let effects = rig.act(P::Store(mapping));
    let order = effects.iter().find_map(|effect| match effect {
        Effect::Peers(PeerOrder::Store { number, target, .. }) => Some((*number, *target)),
        _ => None,
    });
    let (number, target) = order.expect("it is asked for");
    assert_eq!(waiting(&rig), [], "the storage answers");
    hangs(&mut rig, Some(2));
    let process = Who::Process(mapping);
    assert_eq!(waiting(&rig), [process]);
    rig.act(P::StoreAs(WitnessId::File));
    assert_eq!(waiting(&rig), [process, Who::Calls]);
    rig.type_byte(0x41);
    assert_eq!(waiting(&rig).len(), 3);
    assert!(waiting(&rig).contains(&Who::View));
    hangs(&mut rig, None);
    assert_eq!(waiting(&rig), []);
    hangs(&mut rig, Some(2));
    // what is answered waits no more
    rig.hear(Event::Peer(PeerEvent {
        target,
        news: PeerNews::Refused {
            number,
            offset: 0,
            bytes: vec![0],
            why: mapscope::model::process::Refusal::Gone,
        },
    }));
    assert!(!waiting(&rig).contains(&process));
}
