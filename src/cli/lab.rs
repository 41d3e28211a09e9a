//! `mapscope lab`: lists experiments, runs them, and writes down what they came to.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;

use crate::lab::claim::{Environment, Progress, RunRecord};
use crate::lab::environment::environment;
use crate::lab::report::{self, Report};
use crate::lab::runner::{self, Options};
use crate::lab::stage::STEP_LIMIT;
use crate::lab::{Experiment, catalogue};
use crate::os::environment::temp_dir;
use crate::peer::calls::Sabotage;
use crate::work::scratch::scratch_folder;

use super::lab_export::{self, ExportArguments};
use super::output::{
    FINE, INVALID, NOT_OPENED, USAGE, Unwritten, complain, print, print_json,
    tell_of_empty_variable,
};
use super::program;
use super::report_file::ReportFile;

/// What `mapscope lab` takes.
#[derive(Debug, Args)]
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
    /// Write a report as Markdown
    #[arg(long, value_name = "FILE.md")]
    report: Option<PathBuf>,
    #[command(flatten)]
    export: ExportArguments,
    /// For tests: a peer deceives, such as A=skip-stores or B=other-mode
    #[arg(long, hide = true, value_parser = sabotage)]
    sabotage: Option<(String, Sabotage)>,
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
    if arguments.names.is_empty() && !arguments.all {
        return list(&arguments);
    }
    let experiments = match chosen(&arguments) {
        Ok(experiments) => experiments,
        Err(message) => {
            complain(&message);
            return Ok(USAGE);
        }
    };
    if let Some(wanted) = arguments.export.wanted() {
        let dir = arguments.dir.unwrap_or_else(|| temp_dir().0);
        return lab_export::write(&experiments, wanted, &environment(&dir));
    }
    // A place that cannot be written is found out now, not when all has run.
    let report = match arguments
        .report
        .as_deref()
        .map(ReportFile::open)
        .transpose()
    {
        Ok(report) => report,
        Err(message) => {
            complain(&message);
            return Ok(NOT_OPENED);
        }
    };
    let (dir, folder) = match arguments.dir {
        Some(dir) => (dir, None),
        None => match scratch_folder() {
            Ok(folder) => {
                tell_of_empty_variable();
                (temp_dir().0, Some(folder))
            }
            Err(error) => {
                complain(&error.to_string());
                if let Some(report) = report {
                    report.give_up();
                }
                return Ok(NOT_OPENED);
            }
        },
    };
    let options = Options {
        program: program(),
        dir,
        folder,
        limit: STEP_LIMIT,
        pause: Duration::ZERO,
        sabotage: arguments.sabotage,
    };
    let ran = run(&experiments, &options, arguments.json);
    hand_in(ran, report, arguments.json)
}

/// Lists what there is, where nothing was asked for that is about some of it.
fn list(arguments: &LabArguments) -> Result<u8, Unwritten> {
    if arguments.report.is_some() || arguments.json {
        complain("--report and --json are about a run; name experiments, or give --all");
        return Ok(USAGE);
    }
    if arguments.export.wanted().is_some() {
        complain("an export is of experiments; name them, or give --all");
        return Ok(USAGE);
    }
    print(&report::list())?;
    Ok(FINE)
}

/// Writes what a run came to: the report, and what is printed.
fn hand_in(ran: Ran, report: Option<ReportFile>, json: bool) -> Result<u8, Unwritten> {
    if let Err(message) = &ran.over {
        complain(message);
    }
    if ran.over.is_err() || ran.unwritten.is_some() {
        if let Some(report) = report {
            report.give_up();
        }
        return ran.unwritten.map_or(Ok(NOT_OPENED), Err);
    }
    if let Some(report) = report
        && let Err(message) = report.write(&report::markdown(&ran.environment, &ran.records))
    {
        complain(&message);
        return Ok(NOT_OPENED);
    }
    if json {
        print_json(&Report::new(&ran.environment, &ran.records).json())?;
    } else {
        print(&report::summary(&ran.records))?;
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
    Ok(experiments)
}

/// What came of a run.
struct Ran {
    environment: Environment,
    records: Vec<RunRecord>,
    /// Whether it could begin at all.
    over: Result<(), String>,
    /// Why it was cut short: nobody reads any more, or nothing can be written.
    unwritten: Option<Unwritten>,
}

/// Runs them, and prints each when it is over. Stops where that cannot be printed.
fn run(experiments: &[&'static Experiment], options: &Options, quiet: bool) -> Ran {
    let cancelled = AtomicBool::new(false);
    let mut ran = Ran {
        environment: Environment::default(),
        records: Vec::new(),
        over: Ok(()),
        unwritten: None,
    };
    let tell = |text: &str, unwritten: &mut Option<Unwritten>| {
        if !quiet
            && unwritten.is_none()
            && let Err(error) = print(text)
        {
            *unwritten = Some(error);
            cancelled.store(true, Ordering::Relaxed);
        }
    };
    runner::run(
        experiments,
        options,
        &cancelled,
        &mut |progress| match progress {
            Progress::Environment(found) => {
                tell(&report::environment_line(&found), &mut ran.unwritten);
                ran.environment = found;
            }
            Progress::Finished(record) => {
                tell(&report::run_lines(&record), &mut ran.unwritten);
                ran.records.push(*record);
            }
            Progress::Over(result) => ran.over = result,
            Progress::Started(_) | Progress::Step(_) | Progress::Peers(_) => {}
        },
    );
    ran
}
