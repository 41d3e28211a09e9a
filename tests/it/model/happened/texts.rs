//! The list as text, as steps, and what is kept of it.

use mapscope::model::effect::Export;
use mapscope::model::happened::{KEPT_BYTES, MOST_ENTRIES};

use super::*;

#[test]
fn the_oldest_go_first_and_numbers_stay() {
    let mut scene = Scene::new(0);
    let before = u64::try_from(scene.entries().len()).unwrap();
    for _ in 0..MOST_ENTRIES + 7 {
        scene.rig.typed(9, b'J', b'Z');
    }
    let happened = &scene.rig.doc().happened;
    assert_eq!(happened.len(), MOST_ENTRIES);
    assert_eq!(happened.n_forgotten(), before + 7);
    let numbers: Vec<u64> = happened.newest_first().map(|it| it.number).collect();
    assert!(numbers.is_sorted_by(|a, b| *a == b + 1), "{numbers:?}");
    assert_eq!(happened.get(numbers[3]).unwrap().number, numbers[3]);
    assert_eq!(happened.get(before), None);
    let text = happened.as_text("data.bin");
    assert_eq!(text.lines().count(), MOST_ENTRIES + 2);
}

#[test]
fn a_long_store_is_kept_in_part_and_not_written_back() {
    let mut scene = Scene::new(0);
    let bytes = vec![7; KEPT_BYTES + 1];
    let news = PeerNews::Stored {
        number: OrderId(77),
        offset: 0,
        bytes: bytes.clone(),
        old: bytes,
    };
    scene.process(SHARED, news);
    let Occurrence::Wrote { new, .. } = &scene.last().what else {
        panic!("{:?}", scene.last());
    };
    assert_eq!((new.bytes.len(), new.len), (KEPT_BYTES, 4097));
    let number = scene.last().number;
    assert!(scene.rig.doc().can_put_back(number).is_err());
}

#[test]
fn steps_say_enough_to_do_it_again_and_are_the_same_each_time() {
    let steps = || {
        let mut scene = Scene::new(28);
        scene.pass(1500);
        scene.rig.typed(28, b'2', b'Z');
        scene.pass(2);
        scene.here(WitnessId::View, &with(28, b'Z'), PageState::PrivateCopy);
        scene.here(WitnessId::File, &sample(), PageState::FilePage);
        scene.rig.act(D::SaveSteps);
        scene
            .rig
            .act(D::DestinationEdited("/folder/steps.md".to_owned()));
        scene.rig.act(D::DestinationSubmitted);
        let order = scene
            .rig
            .order(|it| matches!(it, FileRequest::Export { .. }));
        let FileRequest::Export { what, .. } = order.request else {
            unreachable!()
        };
        let Export::Steps(steps) = what else {
            panic!("{what:?}");
        };
        steps
    };
    let text = steps();
    assert_eq!(text, steps());
    assert!(
        text.head
            .starts_with("# What happened with data.bin\n\n| | |\n"),
        "{}",
        text.head
    );
    for row in [
        "| Date | 1970-01-01 12:00:01.5 UTC |",
        "| File | /folder/data.bin |",
        "| File size | 62 bytes |",
        "| Page size | 4096 bytes |",
    ] {
        assert!(text.head.contains(row), "{}", text.head);
    }
    let step = "3. 12:00:01.5 You wrote Z at 28 privately, where 2 was.
   - call: store through the view's mapping (MAP_PRIVATE)
   - offset: 28 (0x1c)
   - bytes: 5a
   - before: 32
   - this view: saw it within 2 ms
   - the second mapping: was not read after it
   - the file: did not see it
";
    assert!(text.steps.contains(step), "{}", text.steps);
}

#[test]
fn the_list_is_copied_and_saved_as_text() {
    let mut scene = Scene::new(28);
    scene.rig.typed(28, b'2', b'Z');
    let effects = scene.rig.act(D::CopyHappened);
    let copied = effects.iter().find_map(|effect| match effect {
        Effect::CopyText(clip) => Some(clip.text.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert!(
        copied.contains("\tYou wrote Z at 28 privately, where 2 was"),
        "{copied}"
    );
    scene.rig.act(D::SaveHappened);
    scene.rig.act(D::DestinationSubmitted);
    let order = scene
        .rig
        .order(|it| matches!(it, FileRequest::Export { .. }));
    let FileRequest::Export {
        what, destination, ..
    } = &order.request
    else {
        unreachable!()
    };
    assert_eq!(*what, Export::Text(copied));
    assert!(destination.ends_with("data.bin.happened.txt"));
    scene.rig.answer(
        &order,
        FileNews::Exported(ExportOutcome::Failed("no room".to_owned())),
    );
    scene.rig.assert_says(Topic::Error, &["no room"]);
}
