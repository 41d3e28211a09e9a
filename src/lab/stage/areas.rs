//! The lines of `/proc/PID/maps`.
//!
//! It must not know whose they are.

/// What a line says (`proc_pid_maps(5)`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Area {
    /// Address of its first byte.
    pub(super) start: u64,
    /// Address one past its last byte.
    pub(super) end: u64,
    /// Such as `rw-s`.
    pub(super) allows: String,
    /// Offset in the file.
    pub(super) offset: u64,
    /// The file, or a name in brackets; empty where there is none.
    pub(super) name: String,
}

impl Area {
    /// Of a line.
    pub(super) fn of(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let hex = |digits| u64::from_str_radix(digits, 16).ok();
        let (start, end) = (hex(start)?, hex(end)?);
        let allows = words.next()?.to_owned();
        let offset = hex(words.next()?)?;
        // Device and inode stand before the name.
        let name = words.skip(2).collect::<Vec<_>>().join(" ");
        Some(Self {
            start,
            end,
            allows,
            offset,
            name,
        })
    }

    /// Whether they have an address in common.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// It is of no file, and not of the heap or the stack. A name that the C library gives to its memory is none of a file.
    pub(super) fn is_nameless(&self) -> bool {
        self.name.is_empty() || self.name.starts_with("[anon")
    }
}
