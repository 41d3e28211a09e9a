//! The calls that only Linux has: what each does, seen from outside or by another peer, and that it reads as in a trace.

mod area;
mod guard;
mod machine;
mod objects;
mod places;
mod pointing;
mod racing;
mod transfer;

use super::*;
use mapscope::peer::calls::{AreaCall, MapFlag, ObjectCall, ProcessCall, Remote, TransferCall};

fn text(name: &str) -> String {
    name.to_owned()
}

fn remap_to(len: u64) -> Call {
    use mapscope::peer::calls::RemapHow;
    Call::Area(AreaCall::Remap {
        map: text("m"),
        at: 0,
        old_len: page(),
        len,
        how: RemapHow::MayMove,
        result: text("m"),
    })
}

fn advise(map: &str, advice: Advice) -> Call {
    Call::Advise {
        map: text(map),
        at: 0,
        len: page(),
        advice,
    }
}

fn truncate(file: &str, len: u64) -> Call {
    let file = text(file);
    Call::Truncate { file, len }
}

fn unmap(map: &str, len: u64) -> Call {
    let (map, at) = (text(map), 0);
    Call::Unmap { map, at, len }
}

fn pipe() -> Call {
    Call::Object(ObjectCall::Pipe {
        read: text("r"),
        write: text("w"),
    })
}

fn take(file: &str, len: u64) -> Call {
    let file = text(file);
    Call::Transfer(TransferCall::Take { file, len })
}

impl Peer {
    #[track_caller]
    fn number(&mut self, call: Call) -> u64 {
        match self.outcome(call) {
            Outcome::Number { value } => value,
            other => panic!("{other:?} is no number"),
        }
    }

    #[track_caller]
    fn address(&mut self, map: &str, at: u64) -> u64 {
        let map = text(map);
        self.number(Call::Area(AreaCall::Where { map, at }))
    }

    #[track_caller]
    fn memory(&mut self) -> mapscope::peer::calls::Memory {
        match self.outcome(Call::Memory) {
            Outcome::Memory(memory) => memory,
            other => panic!("{other:?} is no memory"),
        }
    }

    #[track_caller]
    fn sums(&mut self, map: &str) -> mapscope::peer::calls::Sums {
        match self.outcome(Call::Sums { map: text(map) }) {
            Outcome::Sums(sums) => sums,
            other => panic!("{other:?} is no sums"),
        }
    }

    #[track_caller]
    fn stat(&mut self, file: &str) -> mapscope::peer::calls::FileFacts {
        let file = text(file);
        match self.outcome(Call::Object(ObjectCall::Stat { file })) {
            Outcome::Stat(facts) => facts,
            other => panic!("{other:?} is no facts"),
        }
    }

    /// It dies of this signal.
    #[track_caller]
    fn dies(mut self, call: Call, signal: &str) {
        match self.ask(call.clone()) {
            Err(PeerError::Died { death, .. }) => {
                let death = death.unwrap_or_else(|| panic!("{call:?}: no signal"));
                assert_eq!(death.signal, signal, "{call:?}");
            }
            other => panic!("{call:?} is answered {other:?}"),
        }
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}
