//! One-line messages about the file, shown as banners inside the view.

use super::action::Action;
use super::identity::ViewId;
use super::topic::{Subject, Topic};

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
    /// Of an error about something that the person asked for: what that was.
    pub subject: Option<Subject>,
    /// Of a message about one view: which. Its buttons act on that one, whichever has the keyboard.
    pub view: Option<ViewId>,
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
            subject: None,
            view: None,
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

    /// Says what was asked for.
    #[must_use]
    pub fn about(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Says which view it is about.
    #[must_use]
    pub fn of(mut self, view: ViewId) -> Self {
        self.view = Some(view);
        self
    }

    /// What a button of it does, in the view that the message is about.
    #[must_use]
    pub fn chosen(&self, action: &Action) -> Action {
        match self.view {
            Some(view) => Action::In(view, Box::new(action.clone())),
            None => action.clone(),
        }
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

    /// The one about `topic`; of several errors the last.
    #[must_use]
    pub fn get(&self, topic: Topic) -> Option<&Notice> {
        self.0.iter().find(|notice| notice.topic == topic)
    }

    /// Shows a notice in place of any other about its topic, its subject and its view.
    pub fn put(&mut self, notice: Notice) {
        let about = |notice: &Notice| (notice.topic, notice.subject, notice.view);
        let new = about(&notice);
        self.0.retain(|known| about(known) != new);
        self.0.insert(0, notice); // of the same topic the last comes first
        self.0.sort_by_key(|notice| notice.topic);
    }

    /// Hides what stands about `topic`.
    pub fn clear(&mut self, topic: Topic) {
        self.0.retain(|notice| notice.topic != topic);
    }

    /// Hides what stands about `topic` in this view.
    pub(super) fn clear_in(&mut self, view: ViewId, topic: Topic) {
        self.0
            .retain(|notice| notice.topic != topic || notice.view != Some(view));
    }

    /// Hides what stands about `topic` in this view, or in none; where that is nothing, in whichever.
    pub(super) fn dismiss(&mut self, view: ViewId, topic: Topic) {
        let is_meant = |notice: &Notice| {
            notice.topic == topic && notice.view.is_none_or(|about| about == view)
        };
        if self.0.iter().any(is_meant) {
            self.0.retain(|notice| !is_meant(notice));
        } else {
            self.clear(topic);
        }
    }

    /// Hides what stands about a view that is closed.
    pub(super) fn leave(&mut self, view: ViewId) {
        self.0.retain(|notice| notice.view != Some(view));
    }

    /// What this is about succeeded, or is no longer to be shown: an error about it goes.
    pub fn settle(&mut self, subject: Subject) {
        self.0.retain(|notice| notice.subject != Some(subject));
    }

    /// Hides everything that was about the file that is going.
    pub fn clear_all(&mut self) {
        self.0.clear();
    }
}
