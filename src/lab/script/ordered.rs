//! A script of things that a person had done by hand, in the order in which they were done.
//!
//! It owns how far what the experiment expects is compared: as long as the order is its own. It must not know how a thing is
//! carried out.

use super::{Ask, Script, ScriptStep, Thing};

impl Script {
    /// The script of these things alone, each by its place from 0, in this order. As long as they are the first of the script,
    /// in its order, all is compared that it compares; of the rest everything is told, and nothing has to succeed.
    ///
    /// # Errors
    /// In a sentence without a final period, why they cannot be done so.
    pub(in crate::lab) fn in_order(&self, order: &[usize]) -> Result<Self, String> {
        let things = self.things();
        let mut n_peers = 0;
        for place in order {
            let number = place.saturating_add(1);
            let Some(thing) = things.get(*place) else {
                let count = things.len();
                return Err(format!("there is no step {number}: there are {count}"));
            };
            let item = &thing.item;
            if item.of.iter().any(|of| *of >= n_peers) {
                return Err(format!(
                    "step {number} is done by a process that has not begun"
                ));
            }
            if let Some(starts) = item.starts {
                if starts != n_peers {
                    return Err(format!(
                        "with step {number} a process begins: they do so in the order of the experiment, each once"
                    ));
                }
                n_peers += 1;
            }
        }
        let n_in_turn = (0..).zip(order).take_while(|(own, it)| own == *it).count();
        let mut script = Self {
            steps: self.first(n_in_turn, &things),
            n_peers,
            ..self.clone()
        };
        let rest = order.get(n_in_turn..).unwrap_or_default();
        let rest = rest.iter().filter_map(|place| things.get(*place));
        let rest = rest.flat_map(|thing| thing.steps.iter().copied().filter_map(freed));
        script.free_from = Some(script.steps.len());
        script.steps.extend(rest);
        Ok(script)
    }

    /// The steps that the first `n` things are, with what is compared after them.
    fn first(&self, n: usize, things: &[Thing<'_>]) -> Vec<ScriptStep> {
        let mut steps = Vec::new();
        let mut done = 0;
        for (top, step) in self.steps.iter().enumerate() {
            let of_it = things.iter().filter(|thing| thing.top == top).count();
            if n == 0 || done + of_it > n {
                let part = things.get(done..n).unwrap_or_default().iter();
                let part = part.flat_map(|thing| thing.steps.iter().copied().filter_map(freed));
                steps.extend(part);
                break;
            }
            steps.push(step.clone());
            done += of_it;
        }
        steps
    }
}

/// The step, which may fail, without what is compared in it.
fn freed(step: &ScriptStep) -> Option<ScriptStep> {
    let ask = |ask: &Ask| Ask {
        is_needed: false,
        ..ask.clone()
    };
    let all = |steps: &[ScriptStep]| steps.iter().filter_map(freed).collect();
    Some(match step {
        ScriptStep::Judge { .. } | ScriptStep::Check { .. } | ScriptStep::Require { .. } => {
            return None;
        }
        ScriptStep::Ask(it) => ScriptStep::Ask(ask(it)),
        ScriptStep::Together(asks) => ScriptStep::Together(asks.iter().map(ask).collect()),
        ScriptStep::Repeat { times, steps } => ScriptStep::Repeat {
            times: *times,
            steps: all(steps),
        },
        ScriptStep::Until {
            steps,
            rule,
            at_most,
            between,
        } => ScriptStep::Until {
            steps: all(steps),
            rule: rule.clone(),
            at_most: *at_most,
            between: all(between),
        },
        other => other.clone(),
    })
}
