//! How a view is mapped, and how that is to change.
//!
//! It owns what a change makes of what there is. A change names only what the person asked for: what else the mapping is, it
//! takes from the mapping as it is when the change begins, as one that was asked for before may have been under way. It must
//! not know orders, nor what waits for what.

use crate::bytes::Span;
use crate::map::{Access, Mode};

/// What the person asked to be otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: mapped anew as it is.
    Nothing,
    /// The mode.
    Mode(Mode),
    /// The access.
    Access(Access),
    /// The part of the file; `None` for all of it.
    Part(Option<Span>),
    /// Shared and read-write, whatever it was: writing was allowed.
    Writing,
}

/// How a view is mapped, or is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The mode.
    pub mode: Mode,
    /// The access.
    pub access: Access,
    /// The part of the file; `None` for all of it.
    pub part: Option<Span>,
    /// It was asked for otherwise, and that was refused: read-only is nobody's choice then.
    pub is_refused: bool,
}

impl Shape {
    /// The same after a change.
    #[must_use]
    pub fn after(self, change: Change) -> Self {
        let asked = Self {
            is_refused: false,
            ..self
        };
        match change {
            Change::Nothing => self,
            Change::Mode(mode) => Self {
                mode,
                // read-only by choice stays so; where only shared writing was refused, private editing comes back
                access: match self.access {
                    Access::ReadOnly if !self.is_refused => Access::ReadOnly,
                    Access::ReadOnly | Access::ReadWrite => Access::ReadWrite,
                },
                ..asked
            },
            Change::Access(access) => Self { access, ..asked },
            Change::Part(part) => Self { part, ..self },
            Change::Writing => Self {
                mode: Mode::Shared,
                access: Access::ReadWrite,
                ..asked
            },
        }
    }
}
