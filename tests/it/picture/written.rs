//! What random histories do not meet of the storage: a sync that fails.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use mapscope::model::picture::Below;
use mapscope::model::{Action, MappingAction, WitnessId};

use super::stage::Stage;
use super::{LEN, PAGE};
use crate::machine::{Mounted, run};

/// Of a file system on a loop device whose own blocks are on a full tmpfs: what has a block is written, a hole gets none.
#[test]
fn what_a_sync_could_not_write_is_refused_and_not_on_the_storage() {
    let test = "what_a_sync_could_not_write_is_refused_and_not_on_the_storage";
    let Some(below) = Mounted::or_skip(test, || Mounted::tmpfs(8 << 20)) else {
        return;
    };
    let image = below.path().join("image");
    // A page is a block, and nothing but its own blocks can fail.
    let options = ["-b", "4096", "-O", "^has_journal"];
    let mount = || Mounted::ext4_with(&image, 64 << 20, &options);
    let Some(mounted) = Mounted::or_skip(test, mount) else {
        return;
    };
    let path = mounted.path().join("pictured.bin");
    let file = File::create(&path).unwrap();
    file.set_len(LEN).unwrap();
    file.write_all_at(&[b'A'; 4096], 0).unwrap();
    file.sync_all().unwrap();
    run("sync", &["-f".as_ref(), path.as_os_str()]).unwrap();
    let filler = File::create(below.path().join("filler")).unwrap();
    let mut at = 0;
    while filler.write_all_at(&[b'F'; 4096], at).is_ok() {
        at += PAGE;
    }
    let mut stage = Stage::open_file(path, false);
    stage.map_shared();
    stage.point(PAGE);
    assert_eq!(stage.agreed().storage, Below::Hole);
    stage.store_as(WitnessId::View, b'x');
    assert_eq!(stage.agreed().storage, Below::Older);
    stage.act(Action::Mapping(MappingAction::Flush));
    stage.sync_failed = Some(1);
    let picture = stage.agreed();
    assert!(
        matches!(&picture.storage, Below::Refused(_)),
        "{:?}",
        picture.storage
    );
    // The page is clean, and the storage has something else.
    let stored = stage.second.stored(1).unwrap();
    assert!(!stored.contains(&b'x'), "{stored:x?}");
    assert_eq!(stage.page_in_file(1)[0], b'x');
    // Whether others were to be written then, nobody told.
    for page in [0, 2] {
        stage.point(page * PAGE);
        let picture = stage.agreed();
        let is_so = matches!(&picture.storage, Below::InDoubt(_));
        assert!(is_so, "page {page}: {:?}", picture.storage);
    }
    stage.end();
    drop(filler);
}
