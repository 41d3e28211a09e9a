//! Bytes as the journal keeps them: one byte and how often, where all are the same, else each.
//!
//! It owns the choice between the two. It must not know what the bytes stand for.

use std::borrow::Cow;
use std::ops::Range;

/// Bytes that are kept. A fill costs nothing, whatever its length.
#[derive(Clone, Debug)]
pub struct Bytes(Form);

#[derive(Clone, Debug)]
enum Form {
    /// This byte, this many times.
    Same(u8, usize),
    Each(Box<[u8]>),
}

impl Bytes {
    /// A copy of `bytes`.
    #[must_use]
    pub fn copy(bytes: &[u8]) -> Self {
        match all_the_same(bytes) {
            Some(byte) => Self(Form::Same(byte, bytes.len())),
            None => Self(Form::Each(bytes.into())),
        }
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Form::Same(_, len) => *len,
            Form::Each(bytes) => bytes.len(),
        }
    }

    /// There is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The byte at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<u8> {
        match &self.0 {
            Form::Same(byte, len) => (index < *len).then_some(*byte),
            Form::Each(bytes) => bytes.get(index).copied(),
        }
    }

    /// Those in `range`, as far as there are.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Cow<'_, [u8]> {
        let end = range.end.min(self.len());
        let start = range.start.min(end);
        match &self.0 {
            Form::Same(byte, _) => Cow::Owned(vec![*byte; end - start]),
            Form::Each(bytes) => Cow::Borrowed(bytes.get(start..end).unwrap_or_default()),
        }
    }

    /// All of them, one after the other.
    #[must_use]
    pub fn all(&self) -> Cow<'_, [u8]> {
        self.part(0..self.len())
    }

    /// Those in `range`, kept by themselves.
    pub(super) fn cut(&self, range: Range<usize>) -> Self {
        match &self.0 {
            Form::Same(byte, len) => {
                let end = range.end.min(*len);
                Self(Form::Same(*byte, end.saturating_sub(range.start)))
            }
            Form::Each(_) => Self::copy(&self.part(range)),
        }
    }

    /// These, and `next` after them.
    pub(super) fn joined(&self, next: &Self) -> Self {
        match (&self.0, &next.0) {
            (Form::Same(one, n), Form::Same(other, m)) if one == other => {
                Self(Form::Same(*one, n + m))
            }
            _ => Self::from([&*self.all(), &*next.all()].concat()),
        }
    }

    /// Memory in bytes, beside the value itself.
    pub(super) fn kept(&self) -> usize {
        match &self.0 {
            Form::Same(..) => 0,
            Form::Each(bytes) => bytes.len(),
        }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        match all_the_same(&bytes) {
            Some(byte) => Self(Form::Same(byte, bytes.len())),
            None => Self(Form::Each(bytes.into_boxed_slice())),
        }
    }
}

/// The byte that all of `bytes` are; of none at all, 0.
fn all_the_same(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [] => Some(0),
        // each one equals the one before it: a comparison of two slices is the fastest way to ask
        [first, rest @ ..] => (bytes.get(..rest.len()) == Some(rest)).then_some(*first),
    }
}
