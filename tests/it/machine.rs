//! What a test takes from the machine that only root is given: file systems and block devices of its own, which go with it.

mod stalled;
mod undone;

use std::error::Error;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::{NamedTempFile, TempDir};

use crate::skip::{skip, skip_part};
pub(crate) use stalled::Stalled;
use undone::Undone;

/// Whether this process runs as root.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

/// Runs a program to its end; an error if it fails.
pub(crate) fn run<S: AsRef<OsStr>>(program: &str, args: &[S]) -> Result<Output, Box<dyn Error>> {
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{program} cannot be run: {error}"))?;
    if output.status.success() {
        Ok(output)
    } else {
        let why = String::from_utf8_lossy(&output.stderr);
        Err(format!("{program} failed: {}", why.trim()).into())
    }
}

/// A file system of `bytes` bytes for this test, unmounted when it is dropped, and when the test is killed. Root only.
pub(crate) struct Mounted {
    _undone: Undone,
    folder: TempDir,
}

impl Mounted {
    /// What `mount` makes, or `None` after saying why the test cannot run here.
    #[track_caller]
    pub(crate) fn or_skip(
        test: &str,
        mount: impl FnOnce() -> Result<Self, Box<dyn Error>>,
    ) -> Option<Self> {
        if !is_root() {
            skip_part(test, "mounting needs root");
            return None;
        }
        mount()
            .map_err(|why| skip_part(test, &why.to_string()))
            .ok()
    }

    pub(crate) fn tmpfs(bytes: u64) -> Result<Self, Box<dyn Error>> {
        Self::tmpfs_with(&format!("size={bytes}"))
    }

    /// One that is mounted with these options.
    pub(crate) fn tmpfs_with(options: &str) -> Result<Self, Box<dyn Error>> {
        let args = ["-t", "tmpfs", "-o", options, "tmpfs"].map(OsStr::new);
        Self::by(&args)
    }

    /// An ext4 file system in the file `image`.
    pub(crate) fn ext4(image: &Path, bytes: u64) -> Result<Self, Box<dyn Error>> {
        Self::ext4_with(image, bytes, &[])
    }

    /// One that is made with these options.
    pub(crate) fn ext4_with(
        image: &Path,
        bytes: u64,
        options: &[&str],
    ) -> Result<Self, Box<dyn Error>> {
        Self::made_by("mkfs.ext4", image, bytes, options)
    }

    /// The file system that `maker` makes in the file `image`, with these options.
    pub(crate) fn made_by(
        maker: &str,
        image: &Path,
        bytes: u64,
        options: &[&str],
    ) -> Result<Self, Box<dyn Error>> {
        File::create(image)?.set_len(bytes)?;
        let mut args = vec![OsStr::new("-q")];
        args.extend(options.iter().map(OsStr::new));
        args.push(image.as_os_str());
        run(maker, &args)?;
        Self::by(&[OsStr::new("-o"), OsStr::new("loop"), image.as_os_str()])
    }

    /// What `mount` makes of these arguments, in a folder of its own.
    fn by(args: &[&OsStr]) -> Result<Self, Box<dyn Error>> {
        let folder = TempDir::new()?;
        // First: what is mounted is never without it.
        let undone = Undone::mount(folder.path())?;
        run("mount", &[args, &[folder.path().as_os_str()]].concat())?;
        Ok(Self {
            _undone: undone,
            folder,
        })
    }

    /// An overlay over folders that it makes in `parts`, on two file systems, with a file `bytes.bin` of one page of `L` in
    /// the lower one.
    pub(crate) fn overlay(parts: &Path) -> Result<Self, Box<dyn Error>> {
        let at = |name: &str| parts.join(name);
        for name in ["lower", "top"] {
            fs::create_dir(at(name))?;
        }
        fs::write(at("lower/bytes.bin"), [b'L'; 4096])?;
        let top = at("top");
        let args = ["-t", "tmpfs", "tmpfs"].map(OsStr::new);
        run("mount", &[&args[..], &[top.as_os_str()]].concat())?;
        let layers = (|| {
            for name in ["top/upper", "top/work"] {
                fs::create_dir(at(name))?;
            }
            let [lower, upper, work] =
                ["lower", "top/upper", "top/work"].map(|name| at(name).display().to_string());
            let options = format!("lowerdir={lower},upperdir={upper},workdir={work}");
            let args = ["-t", "overlay", "-o", &options, "overlay"].map(OsStr::new);
            Self::by(&args)
        })();
        // The overlay keeps it until it goes itself.
        run("umount", &[OsStr::new("-l"), top.as_os_str()])?;
        layers
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// A block device on a file of its own, given back when it is dropped, and when the test is killed. Root only.
pub(crate) struct LoopDevice {
    _undone: Undone,
    path: PathBuf,
    _backing: NamedTempFile,
}

impl LoopDevice {
    /// One that holds `bytes`, or `None` after saying why there can be none here.
    #[track_caller]
    pub(crate) fn or_skip(bytes: &[u8]) -> Option<Self> {
        let backing = NamedTempFile::new().unwrap();
        fs::write(backing.path(), bytes).unwrap();
        let args = [OsStr::new("--show"), OsStr::new("-f")];
        match run(
            "losetup",
            &[&args[..], &[backing.path().as_os_str()]].concat(),
        ) {
            Ok(output) => {
                let path = PathBuf::from(String::from_utf8(output.stdout).unwrap().trim());
                Some(Self {
                    _undone: Undone::loop_device(&path).unwrap(),
                    path,
                    _backing: backing,
                })
            }
            Err(why) => {
                skip(&format!("there is no loop device: {why}"));
                None
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}
