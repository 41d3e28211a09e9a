//! What a program needs of the system, found out by what its script would be elsewhere.
//!
//! It must not know any language.

use crate::lab::claim::{Claim, Environment, Expected, OVERLAY};
use crate::lab::runner::UNCLEAR;
use crate::lab::script::Script;
use crate::lab::{Experiment, Need};

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
}

/// What a program needs.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    /// What it looks for.
    pub(super) wanted: Vec<Wanted>,
    /// The file system that it was made for, where that matters.
    pub(super) file_system: Option<&'static str>,
}

impl Facts {
    /// Of what needs nothing, and is the same on every file system.
    pub(super) const fn none() -> Self {
        Self {
            wanted: Vec::new(),
            file_system: None,
        }
    }

    /// Of an experiment that is made into a program here.
    pub(super) fn of(experiment: &Experiment, environment: &Environment) -> Self {
        let mut wanted: Vec<Wanted> = experiment
            .needs
            .iter()
            .copied()
            .filter_map(wanted_for)
            .collect();
        if depends_on_malloc(experiment, environment) {
            wanted.push(Wanted::PlainMalloc);
        }
        Self {
            wanted,
            file_system: depends_on_file_system(experiment, environment)
                .then(|| kind_of(&environment.file_system)),
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

/// A file system by the name that programs know it by, from what statfs(2) tells.
fn kind_of(name: &str) -> &'static str {
    const KNOWN: [(&str, &str); 14] = [
        (OVERLAY, "overlay"),
        ("ext", "ext4"),
        ("xfs", "xfs"),
        ("btrfs", "btrfs"),
        ("tmpfs", "tmpfs"),
        ("ramfs", "ramfs"),
        ("nfs", "nfs"),
        ("fuse", "fuse"),
        ("vfat", "vfat"),
        ("msdos", "vfat"),
        ("f2fs", "f2fs"),
        ("zfs", "zfs"),
        ("bcachefs", "bcachefs"),
        ("9p", "9p"),
    ];
    let known = KNOWN.iter().find(|(start, _)| name.starts_with(start));
    known.map_or("an unknown file system", |(_, kind)| kind)
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
