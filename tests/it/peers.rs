//! Peers by themselves: what they answer, what ends them.
//!
//! Nothing sleeps in the hope that something has happened by then: it is looked for, with a deadline.

mod death;
mod protocol;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::processes::{exists, program, signal, until};
use crate::raw_peer::RawPeer;
use mapscope::bytes::Span;
use mapscope::map::Identity;
use mapscope::peer::protocol::{
    Answer, MAX_LINE_BYTES, MapAccess, MapMode, Open, ReadAnswer, Request,
};
use mapscope::peer::{PeerError, PeerProcess};
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);
/// Far more than anything here takes.
const LONG: Duration = Duration::from_secs(20);

/// The file that a peer is to map.
struct Target {
    via: OsString,
    path: OsString,
    identity: Identity,
    extent: Span,
}

/// A file of `pages` pages, each full of its number as a letter: A, B, …
struct Sample {
    _dir: tempfile::TempDir,
    path: PathBuf,
    file: File,
}

impl Sample {
    fn new() -> Self {
        Self::named("sample".into())
    }

    fn named(name: OsString) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::write(&path, [[b'A'; 4096], [b'B'; 4096], [b'C'; 4096]].concat()).unwrap();
        let file = File::options().read(true).write(true).open(&path).unwrap();
        Self {
            _dir: dir,
            path,
            file,
        }
    }

    fn target(&self) -> Target {
        let meta = self.file.metadata().unwrap();
        let fd = std::os::fd::AsRawFd::as_raw_fd(&self.file);
        Target {
            via: format!("/proc/{}/fd/{fd}", std::process::id()).into(),
            path: self.path.clone().into(),
            identity: Identity {
                dev: meta.dev(),
                ino: meta.ino(),
            },
            extent: Span::new(0, meta.len()).unwrap(),
        }
    }

    fn open(&self, mode: MapMode, access: MapAccess) -> Request {
        let target = self.target();
        Request::Open(Open {
            via: target.via,
            path: target.path,
            dev: target.identity.dev,
            ino: target.identity.ino,
            mode,
            access,
            start: target.extent.start(),
            end: target.extent.end(),
            whole: false,
        })
    }

    fn byte(&self, at: u64) -> u8 {
        let mut byte = [0];
        self.file.read_exact_at(&mut byte, at).unwrap();
        byte[0]
    }
}

impl RawPeer {
    #[track_caller]
    fn check(&mut self, request: &Value, expected: &Value) {
        let heard = self.ask(request.to_string().as_bytes());
        for (key, value) in expected.as_object().unwrap() {
            let said = &heard[key];
            let same = match (key.as_str(), value) {
                // Of a message only a part is expected.
                ("message", Value::String(part)) => {
                    said.as_str().is_some_and(|it| it.contains(part))
                }
                // Of a page only what it is.
                ("pages", Value::Array(pages)) => {
                    let told = said.as_array().unwrap().iter().map(|it| &it["page"]);
                    told.eq(pages)
                }
                _ => said == value,
            };
            assert!(same, "{request} is answered {heard}, not {expected}");
        }
    }
}

/// A process that ends with the test, also with one that fails.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
