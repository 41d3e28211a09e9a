//! An experiment: what it claims, what it needs of the system, and the script that carries it out.
//!
//! It owns which systems can do what. It must not know how a script is staged, nor who wants it run.

use crate::lab::claim::Claim;
use crate::lab::environment::user;
use crate::lab::script::Script;
use crate::map::describe_errno;
use crate::peer::calls::Sabotage;

/// An experiment.
#[derive(Debug)]
pub struct Experiment {
    /// What it claims.
    pub claim: Claim,
    /// What it needs of the system.
    pub needs: &'static [Need],
    /// The deceptions of a peer, by its name, that must turn it red: all of them, and no others. Tests hold it to that.
    pub rests_on: &'static [(&'static str, Sabotage)],
    /// Puts its steps together.
    pub script: fn(&mut Script),
}

/// Something that not every system has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A peer that forks, with its child's pipes handed over through `/proc`.
    Fork,
    /// `/proc/self/pagemap`, `maps` and `smaps`.
    PageFacts,
    /// `memfd_create(2)`.
    Memfd,
    /// A user who is not root: what is refused is refused to others only.
    Unprivileged,
    /// Root: what is done is granted to nobody else.
    Root,
    /// Transparent huge pages for whoever asks for them.
    HugePages,
    /// `vm.overcommit_memory` of 0: the kernel refuses what is obviously too much.
    HeuristicOvercommit,
}

impl Need {
    /// Whether this system has it.
    ///
    /// # Errors
    /// In words, why it has not.
    pub fn check(self) -> Result<(), String> {
        if !cfg!(unix) {
            return Err("Windows has no mmap; its mappings work otherwise".to_owned());
        }
        let missing = match self {
            Self::Fork => "a forked child is handed its pipes through /proc, which only Linux has",
            Self::PageFacts => "only Linux tells what backs a page, in /proc/self/pagemap",
            Self::Memfd => "only Linux has memfd_create",
            Self::Unprivileged => "what is refused to users was tried on Linux only",
            Self::Root => "what only root may do was tried on Linux only",
            Self::HugePages => "only Linux has transparent huge pages",
            Self::HeuristicOvercommit => "only Linux has vm.overcommit_memory",
        };
        if !cfg!(target_os = "linux") {
            return Err(missing.to_owned());
        }
        #[cfg(target_os = "linux")]
        if self == Self::Memfd {
            return crate::peer::has_memfd();
        }
        if self == Self::Unprivileged && user() == Some(0) {
            return Err("root is granted what others are refused".to_owned());
        }
        if self == Self::Root && user() != Some(0) {
            return Err("needs root".to_owned());
        }
        if self == Self::HugePages {
            let never = setting("/sys/kernel/mm/transparent_hugepage/enabled")?.contains("[never]");
            if never {
                return Err("transparent huge pages are switched off".to_owned());
            }
        }
        if self == Self::HeuristicOvercommit {
            let mode = setting("/proc/sys/vm/overcommit_memory")?;
            if mode != "0" {
                return Err(format!("needs vm.overcommit_memory of 0, and it is {mode}"));
            }
        }
        // where it is there, it may still be closed to this user
        if self == Self::PageFacts
            && let Err(error) = std::fs::File::open("/proc/self/pagemap")
        {
            let errno = error.raw_os_error().unwrap_or_default();
            let cause = describe_errno(errno);
            return Err(format!("/proc/self/pagemap cannot be read: {cause}"));
        }
        Ok(())
    }
}

/// What a file of the kernel holds.
fn setting(path: &str) -> Result<String, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) => {
            let cause = describe_errno(error.raw_os_error().unwrap_or_default());
            Err(format!("{path} cannot be read: {cause}"))
        }
    }
}

impl Experiment {
    /// Whether this system can carry it out.
    ///
    /// # Errors
    /// In words, why it cannot.
    pub fn available(&self) -> Result<(), String> {
        if !cfg!(unix) {
            return Err("Windows has no mmap; its mappings work otherwise".to_owned());
        }
        self.needs.iter().try_for_each(|need| need.check())
    }
}
