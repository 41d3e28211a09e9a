//! The picture in words: a sentence for each row, for each box, and for the whole.

use std::fmt::{self, Write as _};

use super::{
    Below, Cells, Compared, Group, Maps, PageCache, Picture, Row, RowMemory, Sees, WAITS, Who,
    WriteAs,
};
use crate::bytes::class::is_graphic;
use crate::map::{Access, Mode};

impl Maps {
    /// In a word or two.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::As(Mode::Private, Access::ReadWrite) => "private",
            Self::As(Mode::Shared, Access::ReadWrite) => "shared",
            Self::As(Mode::Private, Access::ReadOnly) => "private, read-only",
            Self::As(Mode::Shared, Access::ReadOnly) => "read-only",
            Self::Calls => "system call",
        }
    }
}

impl Group {
    /// The heading.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Here => "This program",
            Self::Ours => "Our processes",
            Self::Others => "Other processes",
            Self::Calls => "System calls",
        }
    }
}

impl fmt::Display for Cells {
    /// `5a 'Z'`, `de ad "..."`; a byte that cannot be seen is `??`, and characters stand only where each byte is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.bytes.iter().enumerate() {
            let gap = if index == 0 { "" } else { " " };
            match byte {
                Some(byte) => write!(f, "{gap}{byte:02x}")?,
                None => write!(f, "{gap}??")?,
            }
        }
        let text = self.text();
        if text.is_empty() {
            return Ok(());
        }
        let quote = if text.chars().count() == 1 { '\'' } else { '"' };
        write!(f, " {quote}{text}{quote}")
    }
}

impl Cells {
    /// The bytes as characters; empty where one of them is none.
    #[must_use]
    pub fn text(&self) -> String {
        let character = |byte: &Option<u8>| byte.filter(|byte| is_graphic(*byte)).map(char::from);
        let text: Option<String> = self.bytes.iter().map(character).collect();
        text.unwrap_or_default()
    }

    /// The bytes as hex digits, apart; `??` where there is none.
    #[must_use]
    pub fn hex(&self) -> String {
        let digits =
            |byte: &Option<u8>| byte.map_or_else(|| "??".to_owned(), |byte| format!("{byte:02x}"));
        self.bytes.iter().map(digits).collect::<Vec<_>>().join(" ")
    }
}

impl RowMemory {
    /// What it is, for a row that `users` rows share it with, itself among them.
    #[must_use]
    pub fn words(&self, users: usize) -> String {
        match self {
            Self::FilePage => "the file's page".to_owned(),
            Self::Copy(_) if users > 1 => "a copy shared by fork".to_owned(),
            Self::Copy(_) => "a copy of its own".to_owned(),
            Self::CopyOfSeveral => "a copy shared since a fork, with whom is not known".to_owned(),
            Self::Swapped => "a copy, swapped out".to_owned(),
            Self::NotPresent => "no page yet: the first touch brings it".to_owned(),
            Self::PastEnd => "nothing: the file ends before it".to_owned(),
            Self::NotMapped => "nothing: its mapping ends before it".to_owned(),
            Self::Waiting => "not told yet".to_owned(),
            Self::Gone => "nothing any more".to_owned(),
            Self::NotKnown(why) => format!("not known: {why}"),
        }
    }
}

impl PageCache {
    /// In a few words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Waiting => "asking".to_owned(),
            Self::Clean => "clean".to_owned(),
            Self::Dirty => "dirty".to_owned(),
            Self::BeingWritten => "being written".to_owned(),
            Self::NotCached => "not in memory".to_owned(),
            Self::PastEnd => "past the end".to_owned(),
            Self::NotKnown(why) => format!("not known: {why}"),
        }
    }
}

impl Below {
    /// In a few words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::None => "none: the file is in memory alone".to_owned(),
            Self::NothingLeft => "nothing left to write".to_owned(),
            Self::Older => "older: this page or its neighbors are not written yet".to_owned(),
            Self::BeingWritten => "being written".to_owned(),
            Self::Hole => "a hole: no block, reads as zeros".to_owned(),
            Self::Refused(why) => format!("refused: not on the storage ({why})"),
            Self::InDoubt(at) => format!(
                "a sync failed at {}: whether this page is on the storage is not known",
                at.minute()
            ),
            Self::NotKnown => "not known".to_owned(),
        }
    }
}

impl Picture {
    /// The heading of a group, in words and in fewer.
    #[must_use]
    pub fn heading(&self, group: Group) -> [String; 2] {
        let words = group.words().to_owned();
        match group {
            Group::Here => [format!("{words}, process {}", self.own_pid), words],
            Group::Ours | Group::Others | Group::Calls => [words.clone(), words],
        }
    }

    /// A row in one full sentence, for whoever cannot see the picture: it says all that the picture does.
    #[must_use]
    pub fn row_words(&self, row: &Row) -> String {
        let mut words = format!("{}{}, {}", row.name, self.apart(row), row.maps.words());
        match &row.sees {
            Sees::Waiting => words.push_str(": asking"),
            Sees::Stopped(Some(cells)) => {
                let _ = write!(words, ": stopped; it last saw {cells}");
            }
            Sees::Stopped(None) => words.push_str(": stopped"),
            Sees::Late(Some(cells)) => {
                let _ = write!(words, ": does not answer; it last saw {cells}");
            }
            Sees::Late(None) => words.push_str(": does not answer"),
            Sees::Bytes(cells) => {
                let _ = write!(words, ": sees {cells}");
                match (row.who, row.compared) {
                    (_, Compared::NotKnown) | (Who::Calls, _) => {}
                    (_, Compared::Same) => words.push_str(", as the file has it"),
                    (_, Compared::Differs { .. }) => {
                        words.push_str(", which differs from the file");
                    }
                }
            }
            Sees::Earlier(cells) => {
                let _ = write!(words, ": saw {cells}, before the last change");
            }
            Sees::NotAsked => words.push_str(": not asked for, as that would bring the page in"),
            Sees::Hidden(why) => {
                let _ = write!(words, ": {why}");
            }
            Sees::Ended(how) => {
                let _ = write!(words, ": ended: {how}");
            }
        }
        match &row.memory {
            RowMemory::Gone => {}
            RowMemory::NotKnown(why) if row.sees == Sees::Hidden(why.clone()) => {}
            memory => {
                let users = self.n_users(memory);
                let _ = write!(words, "; through {}", memory.words(users));
                if let RowMemory::Copy(_) = memory
                    && users > 1
                {
                    let others = self.rows.iter().filter(|it| it.memory == *memory);
                    let names: Vec<&str> = others
                        .filter(|it| it.who != row.who)
                        .map(|it| it.name.as_str())
                        .collect();
                    let _ = write!(words, " with {}", names.join(" and "));
                }
            }
        }
        if row.waits {
            let _ = write!(words, "; {WAITS}");
        }
        if let Some(note) = &row.note {
            words.push_str("; ");
            words.push_str(&note.text);
        }
        words
    }

    /// What tells a mapping of another program from the others of that program.
    fn apart(&self, row: &Row) -> String {
        let Who::Other { pid, address } = row.who else {
            return String::new();
        };
        let is_mate = |it: &&Row| matches!(it.who, Who::Other { pid: its, .. } if its == pid);
        match self.rows.iter().filter(is_mate).take(2).count() {
            2 => format!(" at {address:#x}"),
            _ => String::new(),
        }
    }

    /// What a store as this row would do, in words.
    #[must_use]
    pub const fn write_words(row: &Row) -> &'static str {
        match (row.write, row.who) {
            (WriteAs::ReachesFile, Who::Calls) => "pwrite: in the file at once",
            (WriteAs::ReachesFile, _) => "A store through a shared mapping: in the file at once",
            (WriteAs::StaysOwn, _) => "A store through a private mapping: in a copy of its own",
            (WriteAs::ReadOnly, _) => "The mapping is read-only: a store would be SIGSEGV",
            (WriteAs::NotOurs, _) => "It is not ours, and never written to",
            (WriteAs::NotNow, _) => "It does not run",
        }
    }
}
