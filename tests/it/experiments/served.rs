//! A file system that another program serves, as FUSE has them: what is predicted of it, as far as that is the kernel's doing.
//! Nothing is served here: a test must not wait for itself.

use mapscope::lab::catalogue;
use mapscope::lab::claim::Environment;
use mapscope::lab::script::{Script, ScriptStep};
use mapscope::map::page_bytes;

/// The kernel keeps no time of such a file, so that no store can move it.
#[test]
fn the_time_of_a_file_is_predicted_where_a_program_serves_it() {
    let experiment = catalogue::find("stores-move-no-mtime").unwrap();
    let claim = &experiment.claim;
    for (file_system, moves) in [
        ("fuse", 0),
        ("overlay over fuse", 0),
        ("tmpfs", 1),
        ("ext4", 2),
    ] {
        let environment = Environment {
            page_bytes: page_bytes(),
            file_system: file_system.to_owned(),
            ..Environment::default()
        };
        let script = Script::of(experiment.script, &environment);
        assert_eq!(script.why_not(), None, "{file_system}");
        let wants_some = |step: &&ScriptStep| match step {
            ScriptStep::Check { wanted, .. } => wanted.plain() == Some("some"),
            _ => false,
        };
        let n_moves = script.steps().iter().filter(wants_some).count();
        assert_eq!(n_moves, moves, "{file_system}");
        let choice = claim.choices[claim.predicted(file_system).unwrap()];
        let says_none = choice.starts_with("No store moves it");
        assert_eq!(says_none, moves == 0, "{file_system}: {choice}");
    }
}
