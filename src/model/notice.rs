//! One-line messages about the file, shown as banners inside the view.

use super::action::Action;
use super::topic::Topic;

/// How much a notice matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Needs a decision or changes what is shown.
    Warning,
    /// Something asked for was not done.
    Error,
}

/// A message with what can be done about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// What it is about.
    pub topic: Topic,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence.
    pub text: String,
    /// What can be done: the button's words and the action. Usually one.
    pub actions: Vec<(String, Action)>,
    /// It can be hidden without deciding anything.
    pub dismissable: bool,
}

impl Notice {
    /// A dismissable notice with no action.
    #[must_use]
    pub fn new(topic: Topic, severity: Severity, text: impl Into<String>) -> Self {
        Self {
            topic,
            severity,
            text: text.into(),
            actions: Vec::new(),
            dismissable: true,
        }
    }

    /// Adds a button.
    #[must_use]
    pub fn with(mut self, label: impl Into<String>, action: Action) -> Self {
        self.actions.push((label.into(), action));
        self
    }

    /// Must be answered, cannot be hidden.
    #[must_use]
    pub fn pinned(mut self) -> Self {
        self.dismissable = false;
        self
    }
}

/// The notices that stand, most urgent first.
#[derive(Clone, Debug, Default)]
pub struct Notices(Vec<Notice>);

impl Notices {
    /// Those that stand, most urgent first.
    pub fn iter(&self) -> impl Iterator<Item = &Notice> {
        self.0.iter()
    }

    /// The one about `topic`.
    #[must_use]
    pub fn get(&self, topic: Topic) -> Option<&Notice> {
        self.0.iter().find(|notice| notice.topic == topic)
    }

    /// Shows a notice in place of any other about its topic.
    pub fn put(&mut self, notice: Notice) {
        self.clear(notice.topic);
        self.0.push(notice);
        self.0.sort_by_key(|notice| notice.topic);
    }

    /// Hides the notice about `topic`.
    pub fn clear(&mut self, topic: Topic) {
        self.0.retain(|notice| notice.topic != topic);
    }

    /// Hides everything that was about the file that is going.
    pub fn clear_all(&mut self) {
        self.0.clear();
    }
}
