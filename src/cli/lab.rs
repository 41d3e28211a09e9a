//! `mapscope lab`: lists experiments, runs them, and writes down what they came to.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;

use crate::lab::claim::{Environment, Progress, RunRecord};
use crate::lab::report::{self, Report};
use crate::lab::runner::{self, Options};
use crate::lab::stage::STEP_LIMIT;
use crate::lab::{Experiment, catalogue};
use crate::os::temp_folder::system_folder;
use crate::peer::calls::Sabotage;

use super::{INVALID, NOT_OPENED, USAGE, complain, program, write_out};

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
pub(super) fn lab(arguments: LabArguments) -> ExitCode {
    if arguments.names.is_empty() && !arguments.all {
        let _ = write_out(&report::list());
        return ExitCode::SUCCESS;
    }
    let experiments = match chosen(&arguments) {
        Ok(experiments) => experiments,
        Err(message) => {
            complain(&message);
            return ExitCode::from(USAGE);
        }
    };
    let dir = match arguments.dir.map_or_else(system_folder, Ok) {
        Ok(dir) => dir,
        Err(error) => {
            complain(&error.to_string());
            return ExitCode::from(NOT_OPENED);
        }
    };
    let options = Options {
        program: program(),
        dir,
        limit: STEP_LIMIT,
        pause: Duration::ZERO,
        sabotage: arguments.sabotage,
    };
    let (environment, records, over) = run(&experiments, &options, arguments.json);
    if let Err(message) = over {
        complain(&message);
        return ExitCode::from(NOT_OPENED);
    }
    if arguments.json {
        let _ = write_out(&Report::new(&environment, &records).json());
    } else {
        let _ = write_out(&report::summary(&records));
    }
    if let Some(path) = arguments.report
        && let Err(error) = std::fs::write(&path, report::markdown(&environment, &records))
    {
        complain(&format!(
            "the report cannot be written to {}: {error}",
            path.display()
        ));
        return ExitCode::from(NOT_OPENED);
    }
    if records.iter().any(|record| record.verdict.is_failure()) {
        return ExitCode::from(INVALID);
    }
    ExitCode::SUCCESS
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

/// Runs them, and prints each when it is over. Stops where nobody reads any more.
fn run(
    experiments: &[&'static Experiment],
    options: &Options,
    quiet: bool,
) -> (Environment, Vec<RunRecord>, Result<(), String>) {
    let cancelled = AtomicBool::new(false);
    let (mut environment, mut records, mut over) = (Environment::default(), Vec::new(), Ok(()));
    let print = |text: &str| {
        if !quiet && write_out(text).is_err() {
            cancelled.store(true, Ordering::Relaxed);
        }
    };
    runner::run(
        experiments,
        options,
        &cancelled,
        &mut |progress| match progress {
            Progress::Environment(found) => {
                print(&report::environment_line(&found));
                environment = found;
            }
            Progress::Finished(record) => {
                print(&report::run_lines(&record));
                records.push(*record);
            }
            Progress::Over(result) => over = result,
            Progress::Started(_) | Progress::Step(_) | Progress::Peers(_) => {}
        },
    );
    (environment, records, over)
}
