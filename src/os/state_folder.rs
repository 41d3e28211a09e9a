//! The platform's folder for what a program keeps between runs and a person does not look at.
//!
//! It must not know what is kept there.

use std::io;
use std::path::{Path, PathBuf};

/// This program's folder inside the platform's.
const FOLDER: &str = "mapscope";

/// Where it is: `$XDG_STATE_HOME/mapscope`, else `~/.local/state/mapscope`; on other systems where their programs keep such
/// things. `None` where there is no home either.
#[must_use]
pub fn state_folder() -> Option<PathBuf> {
    let set = |name: &str| {
        let path = PathBuf::from(std::env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let base = set("XDG_STATE_HOME").or_else(|| {
        if cfg!(windows) {
            return set("LOCALAPPDATA");
        }
        let home = std::env::home_dir().filter(|home| home.is_absolute())?;
        Some(if cfg!(target_os = "macos") {
            home.join("Library/Application Support")
        } else {
            home.join(".local/state")
        })
    })?;
    Some(base.join(FOLDER))
}

/// Makes a folder, with those above it, readable by its owner alone.
///
/// # Errors
/// Those of mkdir(2) and chmod(2).
pub(crate) fn make_own_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let meta = std::fs::metadata(folder)?;
        if meta.mode() & 0o077 != 0 {
            // what stood there before was made by somebody else than us
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
        }
    }
    Ok(())
}
