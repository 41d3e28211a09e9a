//! Runs experiments one after the other, each on a stage of its own, and judges them.
//!
//! It owns the verdict. It must not know what any experiment is about, nor who watches.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::lab::claim::{Environment, LabTopic, Progress, RunRecord, RunStep, StageItem, Verdict};
use crate::lab::environment::{check_room, environment, no_helper, refusal};
use crate::lab::gate::Gate;
use crate::lab::lesson::{Exercise, exercise_of};
use crate::lab::limits::check_memory;
use crate::lab::nearest::nearest_of;
use crate::lab::script::Script;
use crate::lab::seen::seen;
use crate::lab::stage::{Setting, Stage, Stop};
use crate::lab::{Experiment, catalogue};
use crate::os::environment::{NamedBy, temp_dir};
use crate::os::temp_folder::{Folder, ScratchPlace};
use crate::peer::calls::Sabotage;

/// How experiments are run.
#[derive(Clone, Debug)]
pub struct Options {
    /// This very program; it is run as `program peer`.
    pub program: PathBuf,
    /// The folder below which scratch files live.
    pub dir: PathBuf,
    /// The scratch folder of this run in it, which an argument did not name; without one, a folder is made that goes with
    /// the experiments.
    pub folder: Option<Arc<Folder>>,
    /// How long a peer may take to carry out a step that needs no storage; [`STEP_LIMIT`](crate::lab::stage::STEP_LIMIT)
    /// but in tests.
    pub limit: Duration,
    /// Time to look at each step before the next one; none where nobody watches.
    pub pause: Duration,
    /// What each step waits at, where the person lets them go one at a time.
    pub gate: Option<Arc<Gate>>,
    /// For tests of the lab itself: the peer of that name deceives.
    pub sabotage: Option<(String, Sabotage)>,
}

/// Runs `experiments` in the calling thread, which has to live as long as the peers. Tells [`Progress::Environment`], then of
/// each experiment that it started, its steps, its peers and that it finished, and at last [`Progress::Over`].
///
/// Once `cancelled` is set, the step under way is the last; what did not begin is not told of.
pub fn run(
    experiments: &[&'static Experiment],
    options: &Options,
    cancelled: &AtomicBool,
    tell: &mut dyn FnMut(Progress),
) {
    let trials: Vec<Trial<'_>> = experiments.iter().map(|it| Trial::of(it)).collect();
    let over = run_all(&trials, options, cancelled, tell);
    tell(Progress::Over(over));
}

/// Runs the exercises of `experiments` in the same way; what has none is left out. Each is told of by its experiment's name,
/// and is as predicted where it comes out as its right choice says.
pub fn run_exercises(
    experiments: &[&'static Experiment],
    options: &Options,
    cancelled: &AtomicBool,
    tell: &mut dyn FnMut(Progress),
) {
    let trials: Vec<Trial<'_>> = experiments
        .iter()
        .filter_map(|it| Trial::changed(it))
        .collect();
    let over = run_all(&trials, options, cancelled, tell);
    tell(Progress::Over(over));
}

/// Runs the same exercises without their changes; those whose change is not told apart from their other steps once for each
/// step, without it. What an exercise wants must not come then, but where its change turns nothing: so it is known that it asks
/// for something.
pub fn run_unchanged(
    experiments: &[&'static Experiment],
    options: &Options,
    cancelled: &AtomicBool,
    tell: &mut dyn FnMut(Progress),
) {
    let mut trials = Vec::new();
    for changed in experiments.iter().filter_map(|it| Trial::changed(it)) {
        let exercise = changed.exercise.and_then(|it| it.unchanged());
        if exercise.is_some() {
            trials.push(Trial {
                exercise,
                ..changed
            });
            continue;
        }
        let n_orders = changed.script(&environment(&options.dir)).n_orders();
        trials.extend((0..n_orders).map(|order| Trial {
            without: Some(order),
            ..changed
        }));
    }
    let over = run_all(&trials, options, cancelled, tell);
    tell(Progress::Over(over));
}

/// The things that a person can have an experiment's processes do, in its order.
#[must_use]
pub fn items(experiment: &Experiment, environment: &Environment) -> Vec<StageItem> {
    let script = Script::of(experiment.script, environment);
    script
        .things()
        .into_iter()
        .map(|thing| thing.item)
        .collect()
}

/// Whether these things of an experiment, each by its place from 0, can be done in this order, with scratch files in this
/// folder.
///
/// # Errors
/// Why not, in a sentence without a final period.
pub fn check_order(
    experiment: &Experiment,
    order: &[usize],
    environment: &Environment,
) -> Result<(), String> {
    let script = Script::of(experiment.script, environment);
    script.in_order(order).map(drop)
}

/// Has these things of an experiment done in this order, as by hand; what [`check_order`] refuses is not available. It differs
/// only where the order is the experiment's own as far as it goes; else it measures.
pub fn run_in_order(
    experiment: &'static Experiment,
    order: &[usize],
    options: &Options,
    cancelled: &AtomicBool,
    tell: &mut dyn FnMut(Progress),
) {
    let trial = Trial {
        order: Some(order),
        ..Trial::of(experiment)
    };
    let over = run_all(&[trial], options, cancelled, tell);
    tell(Progress::Over(over));
}

/// An experiment as it is, as its exercise changes it, or as a person has it done.
#[derive(Clone, Copy)]
struct Trial<'a> {
    experiment: &'static Experiment,
    exercise: Option<Exercise>,
    /// The order to a peer that is left out.
    without: Option<usize>,
    /// What is done of it, in this order.
    order: Option<&'a [usize]>,
}

impl Trial<'_> {
    fn of(experiment: &'static Experiment) -> Self {
        Self {
            experiment,
            exercise: None,
            without: None,
            order: None,
        }
    }

    fn changed(experiment: &'static Experiment) -> Option<Self> {
        let exercise = exercise_of(experiment.claim.name)?;
        Some(Self {
            experiment,
            exercise: Some(*exercise),
            without: None,
            order: None,
        })
    }

    fn predicted(&self, environment: &Environment) -> String {
        match (&self.exercise, self.order) {
            (Some(exercise), _) => exercise.answer(),
            (None, Some(_)) => {
                "what its steps expect, as long as they are done in its own order".to_owned()
            }
            (None, None) => self.experiment.claim.prediction(&environment.file_system),
        }
    }

    fn script(&self, environment: &Environment) -> Script {
        let script = match &self.exercise {
            Some(exercise) => exercise.script(self.experiment.script, environment),
            None => Script::of(self.experiment.script, environment),
        };
        match (self.without, self.order) {
            (Some(order), _) => script.without(order),
            (None, Some(order)) => script.in_order(order).unwrap_or_else(|why| {
                let mut script = script;
                script.not_available(why);
                script
            }),
            (None, None) => script,
        }
    }
}

fn run_all(
    trials: &[Trial<'_>],
    options: &Options,
    cancelled: &AtomicBool,
    tell: &mut dyn FnMut(Progress),
) -> Result<(), String> {
    let place = place(options)?;
    let environment = environment(&options.dir);
    tell(Progress::Environment(environment.clone()));
    for (number, trial) in (1..).zip(trials) {
        let experiment = trial.experiment;
        if cancelled.load(Ordering::Relaxed) {
            break;
        }
        tell(Progress::Started(experiment.claim.name.to_owned()));
        // Files of experiments that have the same names never meet. A number gives nothing away that is still asked.
        let folder = place.path().join(number.to_string());
        let record = run_one(trial, options, &environment, &folder, cancelled, tell);
        tell(Progress::Finished(Box::new(record)));
    }
    Ok(())
}

/// Where the experiments' files are: there is room for most of them, and they go whatever becomes of this process.
fn place(options: &Options) -> Result<ScratchPlace, String> {
    let dir = options.dir.as_path();
    let refused = |error: io::Error| refused(options, &error);
    let folder = if let Some(folder) = &options.folder {
        Arc::clone(folder)
    } else {
        // mkdir(2) would name the scratch folder, and not the one that is missing.
        if !std::fs::metadata(dir).map_err(refused)?.is_dir() {
            return Err(refused(io::ErrorKind::NotADirectory.into()));
        }
        Arc::new(Folder::new(dir).map_err(refused)?)
    };
    folder
        .keep(&options.program)
        .map_err(|error| no_helper(&options.program, &error))?;
    let place = ScratchPlace::within(folder).map_err(refused)?;
    check_room(place.path()).map_err(refused)?;
    Ok(place)
}

/// Why there can be no scratch files, with whoever named the folder for them.
fn refused(options: &Options, error: &io::Error) -> String {
    let named_by = match options.folder {
        Some(_) => temp_dir().1,
        None => NamedBy::Argument,
    };
    refusal(&options.dir, named_by, error)
}

/// Why something that depends on the file system is not predicted on an overlay.
pub(in crate::lab) const UNCLEAR: &str = "where this overlay keeps its files cannot be seen from here, and it may be in memory; choose another \
                       directory with --dir";

/// Whether the system can show it in this folder; if not, why.
fn available(experiment: &Experiment, environment: &Environment) -> Result<(), String> {
    if experiment.claim.is_unclear(&environment.file_system) {
        return Err(UNCLEAR.to_owned());
    }
    experiment.available()?;
    check_memory(0)
}

fn run_one(
    trial: &Trial<'_>,
    options: &Options,
    environment: &Environment,
    folder: &Path,
    cancelled: &AtomicBool,
    tell: &mut dyn FnMut(Progress),
) -> RunRecord {
    let experiment = trial.experiment;
    let claim = &experiment.claim;
    let begin = Instant::now();
    let mut record = RunRecord {
        name: claim.name.to_owned(),
        verdict: Verdict::AsPredicted,
        predicted: trial.predicted(environment),
        observed: String::new(),
        steps: Vec::new(),
        peers: Vec::new(),
        costs: Vec::new(),
        milliseconds: 0,
    };
    if let Err(why) = available(experiment, environment) {
        record.observed = format!("nothing: not available here, {why}");
        record.verdict = Verdict::NotAvailable(why);
        return record;
    }
    let made = std::fs::create_dir(folder).map_err(|error| refused(options, &error));
    if let Err(why) = made {
        record.observed = format!("nothing: {why}");
        record.verdict = Verdict::NotDone(why);
        return record;
    }
    let sabotage = options.sabotage.as_ref();
    let setting = Setting {
        program: &options.program,
        folder,
        page: environment.page_bytes,
        cancelled,
        limit: options.limit,
        pause: options.pause,
        gate: options.gate.as_deref(),
        sabotage: sabotage.map(|(name, sabotage)| (name.as_str(), *sabotage)),
    };
    let mut stage = Stage::new(setting, tell);
    let ended = stage.play(&trial.script(environment));
    stage.clear(ended.is_err());
    record.steps = std::mem::take(&mut stage.steps);
    record.costs = std::mem::take(&mut stage.costs);
    record.peers = stage.cards();
    drop(stage);
    let _ = std::fs::remove_dir_all(folder);
    record.verdict = verdict(trial, ended, &record.steps);
    record.observed = observed(&record);
    record.milliseconds = u64::try_from(begin.elapsed().as_millis()).unwrap_or(u64::MAX);
    record
}

/// A claim is borne out where every check holds, and there was one.
fn verdict(trial: &Trial<'_>, ended: Result<(), Stop>, steps: &[RunStep]) -> Verdict {
    let failed = steps.iter().any(|step| step.holds == Some(false));
    // An exercise has something to predict, also where its experiment measures.
    let measures = trial.exercise.is_none() && trial.experiment.claim.topic == LabTopic::Cost;
    // So has an order of a person's own, which shows what there is to see.
    let measures =
        measures || trial.order.is_some() && steps.iter().all(|step| step.holds.is_none());
    match ended {
        Err(Stop::Cancelled) => Verdict::Cancelled,
        // What was observed otherwise stays so, also where the rest could not be carried out because of that.
        _ if failed => Verdict::Differs,
        Err(Stop::NotDone(why)) => Verdict::NotDone(why),
        Err(Stop::NotAvailable(why)) => Verdict::NotAvailable(why),
        Ok(()) if measures => Verdict::Measured,
        Ok(()) if steps.iter().any(|step| step.holds == Some(true)) => Verdict::AsPredicted,
        Ok(()) => Verdict::NotDone("its script checks nothing".to_owned()),
    }
}

/// What was observed, in words: what the checks saw, or what they found instead.
fn observed(record: &RunRecord) -> String {
    match &record.verdict {
        Verdict::AsPredicted => seen(&record.steps),
        Verdict::Measured => record.steps.last().map_or_else(String::new, |step| {
            format!("{}: {}", step.what, step.observed)
        }),
        Verdict::Differs => {
            let found: Vec<String> = record
                .steps
                .iter()
                .filter(|step| step.holds == Some(false))
                .map(|step| {
                    let who = step
                        .peer
                        .as_ref()
                        .map_or_else(String::new, |peer| format!("{peer} "));
                    let expected = step.expected.as_deref().unwrap_or_default();
                    format!(
                        "{who}{}: {}, where this was predicted: {expected}",
                        step.what, step.observed
                    )
                })
                .collect();
            found.join("; ")
        }
        Verdict::NotDone(why) | Verdict::NotAvailable(why) => why.clone(),
        Verdict::Cancelled => "stopped before its end".to_owned(),
    }
}

/// The experiments that `names` stand for: each an experiment or a topic; without repetition, in the order given.
///
/// # Errors
/// A sentence that lists the nearest names.
pub fn choose(names: &[String]) -> Result<Vec<&'static Experiment>, String> {
    let mut chosen: Vec<&'static Experiment> = Vec::new();
    for name in names {
        let topic = LabTopic::ALL.into_iter().find(|topic| topic.word() == name);
        let found: Vec<_> = match topic {
            Some(topic) => catalogue::of_topic(topic).collect(),
            None => catalogue::find(name).into_iter().collect(),
        };
        if topic.is_none() && found.is_empty() {
            return Err(format!(
                "no experiment and no topic is called \u{201c}{}\u{201d}; the nearest are {}; `mapscope lab` lists all",
                name.escape_debug(),
                nearest(name).join(", ")
            ));
        }
        for experiment in found {
            if !chosen
                .iter()
                .any(|known| known.claim.name == experiment.claim.name)
            {
                chosen.push(experiment);
            }
        }
    }
    Ok(chosen)
}

/// The three names nearest to `name`.
fn nearest(name: &str) -> Vec<&'static str> {
    let names = catalogue::all().map(|experiment| experiment.claim.name);
    let names = names.chain(LabTopic::ALL.map(LabTopic::word));
    nearest_of(name, names.map(|known| (known, known)))
}
