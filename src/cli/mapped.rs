//! The mapping that commands read a file through: private, so that nothing reaches the file.

use crate::bytes::escape::path_in_sentence;
use crate::bytes::size::counted;
use crate::map::{Access, CallLog, MapRequest, Mapping, Mode, OpenFile};

use super::output::cause;
use super::part::Part;

/// Maps the part, or all of the file.
///
/// # Errors
/// A sentence: the file's length is not known, it ends before the part, or the system refuses.
pub(super) fn map_part(
    file: &OpenFile,
    part: Option<Part>,
    log: &CallLog,
) -> Result<Mapping, String> {
    let span = match part {
        Some(part) => {
            let file_len = file.file_len().map_err(|error| {
                let path = path_in_sentence(file.path());
                format!("The file's length is not known: {}: {path}", cause(&error))
            })?;
            let span = part.span(file_len);
            if span.is_empty() {
                return Err(format!(
                    "The file ends before the place that --offset names, it has {}; choose a smaller offset: {}",
                    counted(file_len, "byte"),
                    path_in_sentence(file.path())
                ));
            }
            Some(span)
        }
        None => None,
    };
    let request = MapRequest {
        mode: Mode::Private,
        access: Access::ReadOnly,
        span,
    };
    Mapping::create(file, request, log).map_err(|error| error.to_string())
}
