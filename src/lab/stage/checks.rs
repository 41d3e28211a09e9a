//! Checks: what a step has to have told.
//!
//! It owns how what is expected is said and compared. It must not ask a peer anything.

use crate::lab::claim::Progress;
use crate::peer::calls::Outcome;
use crate::peer::wire::PeerPage;

use super::{Stage, Told, outcome_words};

impl Stage<'_> {
    /// The step must have read exactly these bytes.
    pub fn expect_bytes(&mut self, told: &Told, bytes: &[u8]) {
        let wanted = Outcome::Bytes {
            bytes: bytes.to_vec(),
        };
        self.expect(told, &wanted);
    }

    /// The step must have found these pages.
    pub fn expect_pages(&mut self, told: &Told, pages: &[PeerPage]) {
        let wanted = Outcome::Pages {
            pages: pages.to_vec(),
        };
        self.expect(told, &wanted);
    }

    /// The step must have succeeded.
    pub fn expect_done(&mut self, told: &Told) {
        self.expect(told, &Outcome::Done);
    }

    /// The step's call must have failed with this error: `EINVAL`.
    pub fn expect_failed(&mut self, told: &Told, errno: &str) {
        let errno = errno.to_owned();
        self.expect(told, &Outcome::Failed { errno });
    }

    /// The step must have ended its peer by this signal, with this code where one is given: `SIGSEGV`, `SEGV_ACCERR`.
    pub fn expect_killed(&mut self, told: &Told, signal: &str, code: Option<&str>) {
        let holds = match &told.outcome {
            Outcome::Killed(death) => {
                death.signal == signal && (code.is_none() || death.code.as_deref() == code)
            }
            _ => false,
        };
        let wanted = match code {
            Some(code) => format!("killed by {signal} ({code})"),
            None => format!("killed by {signal}"),
        };
        self.judge(told, &wanted, holds);
    }

    /// The step must have told just this.
    pub fn expect(&mut self, told: &Told, wanted: &Outcome) {
        let holds = told.outcome == *wanted;
        self.judge(told, &outcome_words(wanted), holds);
    }

    /// The step must have told what `wanted` says in words; whether it did is for the script to decide.
    pub fn judge(&mut self, told: &Told, wanted: &str, holds: bool) {
        let Some(step) = self.steps.get_mut(told.step) else {
            return;
        };
        // A second check of a step: both must hold.
        step.expected = Some(match step.expected.take() {
            Some(before) => format!("{before}; {wanted}"),
            None => wanted.to_owned(),
        });
        step.holds = Some(step.holds.unwrap_or(true) && holds);
        let step = step.clone();
        (self.tell)(Progress::Step(step));
    }

    /// A check of something that was computed from several observations: a step of mapscope's own.
    pub fn check(&mut self, what: &str, observed: String, wanted: &str, holds: bool) {
        let step = self.push(None, what.to_owned(), Vec::new(), observed);
        let told = Told {
            step,
            outcome: Outcome::Done,
        };
        self.judge(&told, wanted, holds);
    }

    /// How long the calls of a step took.
    #[must_use]
    pub fn nanoseconds(&self, told: &Told) -> u64 {
        let calls = self.steps.get(told.step).map(|step| &step.calls);
        calls
            .into_iter()
            .flatten()
            .map(|call| call.nanoseconds)
            .sum()
    }

    /// Something worth saying that was computed from observations, and is no check.
    pub fn note(&mut self, what: &str, observed: String) {
        self.push(None, what.to_owned(), Vec::new(), observed);
    }
}
