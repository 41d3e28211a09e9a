//! `mapscope who`: who sees the bytes of a file, through which memory, and how that is known: what the window's panel shows.
//!
//! It owns what is asked for and how it ends. It must not know how anything is found out, nor the window.

mod json;
mod look;
mod text;

use std::path::PathBuf;

use clap::Args;

use super::output::{FINE, INVALID, NOT_OPENED, Unwritten, complain, print, print_json, say};
use look::{NoAnswer, look};

/// What `mapscope who` takes.
#[derive(Debug, Args)]
pub(super) struct WhoArguments {
    /// Print the answer as JSON
    #[arg(long)]
    json: bool,
    /// The file
    file: PathBuf,
    /// An index or a range, such as 65, p12 or 3..7, of which at most 64 KiB are compared; else the first byte
    #[arg(allow_hyphen_values = true)]
    expression: Option<String>,
}

/// Does what the arguments say.
pub(super) fn who(arguments: &WhoArguments) -> Result<u8, Unwritten> {
    let path = super::given_path(&arguments.file).map_err(NoAnswer::NotOpened);
    match path.and_then(|path| look(&path, arguments.expression.as_deref())) {
        Ok(seen) if arguments.json => print_json(&json::json(&seen))?,
        Ok(seen) => print(&text::text(&seen))?,
        Err(NoAnswer::Invalid(text)) => {
            say(&text)?;
            return Ok(INVALID);
        }
        Err(NoAnswer::NotOpened(text)) => {
            complain(&text);
            return Ok(NOT_OPENED);
        }
    }
    Ok(FINE)
}
