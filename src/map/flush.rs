//! Writing a mapping's changes to the device, and what its failure means.
//!
//! It owns the words of a failed flush, which is final: the kernel reports a write-back error once and says 0 ever
//! after, while memory shows data that is not on the device.

use std::error::Error;
use std::fmt;
use std::sync::atomic::Ordering;

use super::errno::{describe_errno, errno_of};
use super::mapping::Mapping;
use super::mode::Mode;
use crate::bytes::Span;

/// What a flush did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlushReport {
    /// What was flushed, in offsets of the file.
    pub span: Span,
    /// The mapping's mode: a private mapping has nothing to write, and the call succeeds without writing (msync(2)).
    pub mode: Mode,
    /// The error number of an earlier flush of this file that failed, through whatever mapping: this success does not undo
    /// it.
    pub earlier_failure: Option<i32>,
}

/// A flush failed. The pages that could not be written may be lost although memory still shows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlushError {
    /// What was to be flushed, in offsets of the file.
    pub span: Span,
    /// The error number of msync(2).
    pub errno: i32,
}

impl fmt::Display for FlushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "The device did not take the bytes {}: {}. This is final: memory may show data that is not on the device, \
             and a second flush would not say so; save the edits elsewhere",
            self.span,
            describe_errno(self.errno)
        )
    }
}

impl Error for FlushError {}

impl Mapping {
    /// Writes the changed pages of `span` (the whole mapping if `None`) to the device and waits: msync(2), `MS_SYNC`.
    ///
    /// # Errors
    ///
    /// [`FlushError`], which is final for those pages; later reports carry it as `earlier_failure`.
    pub fn flush(&self, span: Option<Span>) -> Result<FlushReport, FlushError> {
        let asked = span.unwrap_or(self.span());
        let inside = asked
            .intersect(self.span())
            .unwrap_or(Span::empty(self.span().start()));
        let offset = usize::try_from(inside.start() - self.span().start()).unwrap_or(0);
        let len = usize::try_from(inside.len()).unwrap_or(0);
        if let Err(error) = self.region().flush(offset, len) {
            let errno = errno_of(&error);
            self.failed_flush().store(errno, Ordering::Relaxed);
            return Err(FlushError {
                span: inside,
                errno,
            });
        }
        let earlier = self.failed_flush().load(Ordering::Relaxed);
        Ok(FlushReport {
            span: inside,
            mode: self.mode(),
            earlier_failure: (earlier != 0).then_some(earlier),
        })
    }
}
