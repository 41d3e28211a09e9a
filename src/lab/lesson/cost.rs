//! Lessons about what reading costs. They measure, so there is nothing to predict.

use super::Lesson;

pub(super) static LESSONS: &[Lesson] = &[
    Lesson::new("cost-warm-sequential", "cost-warm-random"),
    Lesson::new("cost-warm-random", "cost-cold-sequential"),
    Lesson::new("cost-cold-sequential", "cost-cold-random"),
    Lesson::new("cost-cold-random", "shared-seen-by-shared"),
];
