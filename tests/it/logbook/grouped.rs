//! What is written down gets on the disk by itself, though nobody does anything after it.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::sync::mpsc::channel;
use std::time::Duration;

use mapscope::model::Mode;
use mapscope::work::logbook::{Disk, GROUP};

use super::full::{Edited, is_stored};
use super::{Book, PATIENCE, journals};

/// The README says within which time: half of it is the pause, the rest is the disk's.
const SAID: Duration = Duration::from_millis(200);

#[test]
fn each_record_is_put_on_the_disk_soon_though_nobody_stores_any_more() {
    assert!(2 * GROUP <= SAID);
    for mode in [Mode::Private, Mode::Shared] {
        let folder = tempfile::tempdir().unwrap();
        let (path, state) = (folder.path().join("data.bin"), folder.path().join("state"));
        fs::write(&path, [b'0'; 64]).unwrap();
        let (tell, synced) = channel();
        let disk = Disk::new(move |file| {
            let len = file.metadata()?.len();
            file.sync_data()?;
            let _ = tell.send(len);
            Ok(())
        });
        let book = Book::begin_on(&state, 64 << 20, disk);
        assert_eq!(book.offers(), []);
        let edited = Edited::open(&path, mode, &book);
        // again after each rest, also where there was one before
        for n in 0..3 {
            is_stored(&edited.store(n, b"x"));
            let journal = journals(&state).remove(0);
            // its outcome may be written down a moment after it was told
            let len = loop {
                let len = synced.recv_timeout(PATIENCE).expect("it is synced");
                if len >= fs::metadata(&journal).unwrap().size() {
                    break len;
                }
            };
            assert!(len > 0);
        }
    }
}
