//! The journal on disk could not be made for a while: that is said for as long, and then it gets what was edited meanwhile.

use mapscope::model::offer::JournalNews;

use super::*;

fn pairs(runs: &[mapscope::model::journal::PendingRun]) -> Vec<(u64, &[u8])> {
    runs.iter().map(|run| (run.offset, &*run.value)).collect()
}

#[test]
fn what_was_edited_meanwhile_is_written_down_of_every_view() {
    let mut rig = open(100);
    rig.typed(3, b'a', b'Z');
    rig.typed(9, b'a', b'Y');
    rig.say(FileNews::CopiesLost(vec![span(9, 10)]));
    let first = rig.target();
    rig.act(M::AddView);
    let second = rig.view_added();
    rig.act(A::FocusView(second));
    rig.act(M::SetAccess(Access::ReadWrite));
    rig.remapped(Mode::Private, Access::ReadWrite);
    rig.typed(5, b'a', b'X');
    let second = rig.target();
    let off = "There is no journal of edits in /state (EMFILE)";
    rig.hear(Event::Journal(JournalNews::Unavailable(off.to_owned())));
    let said = |rig: &Rig, topic: Topic| {
        let notice = rig.app.notices.get(topic);
        notice.map_or_else(String::new, |notice| notice.text.clone())
    };
    assert_eq!(said(&rig, Topic::Error), off);
    let effects = rig.hear(Event::Journal(JournalNews::Available));
    assert_eq!(said(&rig, Topic::Error), "");
    assert!(said(&rig, Topic::Done).contains("kept again"));
    let orders = effects.iter().filter_map(|effect| match effect {
        Effect::File(order) => match &order.request {
            FileRequest::WriteDown { held, waiting } => {
                Some((order.target, pairs(held), pairs(waiting)))
            }
            _ => None,
        },
        _ => None,
    });
    let orders: Vec<_> = orders.collect();
    assert_eq!(
        orders,
        [
            (first, vec![(3, &b"Z"[..])], vec![(9, &b"Y"[..])]),
            (second, vec![(5, &b"X"[..])], vec![]),
        ]
    );
}
