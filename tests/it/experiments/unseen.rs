//! What a file system does not tell is not predicted.

use super::{is_root, json, mounted, program, skip};

/// The folder is named as somebody else sees it, as that of a container is: nobody here can tell that it is in memory.
#[test]
fn an_overlay_over_an_unseen_file_system_makes_no_difference() {
    if !is_root() {
        skip("only root can mount an overlay");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let at = dir.path().to_str().unwrap();
    let program = program().to_str().unwrap();
    let script = format!(
        "mount -t tmpfs none {at}; cd {at}; mkdir lower upper work merged; \
         mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none merged; \
         {program} lab durability ends holes sharing --json --dir {at}/merged"
    );
    let Some(output) = mounted(&script) else {
        skip("no overlay can be mounted here");
        return;
    };
    let report = json(&output);
    assert_eq!(report["ground"]["file_system"], "overlay");
    let verdict_of = |is: &str| -> Vec<String> {
        let all = report["experiments"].as_array().unwrap().iter();
        all.filter(|one| one["verdict"]["is"] == is)
            .map(|one| format!("{}: {}", one["name"], one["verdict"]["because"]))
            .collect()
    };
    assert_eq!(verdict_of("differs"), [""; 0]);
    assert_eq!(verdict_of("not-done"), [""; 0]);
    let unclear = verdict_of("not-available");
    let n_unclear = unclear.iter().filter(|why| why.contains("overlay keeps"));
    assert!(n_unclear.count() >= 8, "{unclear:?}");
    assert!(verdict_of("as-predicted").len() > 20);
}
