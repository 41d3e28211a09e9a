//! What processes are ordered, and what they say of that and of themselves.

use super::*;

impl Oracle {
    pub(in crate::astray) fn orders_peer(&mut self, order: &PeerOrder) {
        self.tell(|| format!("order {order:?}"));
        let (number, known) = match order {
            PeerOrder::Store {
                number,
                target,
                offset,
                bytes,
                ..
            }
            | PeerOrder::StoreAnyway {
                number,
                target,
                offset,
                bytes,
            } => {
                self.counts.orders += 1;
                let what = What::Peer {
                    offset: *offset,
                    bytes: bytes.clone(),
                    is_anyway: matches!(order, PeerOrder::StoreAnyway { .. }),
                };
                (
                    *number,
                    Known {
                        target: *target,
                        what,
                        n_answers: 0,
                    },
                )
            }
            PeerOrder::Signal { number, target, .. } => (
                *number,
                Known {
                    target: *target,
                    what: What::Signal,
                    n_answers: 0,
                },
            ),
            PeerOrder::Start { target, kind, .. } => return self.enter(*target, *kind, None),
            PeerOrder::Fork { parent, child } => {
                let kind = self.peers[parent].kind;
                let child = Target {
                    mapping: *child,
                    generation: Generation::FIRST,
                    ..*parent
                };
                return self.enter(child, kind, Some(*parent));
            }
            PeerOrder::Facts { target } => return self.asks_facts(*target),
            _ => return,
        };
        assert!(
            self.orders.insert(number, known).is_none(),
            "{number:?} is given twice"
        );
    }

    fn enter(&mut self, target: Target, kind: ProcessKind, parent: Option<Target>) {
        let peer = Peer {
            kind,
            parent,
            is_answered: false,
            pid: None,
            is_over: false,
            own: BTreeMap::new(),
            lost: Vec::new(),
            n_asked: 0,
            death: None,
        };
        self.peers.insert(target, peer);
    }

    pub(super) fn hears_peer(&mut self, event: &PeerEvent) {
        let target = event.target;
        match &event.news {
            PeerNews::Stored {
                number,
                offset,
                bytes,
                ..
            } => {
                let is_anyway = self.peer_answered(*number, target, *offset, bytes);
                assert!(!is_anyway, "{target} stored, and could not");
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
                let is_anyway = self.peer_answered(*number, target, *offset, bytes);
                self.counts.refused += 1;
                self.counts.full +=
                    u64::from(matches!(why, Refusal::QueueFull | Refusal::NotAnswering));
                if matches!(why, Refusal::Unanswered | Refusal::NotWhole { .. })
                    && self.peers[&target].kind == ProcessKind::Shared
                    && !is_anyway
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
            PeerNews::Faulted {
                number,
                offset,
                bytes,
                death,
            } => {
                let is_anyway = self.peer_answered(*number, target, *offset, bytes);
                assert!(is_anyway, "{target} dies of a store that it could make");
                self.faulted(target, death);
            }
            PeerNews::Facts(facts) => self.facts_told(target, facts),
            PeerNews::NoFacts { .. } => self.facts_answered(target),
            PeerNews::Ended(end) => self.ended(target, end),
            _ => {}
        }
    }

    /// Whether that was a store into what may not be stored into.
    fn peer_answered(
        &mut self,
        number: OrderId,
        target: Target,
        offset: u64,
        bytes: &[u8],
    ) -> bool {
        match self.answered(number, target, false) {
            What::Peer {
                offset: at,
                bytes: meant,
                is_anyway,
            } => {
                assert_eq!((at, &*meant), (offset, bytes), "{number:?}");
                is_anyway
            }
            other => panic!("{number:?} {other:?} is answered by {target}"),
        }
    }

    /// Only a process that was to store into a read-only mapping dies of that, by the signal that says so, and once.
    fn faulted(&mut self, target: Target, death: &Death) {
        self.counts.faulted += 1;
        let peer = self.peers.get_mut(&target).unwrap();
        assert_eq!(peer.kind, ProcessKind::ReadOnly, "{target} dies of a store");
        assert_eq!(
            (&*death.signal, death.code.as_deref()),
            ("SIGSEGV", Some("SEGV_ACCERR")),
            "{target}"
        );
        assert!(!peer.is_over, "{target} ended before that");
        let before = peer.death.replace(death.clone());
        assert_eq!(before, None, "{target} dies twice");
    }

    fn asks_facts(&mut self, target: Target) {
        self.peers.get_mut(&target).unwrap().n_asked += 1;
    }

    fn facts_answered(&mut self, target: Target) {
        let peer = self.peers.get_mut(&target).unwrap();
        let left = peer.n_asked.checked_sub(1);
        peer.n_asked = left.unwrap_or_else(|| panic!("{target} tells what nobody asked"));
    }

    /// What it says it has mapped is of its own file, and as it was to map it.
    fn facts_told(&mut self, target: Target, facts: &MappedFacts) {
        self.facts_answered(target);
        self.counts.facts_told += 1;
        let path = &self.paths[self.docs[&target.doc]];
        let inode = fs::metadata(path).unwrap().ino().to_string();
        let way = match self.peers[&target].kind {
            ProcessKind::Private => 'p',
            ProcessKind::Shared | ProcessKind::ReadOnly => 's',
        };
        assert!(!facts.lines.is_empty(), "{target} has nothing mapped");
        for line in &facts.lines {
            let mut words = line.split_ascii_whitespace();
            let rights = words.nth(1).unwrap();
            let is_of_file = words.nth(2) == Some(&*inode);
            let is_so = is_of_file && rights.ends_with(way);
            assert!(is_so, "{target} says it has mapped {line}");
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

    fn ended(&mut self, target: Target, end: &ProcessEnd) {
        let peer = self.peers.get_mut(&target).unwrap();
        peer.is_over = true;
        // Whoever was not asked for such a store dies of none.
        let died = match &end.how {
            EndHow::Faulted(death) => Some(death),
            _ => None,
        };
        assert_eq!(died, peer.death.as_ref(), "{target} ended: {end:?}");
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
