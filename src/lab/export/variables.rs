//! The variables of a program: descriptors, segments and addresses, by the names that its script has for them.
//!
//! It must not know how a language declares them.

use std::collections::BTreeSet;

use super::text::identifier;

/// The variables that the statements of a program need, as far as they are written.
#[derive(Debug)]
pub(super) struct Variables {
    /// Descriptors.
    pub(super) files: BTreeSet<String>,
    /// Numbers of segments.
    pub(super) segments: BTreeSet<String>,
    /// Addresses.
    pub(super) maps: BTreeSet<String>,
    /// Those of them that are from malloc.
    pub(super) blocks: BTreeSet<String>,
    /// How a language writes an address so many bytes behind another.
    plus: fn(&str, u64) -> String,
}

impl Variables {
    /// None yet. `plus`: how an address so many bytes behind another is written.
    pub(super) fn new(plus: fn(&str, u64) -> String) -> Self {
        Self {
            files: BTreeSet::new(),
            segments: BTreeSet::new(),
            maps: BTreeSet::new(),
            blocks: BTreeSet::new(),
            plus,
        }
    }

    /// The variable of a file.
    pub(super) fn fd(&mut self, file: &str) -> String {
        taken(&mut self.files, &format!("fd_{}", identifier(file)))
    }

    /// The variable of a segment.
    pub(super) fn segment(&mut self, segment: &str) -> String {
        let name = format!("segment_{}", identifier(segment));
        taken(&mut self.segments, &name)
    }

    /// The variable of a mapping.
    pub(super) fn map(&mut self, map: &str) -> String {
        let name = match map {
            "m" => "m".to_owned(),
            other => format!("m_{}", identifier(other)),
        };
        taken(&mut self.maps, &name)
    }

    /// The variable of a mapping that malloc made.
    pub(super) fn block(&mut self, map: &str) -> String {
        let name = self.map(map);
        taken(&mut self.blocks, &name)
    }

    /// A place in a mapping.
    pub(super) fn at(&mut self, map: &str, at: u64) -> String {
        let name = self.map(map);
        match at {
            0 => name,
            at => (self.plus)(&name, at),
        }
    }
}

fn taken(names: &mut BTreeSet<String>, name: &str) -> String {
    let name = name.to_lowercase();
    names.insert(name.clone());
    name
}
