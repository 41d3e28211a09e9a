//! Storage that does not answer: what waits for it is named with how long, and can be given up.

use super::*;

fn told(rig: &Rig) -> Option<String> {
    let notice = rig.app.notices.get(Topic::Storage);
    notice.map(|notice| notice.text.clone())
}

/// A patch or a file to be pasted is asked for from there.
fn ask_for(rig: &mut Rig, asks: D, path: &str) {
    rig.act(asks);
    rig.act(D::DestinationEdited(path.to_owned()));
    rig.act(D::DestinationSubmitted);
}

#[test]
fn a_file_that_does_not_open_is_named_until_it_is_given_up() {
    let mut rig = Rig::new();
    rig.open(file(PATH, 1, 64));
    rig.act(F::Open(PathBuf::from("/slow/one")));
    let (doc, ..) = rig.opening[0];
    assert_eq!(rig.app.waiting_seconds(doc), Some(None));
    rig.hear(Event::Waiting(doc, Some(3)));
    assert_eq!(rig.app.waiting_seconds(doc), Some(Some(3)));
    let words = told(&rig).expect("it is told");
    assert!(
        words.contains("/slow/one has not been opened for 3 s"),
        "{words}"
    );
    assert_eq!(rig.doc().waiting_seconds, None, "the open file answers");
    let effects = rig.act(F::CloseDoc(doc));
    assert!(
        effects
            .iter()
            .any(|it| matches!(it, Effect::Close(id) if *id == doc))
    );
    assert_eq!(told(&rig), None);
    rig.opened(file("/slow/one", 2, 64));
    assert_eq!(rig.app.docs.len(), 1, "it came too late");
}

#[test]
fn of_files_that_do_not_open_the_one_that_waits_longest_is_named() {
    let mut rig = Rig::new();
    rig.open(file(PATH, 1, 64));
    for path in ["/slow/one", "/slow/two"] {
        rig.act(F::Open(PathBuf::from(path)));
    }
    let (one, two) = (rig.opening[0].0, rig.opening[1].0);
    rig.hear(Event::Waiting(one, Some(1)));
    rig.hear(Event::Waiting(two, Some(2)));
    assert!(told(&rig).is_some_and(|words| words.contains("/slow/two ")));
    rig.opened(file("/slow/two", 2, 64));
    assert!(told(&rig).is_some_and(|words| words.contains("/slow/one ")));
    rig.hear(Event::Waiting(one, None));
    assert_eq!(told(&rig), None);
}

#[test]
fn what_is_read_beside_the_file_is_named_while_it_waits_and_can_be_stopped() {
    for (asks, said) in [
        (D::PasteFile, "to paste it"),
        (D::AskForPatch, "to apply it"),
    ] {
        let mut rig = Rig::new();
        rig.open(file(PATH, 1, 64));
        ask_for(&mut rig, asks, "/slow/one");
        let order = rig.order(|request| {
            matches!(
                request,
                FileRequest::ReadWhole(_) | FileRequest::ReadPatch(_)
            )
        });
        assert_eq!(rig.doc().slow_reading(), None, "it is quick as yet");
        let doc = rig.doc().id;
        rig.hear(Event::JobsWait(doc, vec![(order.number, 2)]));
        let (number, words) = rig.doc().slow_reading().expect("it is told");
        assert_eq!(number, order.number);
        assert!(words.contains("/slow/one"), "{words}");
        assert!(words.contains(said), "{words}");
        assert!(words.ends_with("waiting for storage for 2 s"), "{words}");
        rig.act(D::CancelJob(number));
        assert_eq!(rig.doc().slow_reading(), None);
        assert!(rig.doc().notices.get(Topic::Done).is_some(), "that is said");
    }
}

#[test]
fn a_job_that_is_stopped_says_so_at_once() {
    let mut rig = Rig::new();
    rig.open(file(PATH, 1, 64));
    ask_for(&mut rig, D::SaveCopy, "/folder/copy");
    let number = rig.doc().jobs[0].number;
    let doc = rig.doc().id;
    rig.hear(Event::Waiting(doc, Some(0)));
    let words = |rig: &Rig| {
        let job = &rig.doc().jobs[0];
        rig.doc().with_storage(job.number, &job.words())
    };
    assert_eq!(words(&rig), "Saving a copy; waiting for storage");
    rig.act(D::CancelJob(number));
    assert_eq!(words(&rig), "Stopping: Saving a copy; waiting for storage");
    rig.hear(Event::Waiting(doc, None));
    assert_eq!(words(&rig), "Stopping: Saving a copy");
}

#[test]
fn what_is_under_way_in_the_view_is_told_only_while_the_storage_does_not_answer() {
    let mut rig = Rig::new();
    rig.open(file(PATH, 1, 64));
    rig.point(3);
    rig.type_byte(0x5a);
    rig.type_byte(0x5b);
    assert_eq!(rig.doc().held_up(), None);
    let doc = rig.doc().id;
    rig.hear(Event::Waiting(doc, Some(4)));
    let words = rig.doc().held_up();
    assert_eq!(
        words.as_deref(),
        Some("Storing, after 1 more; waiting for storage for 4 s")
    );
    rig.act(M::AddView);
    let words = rig.doc().held_up();
    assert_eq!(
        words.as_deref(),
        Some("Making a second view, after 2 more; waiting for storage for 4 s"),
        "what was asked for last"
    );
}
