//! What the model hears of the storage, and what must hold while it does: an answer changes its own file and view, one that
//! comes again or of something that is gone changes nothing, and in the end nothing is under way.

use super::*;

impl Storage {
    /// The model hears `event`, which may change its own file and view, and nothing else.
    pub(super) fn tell(&mut self, event: FileEvent) {
        let number = event.number;
        let asker = number.and_then(|number| self.asker.get(&number).copied());
        if let (FileNews::Refused(request, _), Some(number)) = (&event.news, number)
            && let FileRequest::Store(batch) = &**request
        {
            for store in &batch.stores {
                self.refused
                    .push((number, store.offset, store.bytes.clone()));
            }
        }
        let mapping = event.target.mapping;
        // the list of edits is of all views
        let mapping = Some(mapping).filter(|_| !matches!(event.news, FileNews::Exported(_)));
        let before = others(&self.app, event.target.doc, mapping, asker);
        self.heard.push(event.clone());
        let doc = event.target.doc;
        let text = format!("{event:?}");
        let effects = self.app.take(Event::File(event));
        let after = others(&self.app, doc, mapping, asker);
        let is_open = self.app.doc_by(doc).is_some();
        assert!(before.0 == after.0, "another file is changed by {text}");
        assert!(
            before.1 == after.1 || !is_open,
            "another view is changed by {text}: {:#?} {:#?}",
            before.1,
            after.1
        );
        self.note(&effects, asker);
    }

    /// Says once more what was said before, where it is of a closed file, of an earlier generation, or answers what was
    /// answered: nothing may change.
    pub(in crate::model) fn say_again(&mut self, which: usize) {
        if self.heard.is_empty() {
            return;
        }
        let event = self.heard[which % self.heard.len()].clone();
        let is_past = event.number.is_some() || !self.is_now(event.target);
        if !is_past {
            return;
        }
        let picture = |app: &App| format!("{:?} {:?} {:?}", app.docs, app.notices, app.tray);
        let before = picture(&self.app);
        let text = format!("{event:?}");
        let effects = self.app.take(Event::File(event));
        assert!(before == picture(&self.app), "changed by another {text}");
        assert!(requests(&effects).is_empty(), "{effects:?} for {text}");
    }

    fn is_now(&self, target: Target) -> bool {
        let mut views = self.app.docs.iter().flat_map(|doc| {
            let target = |view| doc.target(view);
            doc.views.iter().map(target)
        });
        views.any(|known| known == target)
    }

    /// Nothing is left under way anywhere.
    pub(in crate::model) fn assert_rest(&self) {
        for doc in &self.app.docs {
            for view in &doc.views {
                assert!(view.pending.is_empty(), "{:?}", view.pending);
            }
            assert!(doc.jobs.is_empty(), "{:?}", doc.jobs);
        }
        assert!(!self.app.is_settling(), "something waits for ever");
        assert_eq!(self.app.tray.forgotten, 0);
        let mut tray: Vec<_> = self.app.tray.orders().iter().collect();
        tray.sort_by_key(|order| order.number);
        let mut refused = self.refused.clone();
        refused.sort();
        let tray: Vec<_> = tray
            .into_iter()
            .flat_map(|order| order.parts.iter().map(|part| (order.number, part)))
            .map(|(number, part)| (number, part.offset, part.bytes.clone()))
            .collect();
        assert_eq!(tray, refused, "each refused store once, with its bytes");
    }
}

/// All but what an answer of this mapping, or of the file as a whole, to what this view asked, may change.
fn others(
    app: &App,
    id: DocId,
    mapping: Option<MappingId>,
    asker: Option<ViewId>,
) -> (Vec<String>, Vec<String>) {
    let (mut files, mut pictures) = (Vec::new(), Vec::new());
    for doc in &app.docs {
        if doc.id != id {
            files.push(format!("{doc:?}"));
            continue;
        }
        for view in &doc.views {
            if Some(view.id) != asker && mapping.is_some_and(|mapping| view.mapping != mapping) {
                pictures.push(format!("{:?} {:?}", view.journal, view.pending));
                pictures.push(format!("{:?} {:?}", view.generation, view.viewport));
                pictures.push(format!("{:?} {:?}", view.mode, view.access));
            }
        }
    }
    (files, pictures)
}
