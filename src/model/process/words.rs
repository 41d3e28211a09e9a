//! How a process ended, and why an order was not carried out, in words.

use super::{EndHow, Failure, Refusal};
use crate::bytes::said::bytes_said;

impl EndHow {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            EndHow::Exited(code) => format!("exit code {code}"),
            EndHow::Killed(signal) => crate::peer::describe_signal(*signal),
            EndHow::Faulted(death) => death.to_string(),
            EndHow::WithParent => "with the process that forked it".to_owned(),
            EndHow::Unknown => "only the process that forked it learns how".to_owned(),
            EndHow::Stuck => "killed, but it does not go: it is stuck in the kernel".to_owned(),
            EndHow::NotUnderstood(what) => format!("it said what is no answer: {what}"),
        }
    }
}

impl Refusal {
    /// In words, for a sentence that says what was not done.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Refusal::Gone => "it is gone".to_owned(),
            Refusal::QueueFull => "too much waits there already".to_owned(),
            Refusal::NotAnswering => {
                "it does not answer, and too much waits there already".to_owned()
            }
            Refusal::NotRunning => "there is no process to be signalled now".to_owned(),
            Refusal::Ended => "it ended before it began".to_owned(),
            Refusal::Unanswered => {
                "it ended before it answered: whether it wrote is not known".to_owned()
            }
            Refusal::Changed { found } => format!(
                "something else stands there by now ({})",
                bytes_said(found, found.len() as u64)
            ),
            Refusal::Failed(Failure { message, .. }) => message.clone(),
            Refusal::NotWhole { why, before } => {
                format!(
                    "only the first {} bytes were: {}",
                    before.len(),
                    why.message
                )
            }
        }
    }
}
