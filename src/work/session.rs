//! A session by hand as a script, and so as a program: what a person did with an open file is done again with a scratch file,
//! and whoever saw a store has to see it.
//!
//! It owns what is done again, what is only told, and what is expected. The file holds the bytes that entries say stood there,
//! and zeros elsewhere; of what an entry did not keep nothing is made up. It is here, and not in the model or the lab, as those
//! two do not know each other; it does no I/O.
//!
//! What each row was seen to see is what has to be seen again, right after the step. Where a private mapping may hold copies
//! that no entry tells of, what it shows is printed and not judged. Nor is what anybody shows of stores that were under way at
//! the same time in one page: they are done in the order that they were told of, which may not be the one they happened in.

mod crossed;
mod known;
mod player;
mod rows;
mod told;

use crate::lab::claim::Environment;
use crate::lab::export::{ExportLanguage, ExportSubject, ExportedPrograms, export_all};
use crate::model::session::{ProgramLanguage, Session};

use player::Player;

/// What the program of a session is called.
pub const NAME: &str = "session";

/// The programs of a session, for scratch files where `environment` says.
///
/// # Errors
/// Why a plain process cannot do it, in a sentence.
pub fn programs_of(
    session: &Session,
    language: ProgramLanguage,
    environment: &Environment,
) -> Result<ExportedPrograms, String> {
    let language = match language {
        ProgramLanguage::C => ExportLanguage::C,
        ProgramLanguage::Rust => ExportLanguage::Rust,
    };
    let programs = export_all([subject_of(session, environment)], language);
    match programs.left_out.first() {
        Some((_, why)) => Err(why.clone()),
        None => Ok(programs),
    }
}

/// A session, made ready to be a program.
#[must_use]
pub fn subject_of(session: &Session, environment: &Environment) -> ExportSubject {
    let mut player = Player::new(session, environment);
    player.play();
    let (script, known) = player.done();
    let mut subject = ExportSubject::of_script(NAME, script);
    subject.title = format!("what was done by hand with {}", session.name);
    "it was seen so in mapscope".clone_into(&mut subject.promise);
    "whoever was seen to see a store sees it, and whoever was not does not"
        .clone_into(&mut subject.predicted);
    subject.heading = heading(session, &known);
    subject
}

/// What stands at the top of the program.
fn heading(session: &Session, known: &str) -> Vec<String> {
    let mut lines = vec![
        format!(
            "What was done by hand with {}, and what was seen of it.",
            session.name
        ),
        String::new(),
    ];
    if let (Some(first), Some(last)) = (session.entries.first(), session.entries.last()) {
        lines.push(format!(
            "These are the entries {} to {} of What happened, from {} to {} UTC, in their order; each step says which one it is of.",
            first.number,
            last.number,
            first.at.time(),
            last.at.time()
        ));
    }
    if session.n_forgotten > 0 {
        lines.push(format!(
            "The {} before them were forgotten: what they did to the file or to private copies is not done here, so that what \
             private mappings show that were there already is printed and not judged.",
            if session.n_forgotten == 1 { "one".to_owned() } else { format!("{}", session.n_forgotten) }
        ));
    }
    lines.push(format!("The file f stands for {}. {known}", session.name));
    lines.push(
        "mapscope is the program that the file was open in: view is the mapping that it shows, second the one of the other \
         mode beside it. Each further process maps the file by itself, as m, or has it from the process that forked it. \
         somebody is whoever else wrote to the file or changed its length. All mappings are as long as the file ever was, so \
         that none has to grow with it."
            .to_owned(),
    );
    lines.push(
        "After each store those look at it who were read after it then, and have to see it, or not, as they did. Whoever had \
         the same bytes before looks too, and is not judged; nor is any of stores that were under way at the same time in \
         one page, as which came first is not known. Other programs that mapped the file are not here. What could not \
         be done again is told by a step of main."
            .to_owned(),
    );
    lines
}
