//! `mapscope lab`: lists experiments, runs them, and writes down what they came to.

mod ask;
mod compare;
mod handed;
mod steps;
mod tables;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;

use crate::lab::claim::{Environment, Progress, RunRecord};
use crate::lab::environment::environment;
use crate::lab::learning::OwnAnswers;
use crate::lab::report::{self, Courses, Report};
use crate::lab::runner::{self, Options};
use crate::lab::stage::STEP_LIMIT;
use crate::lab::{Experiment, catalogue};
use crate::os::environment::temp_dir;
use crate::os::temp_folder::Folder;
use crate::peer::calls::Sabotage;
use crate::work::scratch::scratch_folder;

use super::lab_export::{self, ExportArguments};
use super::output::{
    FINE, INVALID, NOT_OPENED, USAGE, Unwritten, complain, print, print_json,
    tell_of_empty_variable,
};
use super::program;
use ask::{Asker, Matter};
use handed::Handed;
use steps::Steps;

/// What `mapscope lab` takes.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(super) struct LabArguments {
    /// Experiments, or topics; without any, all are listed
    names: Vec<String>,
    /// Run every experiment
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// Leave out an experiment or a topic, such as cost
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,
    /// The folder for scratch files, to compare file systems
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Print the results as JSON
    #[arg(long)]
    json: bool,
    /// Write a report as Markdown, or as a single file of HTML
    #[arg(long, value_name = "FILE.md|FILE.html")]
    report: Option<PathBuf>,
    #[command(flatten)]
    export: ExportArguments,
    /// Ask before each what you expect of it, say afterwards whether it was so, and keep your answer
    #[arg(long, conflicts_with = "json")]
    ask: bool,
    /// Run their exercises: the experiments with something changed
    #[arg(long, conflicts_with_all = ["json", "report"])]
    exercise: bool,
    /// Have these steps of one experiment done, in this order, as by hand: such as 1-8,10,9; `list` lists them
    #[arg(long, value_name = "LIST", value_parser = steps::steps, conflicts_with_all = ["all", "without", "ask", "exercise"])]
    steps: Option<Steps>,
    #[command(flatten)]
    instead: Instead,
    /// For tests: a peer deceives, such as A=skip-stores or B=other-mode
    #[arg(long, hide = true, value_parser = sabotage)]
    sabotage: Option<(String, Sabotage)>,
}

/// What can be asked for in the place of a run.
#[derive(Debug, Args)]
#[group(multiple = false)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
struct Instead {
    /// Tell what differs between two results of --json, of two file systems or kernels
    #[arg(long, num_args = 2, value_names = ["A.json", "B.json"], conflicts_with = "names")]
    compare: Vec<PathBuf>,
    /// List what POSIX asserts and which experiments show it, and where Linux differs
    #[arg(long, conflicts_with = "names")]
    posix: bool,
    /// Explain the words of the lab, or the words that are named
    #[arg(long)]
    glossary: bool,
    /// Tell how many of your predictions came true, topic by topic
    #[arg(long, conflicts_with = "names")]
    scores: bool,
    /// Forget your predictions of these experiments and topics, to be asked again
    #[arg(long)]
    forget: bool,
}

fn sabotage(text: &str) -> Result<(String, Sabotage), String> {
    let (peer, how) = text.split_once('=').ok_or("PEER=HOW is needed")?;
    let how = match how {
        "skip-stores" => Sabotage::SkipStores,
        "other-mode" => Sabotage::OtherMode,
        _ => return Err("skip-stores or other-mode is needed".to_owned()),
    };
    Ok((peer.to_owned(), how))
}

/// Does what the arguments say.
pub(super) fn lab(arguments: LabArguments) -> Result<u8, Unwritten> {
    let is_about_a_run = arguments.report.is_some()
        || arguments.json
        || arguments.ask
        || arguments.exercise
        || arguments.steps.is_some();
    let says_where = arguments.dir.is_some() || !arguments.without.is_empty();
    let exports = arguments.export.wanted().is_some();
    let instead = &arguments.instead;
    let is_instead = !instead.compare.is_empty()
        || [
            instead.posix,
            instead.glossary,
            instead.scores,
            instead.forget,
        ]
        .contains(&true);
    let is_list = arguments.names.is_empty() && !arguments.all;
    // Only what is forgotten can be that of all.
    let says_all = arguments.all && !instead.forget;
    if is_instead && (is_about_a_run || exports || says_where || says_all) {
        complain(
            "--all, --report, --json, --ask, --exercise, --steps, the exports, --dir and --without are about experiments, and this is about none",
        );
        return Ok(USAGE);
    }
    if (is_about_a_run || says_where && !exports) && is_list && !is_instead {
        complain(
            "--report, --json, --ask, --exercise, --steps, --dir and --without are about a run; name experiments, or give --all",
        );
        return Ok(USAGE);
    }
    match instead {
        Instead { compare, .. } if let [left, right] = compare.as_slice() => {
            compare::compare(left, right)
        }
        Instead { posix: true, .. } => tables::posix(),
        Instead { glossary: true, .. } => tables::glossary(&arguments.names),
        Instead { scores: true, .. } => tables::scores(),
        Instead { forget: true, .. } => tables::forget(&arguments.names, arguments.all),
        _ if is_list && exports => {
            complain("an export is of experiments; name them, or give --all");
            Ok(USAGE)
        }
        _ if is_list => {
            print(&report::list())?;
            Ok(FINE)
        }
        _ => run_chosen(arguments),
    }
}

/// Runs what was chosen.
fn run_chosen(arguments: LabArguments) -> Result<u8, Unwritten> {
    let experiments = match chosen(&arguments) {
        Ok(experiments) => experiments,
        Err(message) => {
            complain(&message);
            return Ok(USAGE);
        }
    };
    let order = match ordered(&arguments, &experiments) {
        Ok(Ordered::As(order)) => order,
        Ok(Ordered::Listed(experiment, environment)) => {
            return steps::list(experiment, &environment);
        }
        Err(message) => {
            complain(&message);
            return Ok(USAGE);
        }
    };
    if let Some(wanted) = arguments.export.wanted() {
        return lab_export::write_for(&experiments, order.as_deref(), wanted, arguments.dir);
    }
    let report = match Handed::open(arguments.report.as_deref()) {
        Ok(report) => report,
        Err((message, code)) => {
            complain(&message);
            return Ok(code);
        }
    };
    let (dir, folder) = match place(arguments.dir) {
        Ok(place) => place,
        Err(message) => {
            complain(&message);
            return Ok(NOT_OPENED);
        }
    };
    let options = Options {
        program: program(),
        dir,
        folder,
        limit: STEP_LIMIT,
        pause: Duration::ZERO,
        gate: None,
        sabotage: arguments.sabotage,
    };
    let matter = if arguments.exercise {
        Matter::Exercises
    } else {
        Matter::Experiments
    };
    let asker = Asker::new(matter, arguments.ask);
    let wanted = Wanted {
        experiments: &experiments,
        order: order.as_deref(),
        matter,
    };
    let ran = run(&wanted, &options, asker, arguments.json);
    hand_in(ran, report, arguments.json)
}

/// The folder below which scratch files are, and the scratch folder of this run where none was named.
fn place(dir: Option<PathBuf>) -> Result<(PathBuf, Option<Arc<Folder>>), String> {
    if let Some(dir) = dir {
        return Ok((dir, None));
    }
    let folder = scratch_folder().map_err(|error| error.to_string())?;
    tell_of_empty_variable();
    Ok((temp_dir().0, Some(folder)))
}

/// Writes what a run came to: the report, and what is printed.
fn hand_in(ran: Ran, report: Handed, json: bool) -> Result<u8, Unwritten> {
    if let Err(message) = &ran.over {
        complain(message);
    }
    if ran.over.is_err() || ran.unwritten.is_some() {
        return ran.unwritten.map_or(Ok(NOT_OPENED), Err);
    }
    let written = report.write(&ran);
    // What ran is worth telling also where the report is lost.
    if json {
        print_json(&Report::new(&ran.environment, &ran.records).json())?;
    } else {
        print(&(report::summary(&ran.records) + &ran.own_score))?;
    }
    if let Err(message) = &written {
        complain(message);
        return Ok(NOT_OPENED);
    }
    if ran.records.iter().any(|record| record.verdict.is_failure()) {
        return Ok(INVALID);
    }
    Ok(FINE)
}

fn chosen(arguments: &LabArguments) -> Result<Vec<&'static Experiment>, String> {
    let mut experiments = if arguments.all {
        catalogue::all().collect()
    } else {
        runner::choose(&arguments.names)?
    };
    let without = runner::choose(&arguments.without)?;
    experiments.retain(|experiment| {
        !without
            .iter()
            .any(|left_out| left_out.claim.name == experiment.claim.name)
    });
    if experiments.is_empty() {
        return Err("nothing is left to run: --without leaves out all that is named".to_owned());
    }
    Ok(experiments)
}

/// What is run.
struct Wanted<'a> {
    experiments: &'a [&'static Experiment],
    /// Which steps of the only one are done, in this order.
    order: Option<&'a [usize]>,
    matter: Matter,
}

impl Wanted<'_> {
    fn begin(&self, options: &Options, cancelled: &AtomicBool, tell: &mut dyn FnMut(Progress)) {
        match (self.order, self.experiments, self.matter) {
            (Some(order), [experiment], _) => {
                runner::run_in_order(experiment, order, options, cancelled, tell);
            }
            (_, experiments, Matter::Experiments) => {
                runner::run(experiments, options, cancelled, tell);
            }
            (_, experiments, Matter::Exercises) => {
                runner::run_exercises(experiments, options, cancelled, tell);
            }
        }
    }
}

/// In which order the steps of an experiment are done.
enum Ordered {
    /// In this one; or in its own.
    As(Option<Vec<usize>>),
    /// They are only listed, for scratch files there.
    Listed(&'static Experiment, Environment),
}

/// What is wanted of the steps.
fn ordered(
    arguments: &LabArguments,
    experiments: &[&'static Experiment],
) -> Result<Ordered, String> {
    let Some(steps) = &arguments.steps else {
        return Ok(Ordered::As(None));
    };
    let &[experiment] = experiments else {
        return Err("--steps is about the steps of one experiment; name that one alone".to_owned());
    };
    let dir = arguments.dir.clone().unwrap_or_else(|| temp_dir().0);
    let environment = environment(&dir);
    match steps {
        Steps::List => Ok(Ordered::Listed(experiment, environment)),
        Steps::Order(order) => {
            let name = experiment.claim.name;
            let refused = |why| format!("{why}; `mapscope lab {name} --steps list` lists them");
            runner::check_order(experiment, order, &environment).map_err(refused)?;
            Ok(Ordered::As(Some(order.clone())))
        }
    }
}

/// What came of a run.
struct Ran {
    environment: Environment,
    records: Vec<RunRecord>,
    /// What the processes held meanwhile.
    courses: Courses,
    /// What the person expected who was asked.
    own: OwnAnswers,
    /// How they did, in a line.
    own_score: String,
    /// Whether it could begin at all.
    over: Result<(), String>,
    /// Why it was cut short: nobody reads any more, or nothing can be written.
    unwritten: Option<Unwritten>,
}

impl Ran {
    fn new() -> Self {
        Self {
            environment: Environment::default(),
            records: Vec::new(),
            courses: Courses::default(),
            own: OwnAnswers::default(),
            own_score: String::new(),
            over: Ok(()),
            unwritten: None,
        }
    }
}

/// Runs them, asks about each before, and prints each when it is over. Stops where that cannot be printed.
fn run(wanted: &Wanted<'_>, options: &Options, mut asker: Asker, quiet: bool) -> Ran {
    let cancelled = AtomicBool::new(false);
    let mut ran = Ran::new();
    let is_said_before = asker.speaks();
    let mut hear = |progress: Progress| -> Result<(), Unwritten> {
        ran.courses.hear(&progress);
        match progress {
            Progress::Environment(found) => {
                if !quiet {
                    print(&report::environment_line(&found))?;
                }
                ran.environment = found;
            }
            Progress::Started(name) if !quiet => asker.before(&name)?,
            Progress::Finished(record) => {
                if !quiet {
                    asker.after(&record, &ran.environment.file_system)?;
                    print(&match wanted.matter {
                        Matter::Experiments => report::run_lines(&record, !is_said_before),
                        Matter::Exercises => report::exercise_lines(&record),
                    })?;
                }
                ran.records.push(*record);
            }
            Progress::Over(result) => ran.over = result,
            Progress::Started(_)
            | Progress::Step(_)
            | Progress::Peers(_)
            | Progress::Waits(_)
            | Progress::ByHand(_) => {}
        }
        Ok(())
    };
    let mut unwritten = None;
    let tell = &mut |progress| {
        if let Err(error) = hear(progress) {
            cancelled.store(true, Ordering::Relaxed);
            unwritten.get_or_insert(error);
        }
    };
    wanted.begin(options, &cancelled, tell);
    ran.unwritten = unwritten;
    ran.own_score = asker.summary();
    ran.own = asker.given();
    ran
}
