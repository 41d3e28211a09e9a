//! What a process of ours says it has mapped: asked for by the person, shown until the next.
//!
//! It owns whose mapping is shown, and the words. It must not know how they are drawn.

use std::fmt::Write as _;

use super::doc::{Doc, Out};
use super::effect::Effect;
use super::identity::MappingId;
use super::peers::Process;
use super::process::{PeerOrder, ProcessFacts, ProcessKind};
use crate::bytes::size::counted;

impl Doc {
    /// Shows the mapping of that process, as it says now.
    pub(super) fn show_mapping(&mut self, mapping: Option<MappingId>, out: &mut Out<'_>) {
        self.processes.shown = mapping;
        let Some(target) = mapping.and_then(|mapping| self.process_target(mapping)) else {
            return;
        };
        if let Some(process) = self.processes.get_mut(target.mapping) {
            process.facts = Some(ProcessFacts::Asking);
        }
        out.push(Effect::Peers(PeerOrder::Facts { target }));
    }

    /// The process whose mapping is to be shown.
    #[must_use]
    pub fn shown_process(&self) -> Option<&Process> {
        self.processes.get(self.processes.shown?)
    }
}

impl Process {
    /// What it has mapped: names and values. Empty until it was told.
    #[must_use]
    pub fn mapped_words(&self) -> Vec<(&'static str, String)> {
        let Some(ProcessFacts::Told(facts)) = &self.facts else {
            return Vec::new();
        };
        let mode = match self.kind {
            ProcessKind::Private => "private (MAP_PRIVATE)",
            ProcessKind::Shared | ProcessKind::ReadOnly => "shared (MAP_SHARED)",
        };
        let protection = match (facts.is_writable, self.kind) {
            (true, _) => "PROT_READ|PROT_WRITE",
            (false, ProcessKind::ReadOnly) => "PROT_READ",
            (false, _) => "PROT_READ, until it is first told to store",
        };
        let len = counted(facts.end - facts.start, "byte");
        vec![
            ("Offset", format!("{} ({:#x})", facts.start, facts.start)),
            ("Length", len),
            ("Mode", mode.to_owned()),
            ("Protection", protection.to_owned()),
            ("Address", format!("{:#x}", facts.address)),
        ]
    }

    /// The lines that the kernel keeps of it, `/proc/PID/maps`.
    #[must_use]
    pub fn maps_lines(&self) -> &[String] {
        match &self.facts {
            Some(ProcessFacts::Told(facts)) => &facts.lines,
            _ => &[],
        }
    }

    /// All of it as text.
    #[must_use]
    pub fn facts_text(&self) -> String {
        let mut text = format!("{}\n", self.name());
        for (name, value) in self.mapped_words() {
            let _ = writeln!(text, "{name}\t{value}");
        }
        for line in self.maps_lines() {
            let _ = writeln!(text, "{line}");
        }
        text
    }
}
