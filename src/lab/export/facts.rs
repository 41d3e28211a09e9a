//! What a program needs of the system, found out by what its script would be elsewhere.
//!
//! It must not know any language.

use crate::lab::claim::{Claim, Environment, Expected};
use crate::lab::runner::UNCLEAR;
use crate::lab::script::{Ask, Script, ScriptStep};
use crate::lab::{Experiment, Need};
use crate::peer::calls::{AreaCall, Call};

/// File systems that scripts may tell apart.
const FILE_SYSTEMS: [&str; 12] = [
    "ext4",
    "xfs",
    "btrfs",
    "tmpfs",
    "nfs",
    "fuse",
    "9p",
    "vfat",
    "vfat with flush",
    "overlay over ext4",
    "overlay over tmpfs",
    "",
];

/// Something that a program looks for before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Another user than root.
    OtherUser,
    /// `/proc/self/pagemap`.
    Pagemap,
    /// `memfd_create(2)`.
    Memfd,
    /// The malloc of glibc with its own settings.
    PlainMalloc,
    /// Root.
    Root,
    /// Transparent huge pages.
    HugePages,
    /// `vm.overcommit_memory` of 0.
    HeuristicOvercommit,
    /// Root, for whom it is another experiment than for others.
    MadeForRoot,
    /// The same: another user than root.
    MadeForOtherUser,
    /// The processor that it has code for, by its name.
    MadeForMachine(&'static str),
}

/// What a program needs.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    /// What it looks for.
    pub(super) wanted: Vec<Wanted>,
    /// The file system that it was made for, where that matters.
    pub(super) file_system: Option<String>,
}

impl Facts {
    /// Of a script that is no experiment's.
    pub(super) fn of_script(script: &Script) -> Self {
        let has_code = script.steps().iter().any(has_code);
        let machine = Wanted::MadeForMachine(std::env::consts::ARCH);
        Self {
            wanted: has_code.then_some(machine).into_iter().collect(),
            file_system: None,
        }
    }

    /// Of an experiment that is made into a program here.
    pub(super) fn of(experiment: &Experiment, environment: &Environment) -> Self {
        let script = Script::of(experiment.script, environment);
        let mut wanted = Self::of_script(&script).wanted;
        wanted.extend(experiment.needs.iter().copied().filter_map(wanted_for));
        if depends_on_malloc(experiment, environment) {
            wanted.push(Wanted::PlainMalloc);
        }
        wanted.extend(user_wanted(experiment, environment));
        Self {
            wanted,
            file_system: depends_on_file_system(experiment, environment)
                .then(|| environment.file_system.clone()),
        }
    }
}

fn wanted_for(need: Need) -> Option<Wanted> {
    match need {
        // A program forks by itself.
        Need::Fork => None,
        Need::PageFacts => Some(Wanted::Pagemap),
        Need::Memfd => Some(Wanted::Memfd),
        Need::Unprivileged => Some(Wanted::OtherUser),
        Need::Root => Some(Wanted::Root),
        Need::HugePages => Some(Wanted::HugePages),
        Need::HeuristicOvercommit => Some(Wanted::HeuristicOvercommit),
    }
}

fn differs(experiment: &Experiment, here: &Environment, there: &Environment) -> bool {
    let script = |environment| Script::of(experiment.script, environment);
    let (here, there) = (script(here), script(there));
    here.steps() != there.steps() || here.why_not().is_some() != there.why_not().is_some()
}

fn depends_on_malloc(experiment: &Experiment, here: &Environment) -> bool {
    let mut there = here.clone();
    there.other_malloc = match here.other_malloc {
        Some(_) => None,
        None => Some("it is another one".to_owned()),
    };
    differs(experiment, here, &there)
}

/// The user that it is made for, where it is another experiment for others.
fn user_wanted(experiment: &Experiment, here: &Environment) -> Option<Wanted> {
    let is_root = here.user == Some(0);
    let mut there = here.clone();
    there.user = if is_root { None } else { Some(0) };
    let wanted = if is_root {
        Wanted::MadeForRoot
    } else {
        Wanted::MadeForOtherUser
    };
    differs(experiment, here, &there).then_some(wanted)
}

/// Whether bytes of a file are taken for code, which is that of one processor.
fn has_code(step: &ScriptStep) -> bool {
    let runs = |ask: &Ask| matches!(ask.call, Call::Area(AreaCall::Execute { .. }));
    match step {
        ScriptStep::Ask(ask) => runs(ask),
        ScriptStep::Together(asks) => asks.iter().any(runs),
        ScriptStep::Repeat { steps, .. } => steps.iter().any(has_code),
        ScriptStep::Until { steps, between, .. } => steps.iter().chain(between).any(has_code),
        _ => false,
    }
}

fn depends_on_file_system(experiment: &Experiment, here: &Environment) -> bool {
    is_told_apart(&experiment.claim)
        || FILE_SYSTEMS.iter().any(|name| {
            let mut there = here.clone();
            (*name).clone_into(&mut there.file_system);
            differs(experiment, here, &there)
        })
}

fn is_told_apart(claim: &Claim) -> bool {
    matches!(
        claim.expected,
        Expected::OnTmpfs { .. } | Expected::On { .. }
    )
}

/// Why this system cannot show what an experiment is about, where that is known before it begins.
pub(super) fn why_not(
    experiment: &Experiment,
    script: &Script,
    environment: &Environment,
) -> Option<String> {
    if experiment.claim.is_unclear(&environment.file_system) {
        return Some(UNCLEAR.to_owned());
    }
    script.why_not().map(ToOwned::to_owned)
}
