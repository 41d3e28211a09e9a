//! What processes say of orders and of themselves.

use super::*;

impl Oracle {
    pub(super) fn hears_peer(&mut self, event: &PeerEvent) {
        let target = event.target;
        match &event.news {
            PeerNews::Stored {
                number,
                offset,
                bytes,
                ..
            } => {
                self.peer_answered(*number, target, *offset, bytes);
                self.counts.stored += 1;
                let peer = self.peers.get_mut(&target).unwrap();
                for (at, byte) in (*offset..).zip(bytes.iter().copied()) {
                    match peer.kind {
                        ProcessKind::Shared => self.files[self.docs[&target.doc]].put(at, byte),
                        ProcessKind::Private => {
                            peer.own.insert(at, (byte, number.0));
                        }
                        ProcessKind::ReadOnly => panic!("{target} is read-only and stored"),
                    }
                }
            }
            PeerNews::Refused {
                number,
                offset,
                bytes,
                why,
            } => {
                self.peer_answered(*number, target, *offset, bytes);
                self.counts.refused += 1;
                self.counts.full +=
                    u64::from(matches!(why, Refusal::QueueFull | Refusal::NotAnswering));
                if matches!(why, Refusal::Unanswered | Refusal::NotWhole { .. })
                    && self.peers[&target].kind == ProcessKind::Shared
                {
                    for (at, byte) in (*offset..).zip(bytes.iter().copied()) {
                        self.files[self.docs[&target.doc]].perhaps(at, byte);
                    }
                }
            }
            PeerNews::Signalled { number, .. } | PeerNews::NotSignalled { number, .. } => {
                self.answered(*number, target, false);
            }
            PeerNews::Runs { pid } => self.runs(target, *pid),
            PeerNews::NotStarted { .. } => {
                let peer = self.peers.get_mut(&target).unwrap();
                assert!(!peer.is_answered, "{target} is answered twice");
                (peer.is_answered, peer.is_over) = (true, true);
            }
            PeerNews::CopiesLost { spans } => {
                self.counts.lost += 1;
                // the kernel drops a copy for a truncation alone, and of whole pages behind it
                let file = &self.files[self.docs[&target.doc]];
                for span in spans {
                    assert!(
                        span.start() / PAGE >= file.cut / PAGE,
                        "{target} lost its copies in {span}, and nobody cut the file off there"
                    );
                }
                let peer = self.peers.get_mut(&target).unwrap();
                peer.lost.extend(spans);
            }
            PeerNews::Ended(end) => self.ended(target, end),
            _ => {}
        }
    }

    fn peer_answered(&mut self, number: OrderId, target: Target, offset: u64, bytes: &[u8]) {
        match self.answered(number, target, false) {
            What::Peer {
                offset: at,
                bytes: meant,
            } => assert_eq!((at, &*meant), (offset, bytes), "{number:?}"),
            other => panic!("{number:?} {other:?} is answered by {target}"),
        }
    }

    fn runs(&mut self, target: Target, pid: u32) {
        let parent = self.peers[&target].parent;
        let born = target.mapping.0;
        let inherited: Vec<_> = parent
            .map(|parent| {
                self.peers[&parent]
                    .own
                    .iter()
                    .filter(|it| it.1.1 < born)
                    .map(|it| (*it.0, *it.1))
                    .collect()
            })
            .unwrap_or_default();
        let lost = parent
            .map(|parent| self.peers[&parent].lost.clone())
            .unwrap_or_default();
        let peer = self.peers.get_mut(&target).unwrap();
        assert!(!peer.is_answered, "{target} runs twice");
        peer.is_answered = true;
        peer.pid = Some(pid);
        peer.own.extend(inherited);
        peer.lost = lost;
    }

    fn ended(&mut self, target: Target, end: &mapscope::model::process::ProcessEnd) {
        let peer = self.peers.get_mut(&target).unwrap();
        peer.is_over = true;
        let kind = peer.kind;
        let had: Vec<u64> = peer.own.keys().copied().collect();
        let all_lost = had
            .iter()
            .all(|at| peer.lost.iter().any(|span| span.contains(*at)));
        assert!(
            end.lost_copies || all_lost,
            "{target} ended with copies, and nobody says so"
        );
        if let Some(generation) = end.next {
            self.enter(
                Target {
                    generation,
                    ..target
                },
                kind,
                None,
            );
        }
    }
}
