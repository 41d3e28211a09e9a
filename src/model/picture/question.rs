//! What a picture is about in words: the question that it answers, and how much of the bytes differs.

use super::{Compared, Picture, Row, SHOWN_BYTES, Who};

impl Picture {
    /// The question in words, and in fewer.
    #[must_use]
    pub fn question(&self) -> [String; 2] {
        let subject = self.subject;
        let start = subject.start();
        match subject.len() {
            1 => [
                format!("Who sees byte {start} ({start:#x})?"),
                format!("Who sees byte {start}?"),
            ],
            n if self.is_cut => [
                format!("Who sees the first {n} bytes at {subject}?"),
                format!("Who sees {subject}?"),
            ],
            n => [
                format!("Who sees the {n} bytes at {subject}?"),
                format!("Who sees {subject}?"),
            ],
        }
    }

    /// How many of several bytes differ, and which of them are shown, in a few words each; none for a single byte.
    #[must_use]
    pub fn compared_words(&self) -> Vec<String> {
        let mut parts = Vec::new();
        let n = self.subject.len();
        if n > 1 {
            parts.push(match self.differing {
                Some((n_bytes, first)) => differ_words(n_bytes, n, first),
                None if self.is_all_compared() => format!("none of {n} differs"),
                None => format!("none of {n} is known to differ"),
            });
        }
        if n > SHOWN_BYTES || self.shown != self.subject {
            parts.push(format!("shown: {}", self.shown));
        }
        if self.is_cut {
            parts.push("no more than 64 KiB are compared".to_owned());
        }
        parts
    }

    /// Each row but that of the file itself was compared with it in every byte.
    fn is_all_compared(&self) -> bool {
        let mut rows = self.rows.iter().filter(|row| row.who != Who::Calls);
        rows.all(|row| row.compared != Compared::NotKnown)
    }

    /// How a row compares with the file, in a few words; none of the file itself, which the others are compared with, and
    /// none where nothing is claimed.
    #[must_use]
    pub fn row_compared_words(&self, row: &Row) -> String {
        match row.compared {
            Compared::NotKnown => String::new(),
            _ if row.who == Who::Calls => String::new(),
            Compared::Same => "same".to_owned(),
            Compared::Differs { .. } if self.subject.len() == 1 => "differs".to_owned(),
            Compared::Differs { n_bytes, first } => {
                differ_words(n_bytes, self.subject.len(), first)
            }
        }
    }
}

fn differ_words(n_bytes: u64, n: u64, first: u64) -> String {
    match n_bytes {
        1 => format!("1 of {n} differs, at {first:#x}"),
        many => format!("{many} of {n} differ, the first at {first:#x}"),
    }
}
