//! Checks: what a step has to tell.
//!
//! It owns how what is expected is said. It must not ask a peer anything.

use crate::lab::words::outcome_words;
use crate::peer::calls::Outcome;
use crate::peer::wire::PeerPage;

use super::{Rule, Script, ScriptStep, StepId, Value, Words};

impl Script {
    /// The step must have read exactly these bytes.
    pub fn expect_bytes(&mut self, told: StepId, bytes: &[u8]) {
        let bytes = bytes.to_vec();
        self.expect(told, Outcome::Bytes { bytes });
    }

    /// The step must have told this number.
    pub fn expect_number(&mut self, told: StepId, value: u64) {
        self.expect(told, Outcome::Number { value });
    }

    /// The step must have found these pages; a private copy may have been swapped out meanwhile.
    pub fn expect_pages(&mut self, told: StepId, pages: &[PeerPage]) {
        let pages = pages.to_vec();
        let wanted = outcome_words(&Outcome::Pages {
            pages: pages.clone(),
        });
        self.judge(told, wanted, Rule::Pages(told, pages));
    }

    /// The step must have succeeded.
    pub fn expect_done(&mut self, told: StepId) {
        self.expect(told, Outcome::Done);
    }

    /// The step's call must have failed with this error: `EINVAL`.
    pub fn expect_failed(&mut self, told: StepId, errno: &str) {
        let errno = errno.to_owned();
        self.expect(told, Outcome::Failed { errno });
    }

    /// The step must have ended its peer by this signal, with this code where one is given: `SIGSEGV`, `SEGV_ACCERR`.
    pub fn expect_killed(&mut self, told: StepId, signal: &str, code: Option<&str>) {
        let wanted = match code {
            Some(code) => format!("killed by {signal} ({code})"),
            None => format!("killed by {signal}"),
        };
        let code = code.map(ToOwned::to_owned);
        self.judge(told, wanted, Rule::Killed(told, signal.to_owned(), code));
    }

    /// The step must have told just this.
    pub fn expect(&mut self, told: StepId, wanted: Outcome) {
        self.judge(told, outcome_words(&wanted), Rule::Is(told, wanted));
    }

    /// The step must have told one of these: nobody promises which.
    pub fn expect_either(&mut self, told: StepId, wanted: impl IntoIterator<Item = Outcome>) {
        let wanted: Vec<Outcome> = wanted.into_iter().collect();
        let words: Vec<String> = wanted.iter().map(outcome_words).collect();
        let rules = wanted.into_iter().map(|outcome| Rule::Is(told, outcome));
        let rule = Rule::any(rules);
        self.judge(told, words.join(", or "), rule);
    }

    /// The rule must hold; what is expected, in words, is listed with the step. Further checks of a step add to it: all of
    /// them must hold.
    pub fn judge(&mut self, of: StepId, wanted: impl Into<Words>, rule: Rule) {
        let wanted = wanted.into();
        self.steps.push(ScriptStep::Judge { of, wanted, rule });
    }

    /// How often something came that nobody promises: whether it was seen is told, and neither is wrong.
    pub fn see(&mut self, what: &str, times: Value) {
        let is_told = times.clone().at_least(0);
        let wanted = "seen or not seen: nobody promises which";
        self.check(what, Words::new("{seen}", [times]), wanted, is_told);
    }

    /// A check of something that is computed from what several steps told: a step of mapscope's own.
    pub fn check(
        &mut self,
        what: &str,
        observed: impl Into<Words>,
        wanted: impl Into<Words>,
        rule: Rule,
    ) {
        self.steps.push(ScriptStep::Check {
            what: what.to_owned(),
            observed: observed.into(),
            wanted: wanted.into(),
            rule,
        });
    }
}
