//! Jobs, each in a thread of its own; among them the files that are written from an open file: a copy of what a view shows,
//! the list of edits.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::lab::environment::environment;
use crate::map::{Mapping, OpenFile};
use crate::model::effect::{Export, IfExists};
use crate::model::event::{Event, ExportOutcome, FileEvent, FileNews};
use crate::model::happened::StepsText;
use crate::model::identity::{OrderId, Target};
use crate::model::session::{ProgramLanguage, Session};
use crate::os::save::{Existing, Rights, SaveCause};
use crate::work::copy::{self, CopyError, Phase};
use crate::work::programs::{NoPrograms, write_programs};
use crate::work::session::programs_of;

use super::serve::Worker;
use super::waits::Waits;

/// How often a job tells how far it is.
const TELL_EVERY: Duration = Duration::from_millis(100);
/// Names that are tried where a file is there already.
const MOST_NUMBERED: u32 = 999;

/// A job that runs: what stops it, and whether it waits for storage.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) number: OrderId,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) waits: Arc<Waits>,
}

/// What is told of a job while it runs, and how it is stopped.
pub(super) struct Teller {
    target: Target,
    number: OrderId,
    report: super::EventSink,
    stop: Arc<AtomicBool>,
    /// Where it is noted that it waits for storage.
    pub(super) waits: Arc<Waits>,
    next: Instant,
}

impl Teller {
    fn say(&self, news: FileNews) {
        (self.report)(Event::File(FileEvent {
            target: self.target,
            number: Some(self.number),
            news,
        }));
    }

    /// Nothing is told before so much time has gone by.
    pub(super) fn wait(&mut self, time: Duration) {
        self.next = Instant::now() + time;
    }

    /// The person does not want it any more.
    pub(super) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Tells how far it is, in bytes, now and then. `Break` where it is to stop.
    pub(super) fn tell(&mut self, done: u64, total: u64) -> ControlFlow<()> {
        if self.is_stopped() {
            return ControlFlow::Break(());
        }
        let now = Instant::now();
        if now >= self.next {
            self.next = now + TELL_EVERY;
            self.say(FileNews::Progress { done, total });
        }
        ControlFlow::Continue(())
    }
}

impl Worker {
    /// Starts a thread that writes a file.
    pub(super) fn export(
        &mut self,
        index: usize,
        number: OrderId,
        destination: PathBuf,
        if_exists: IfExists,
        what: Export,
    ) {
        let failed = |error| {
            let why = format!("No thread to save a file with: {error}");
            FileNews::Exported(ExportOutcome::Failed(why))
        };
        self.start_job(
            (index, number),
            "export",
            failed,
            move |(file, mapping), teller| {
                let waits = Arc::clone(&teller.waits);
                FileNews::Exported(
                    waits.during(|| write(file, mapping, &destination, if_exists, &what, teller)),
                )
            },
        );
    }

    /// Starts a thread whose news are the answer to an order; where there is none, `failed` gives them.
    pub(super) fn start_job(
        &self,
        (index, number): (usize, OrderId),
        name: &str,
        failed: impl FnOnce(std::io::Error) -> FileNews,
        work: impl FnOnce((&OpenFile, &RwLock<Mapping>), &mut Teller) -> FileNews + Send + 'static,
    ) {
        let Some(view) = self.views.get(index) else {
            return;
        };
        let (stop, waits) = self.runs(number);
        let mut teller = Teller {
            target: Target {
                doc: self.doc,
                mapping: view.id,
                generation: view.generation,
            },
            number,
            report: Arc::clone(&self.report),
            stop,
            waits,
            next: Instant::now(),
        };
        let (file, mapping) = (Arc::clone(&self.file), Arc::clone(&view.mapping));
        let board = Arc::clone(&self.board);
        let spawned = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                crate::os::thread::be_nice();
                let news = work((&file, &mapping), &mut teller);
                let mut jobs = board.jobs.lock().unwrap_or_else(PoisonError::into_inner);
                jobs.retain(|job| job.number != number);
                drop(jobs);
                teller.say(news);
            });
        if let Err(error) = spawned {
            self.runs_no_more(number);
            self.say(index, Some(number), failed(error));
        }
    }

    /// A job begins: what stops it, and where it notes that it waits.
    pub(super) fn runs(&self, number: OrderId) -> (Arc<AtomicBool>, Arc<Waits>) {
        let unwanted = self.board.unwanted.lock();
        let mut unwanted = unwanted.unwrap_or_else(PoisonError::into_inner);
        let at = unwanted.iter().position(|known| *known == number);
        let is_unwanted = at.map(|at| unwanted.remove(at)).is_some();
        let stop = Arc::new(AtomicBool::new(is_unwanted));
        let waits = Arc::new(Waits::new());
        let job = Running {
            number,
            stop: Arc::clone(&stop),
            waits: Arc::clone(&waits),
        };
        self.jobs().push(job);
        (stop, waits)
    }

    /// A job that did not begin after all.
    pub(super) fn runs_no_more(&self, number: OrderId) {
        self.jobs().retain(|job| job.number != number);
    }

    fn jobs(&self) -> MutexGuard<'_, Vec<Running>> {
        let jobs = self.board.jobs.lock();
        jobs.unwrap_or_else(PoisonError::into_inner)
    }
}

fn write(
    file: &OpenFile,
    mapping: &RwLock<Mapping>,
    destination: &Path,
    if_exists: IfExists,
    what: &Export,
    teller: &mut Teller,
) -> ExportOutcome {
    if teller.is_stopped() {
        return ExportOutcome::Cancelled;
    }
    let mut number = 1_u32;
    loop {
        let place = match number {
            1 => destination.to_owned(),
            n => numbered(destination, n),
        };
        let result = write_once(file, mapping, &place, if_exists, what, teller);
        match result {
            Ok(bytes) => {
                return ExportOutcome::Done {
                    destination: place,
                    bytes,
                    is_view: matches!(what, Export::View | Export::Part(_)),
                };
            }
            Err(CopyError::Stopped) => return ExportOutcome::Cancelled,
            Err(CopyError::Save(error))
                if if_exists == IfExists::Number
                    && matches!(error.cause, SaveCause::Exists)
                    && number < MOST_NUMBERED =>
            {
                number += 1;
            }
            Err(error) => return ExportOutcome::Failed(error.to_string()),
        }
    }
}

fn write_once(
    file: &OpenFile,
    mapping: &RwLock<Mapping>,
    destination: &Path,
    if_exists: IfExists,
    what: &Export,
    teller: &mut Teller,
) -> Result<u64, CopyError> {
    let existing = match if_exists {
        IfExists::Replace => Existing::Replace,
        IfExists::Refuse | IfExists::Number => Existing::Keep,
    };
    match what {
        Export::Steps(steps) => {
            let text = with_surroundings(file, steps);
            let like = Rights::of_file(file.file()).unwrap_or(Rights::OWNER_ONLY);
            copy::save_text(&text, destination, existing, like)?;
            Ok(text.len() as u64)
        }
        Export::Program(session, language) => {
            write_program(file, destination, (session, *language), teller)
        }
        Export::Text(text) => {
            let like = Rights::of_file(file.file()).unwrap_or(Rights::OWNER_ONLY);
            copy::save_text(text, destination, existing, like)?;
            Ok(text.len() as u64)
        }
        Export::View | Export::Part(_) => {
            let options = copy::CopyOptions {
                existing,
                ..copy::CopyOptions::default()
            };
            let mut source = copy::CopySource::of_view(file, mapping);
            if let Export::Part(span) = what {
                source = source.within(*span);
            }
            let report = copy::copy(&source, destination, options, &mut |progress| {
                // while it is put on the disk it is asked all the same, and the disk has not answered
                if progress.phase == Phase::Copying {
                    teller.waits.answered();
                }
                teller.tell(progress.done, progress.total)
            })?;
            Ok(report.len)
        }
    }
}

/// A session as a program, for scratch files where the file is.
fn write_program(
    file: &OpenFile,
    folder: &Path,
    (session, language): (&Session, ProgramLanguage),
    teller: &mut Teller,
) -> Result<u64, CopyError> {
    let place = file.path().parent().unwrap_or_else(|| Path::new("/"));
    let made = programs_of(session, language, &environment(place)).map_err(CopyError::Program)?;
    let total = made.files.iter().map(|file| file.text.len() as u64).sum();
    let written = write_programs(folder, &made.files, || {
        teller.waits.answered();
        teller.tell(0, total)
    });
    written.map_err(|why| match why {
        NoPrograms::Stopped => CopyError::Stopped,
        NoPrograms::Failed(why) => CopyError::Program(why),
    })
}

/// A session as steps, with what is found out here of the surroundings.
fn with_surroundings(file: &OpenFile, steps: &StepsText) -> String {
    let folder = file.path().parent().unwrap_or_else(|| Path::new("/"));
    let found = environment(folder);
    let rows = [
        ("Kernel", found.kernel),
        ("Machine", found.machine),
        ("File system", found.file_system),
    ];
    let rows = rows.map(|(name, value)| format!("| {name} | {} |\n", value.replace('|', "\\|")));
    format!("{}{}{}", steps.head, rows.concat(), steps.steps)
}

/// `name.2` and so on.
fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{number}"));
    path.with_file_name(name)
}
