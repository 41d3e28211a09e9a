//! What must be said of an order that was not carried out.

use super::*;

impl Oracle {
    /// What was not carried out stands in the tray, or is said.
    pub(in crate::astray) fn check_told(event: &Event, app: &App) {
        let in_tray = |number: OrderId, offset: u64, bytes: &[u8]| {
            let is_order = |it: &&RefusedOrder| it.number == number;
            let orders: Vec<_> = app.tray.orders().iter().filter(is_order).collect();
            assert!(orders.len() <= 1, "{number:?} is one entry");
            let parts = orders.iter().flat_map(|it| &it.parts);
            let is_it = |it: &&RefusedPart| (it.offset, &*it.bytes) == (offset, bytes);
            let n = parts.filter(is_it).count();
            assert_eq!(n, 1, "{number:?} at {offset} in the tray");
        };
        match event {
            Event::Peer(PeerEvent {
                news:
                    PeerNews::Refused {
                        number,
                        offset,
                        bytes,
                        ..
                    },
                ..
            }) => {
                in_tray(*number, *offset, bytes);
            }
            // The row of whoever died of a store says of what.
            Event::Peer(PeerEvent {
                target,
                news: PeerNews::Ended(end),
            }) => {
                let doc = app.doc_by(target.doc);
                let row = doc.and_then(|doc| doc.processes.get(target.mapping));
                let row = row.filter(|it| it.generation == target.generation);
                if let (Some(row), EndHow::Faulted(death)) = (row, &end.how) {
                    let said = row.ended.as_deref().unwrap_or_default();
                    assert!(said.contains(&death.signal), "{target}: {said}");
                }
            }
            Event::File(FileEvent {
                number: Some(number),
                news: FileNews::Refused(request, _),
                ..
            }) => match &**request {
                FileRequest::Store(batch) => {
                    for store in &batch.stores {
                        in_tray(*number, store.offset, &store.bytes);
                    }
                }
                FileRequest::WitnessStore { offset, bytes, .. } => in_tray(*number, *offset, bytes),
                _ => {}
            },
            // what is not taken back or reapplied stays where it is, and is said
            Event::File(FileEvent {
                number: Some(number),
                news:
                    FileNews::Stored {
                        purpose: Purpose::Edit,
                        results,
                        ..
                    },
                ..
            }) => {
                for result in results {
                    if !matches!(result.outcome, StoreOutcome::Stored(_)) {
                        in_tray(*number, result.offset, &result.bytes);
                    }
                }
            }
            _ => {}
        }
    }
}
