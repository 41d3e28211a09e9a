//! The ways of mapping a file: who sees stores, and whether they are allowed.
//!
//! It owns the order in which one way stands in for another. It must not know a system.

use std::fmt;

/// Who can see a store through the mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Copy-on-write: a store goes to a copy of the page that this process alone sees (`MAP_PRIVATE`, mmap(2)).
    Private,
    /// A store goes to the file's own page, for everybody to see (`MAP_SHARED`, mmap(2)).
    Shared,
}

impl Mode {
    /// The one that it is not.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Private => Self::Shared,
            Self::Shared => Self::Private,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Private => "private",
            Self::Shared => "shared",
        })
    }
}

/// Whether stores are allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    /// Pages are readable only (`PROT_READ`).
    ReadOnly,
    /// Pages are readable and writable (`PROT_READ|PROT_WRITE`).
    ReadWrite,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadOnly => "read-only",
            Self::ReadWrite => "read-write",
        })
    }
}

/// One way of mapping a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Way {
    /// Who sees stores.
    pub mode: Mode,
    /// Whether they are allowed.
    pub access: Access,
}

impl Way {
    /// Puts a way together.
    #[must_use]
    pub const fn new(mode: Mode, access: Access) -> Self {
        Self { mode, access }
    }

    /// Whether stores reach the file.
    #[must_use]
    pub fn writes_the_file(self) -> bool {
        self == Self::new(Mode::Shared, Access::ReadWrite)
    }

    /// What may stand in for this way where it is refused, nearest first. None of them lets more reach the file, and none
    /// allows stores that were not asked for.
    pub(crate) const fn instead(self) -> &'static [Self] {
        const SHARED_READING: Way = Way::new(Mode::Shared, Access::ReadOnly);
        const PRIVATE: Way = Way::new(Mode::Private, Access::ReadWrite);
        const PRIVATE_READING: Way = Way::new(Mode::Private, Access::ReadOnly);
        match (self.mode, self.access) {
            (Mode::Shared, Access::ReadWrite) => &[SHARED_READING, PRIVATE, PRIVATE_READING],
            (Mode::Shared, Access::ReadOnly) | (Mode::Private, Access::ReadWrite) => {
                &[PRIVATE_READING]
            }
            (Mode::Private, Access::ReadOnly) => &[],
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.mode, self.access)
    }
}
