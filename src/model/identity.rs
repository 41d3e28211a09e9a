//! What names things: files that are open, views of them, mappings and their generations, orders.
//!
//! It owns the numbers. Each is given once in a run and never again, so that a late answer can always be told from one
//! that is waited for. It must not know what is named.

use std::fmt;

/// An open file: one for each pair of device and inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocId(pub u64);

/// A view of an open file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ViewId(pub u64);

/// A mapping: a view's, a witness's here, or a process's. A process has one mapping, whose number names it as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MappingId(pub u64);

/// Which mmap a mapping is of those made in its place. A new one: open, mapping anew, another mode, window or access
/// (unless by mprotect), a process started again. Not: growth, mprotect, discard, msync, fork, writes by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Generation(pub u64);

impl Generation {
    /// That of a mapping made for the first time.
    pub const FIRST: Self = Self(1);

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// An order: something asked for that is answered, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderId(pub u64);

/// Whom an order is for, and whom an answer is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// The open file.
    pub doc: DocId,
    /// Its mapping.
    pub mapping: MappingId,
    /// The mmap that was meant.
    pub generation: Generation,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "file {} mapping {}.{}",
            self.doc.0, self.mapping.0, self.generation.0
        )
    }
}

/// Gives the numbers of one run, from 1.
#[derive(Clone, Debug, Default)]
pub struct Numbers(u64);

impl Numbers {
    /// A number that was not given before.
    pub fn fresh(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }

    /// A name for a file that is opened.
    pub fn doc(&mut self) -> DocId {
        DocId(self.fresh())
    }

    /// A name for a view.
    pub fn view(&mut self) -> ViewId {
        ViewId(self.fresh())
    }

    /// A name for a mapping.
    pub fn mapping(&mut self) -> MappingId {
        MappingId(self.fresh())
    }

    /// A name for an order.
    pub fn order(&mut self) -> OrderId {
        OrderId(self.fresh())
    }
}
