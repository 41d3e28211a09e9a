//! What the test finds out by itself: `/proc/PID/maps`, `pagemap` and `mem`, and a descriptor of its own.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};

use mapscope::model::Mode;
use mapscope::model::picture::{Cells, Compared, Maps, Picture, Row, RowMemory, Sees, Who};

use super::PAGE;
use super::stage::{Stage, offsets};

/// A page of a mapping, as its page table has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    is_present: bool,
    is_file: bool,
    /// 0 where it is not told.
    frame: u64,
}

/// What a row must be.
#[derive(Debug)]
struct Found {
    bytes: Vec<Option<u8>>,
    entry: Option<Entry>,
}

/// Compares every row and box, and says what does not agree.
pub(super) fn compare(stage: &Stage, picture: &Picture) -> Result<(), String> {
    let len = stage.file.metadata().unwrap().len();
    let file: Vec<Option<u8>> = offsets(picture.shown)
        .map(|at| {
            let mut byte = [0];
            let n = stage.file.read_at(&mut byte, at).unwrap();
            (n == 1).then_some(byte[0])
        })
        .collect();
    if picture.file_bytes.as_ref().map(|cells| &cells.bytes) != Some(&file) {
        return Err(format!("the file has {file:?}"));
    }
    let mut found = Vec::new();
    for row in &picture.rows {
        let it = look(stage, picture, row, &file).map_err(|why| format!("{}: {why}", row.name))?;
        check_row(row, &it, picture.shown.start() >= len).map_err(|why| {
            format!(
                "{} is {:?}, {:?}; found {it:?}: {why}",
                row.name, row.sees, row.memory
            )
        })?;
        check_difference(row, &it, &file)?;
        found.push(it);
    }
    check_pairs(picture, &found).map_err(|why| {
        let rows = picture.rows.iter().zip(&found);
        let lines = rows.map(|(row, it)| format!("{}: {:?}; found {it:?}", row.name, row.memory));
        let told = stage.doc().processes.list().iter();
        let told = told.map(|it| {
            format!(
                "{}: {:?}",
                it.name(),
                it.state.page_at(picture.shown.start(), PAGE)
            )
        });
        format!(
            "{why}\n{}\n{}",
            lines.collect::<Vec<_>>().join("\n"),
            told.collect::<Vec<_>>().join("\n")
        )
    })
}

fn look(stage: &Stage, picture: &Picture, row: &Row, file: &[Option<u8>]) -> Result<Found, String> {
    let pid = match row.who {
        Who::Calls => {
            return Ok(Found {
                bytes: file.to_vec(),
                entry: None,
            });
        }
        Who::View | Who::OtherMode => std::process::id(),
        Who::Process(mapping) => {
            let process = stage.doc().processes.get(mapping).unwrap();
            process.pid.ok_or("it has no number")?
        }
        Who::Other { pid, .. } => pid,
    };
    let is_shared = matches!(row.maps, Maps::As(Mode::Shared, _));
    let is_past_end = picture.shown.start() >= stage.file.metadata().unwrap().len();
    let start = match address(stage, pid, is_shared, picture.shown.start()) {
        Ok(start) => start,
        // Mapped since the file became shorter.
        Err(_) if is_past_end => {
            return Ok(Found {
                bytes: vec![None; file.len()],
                entry: None,
            });
        }
        Err(why) => return Err(why),
    };
    let mem = File::open(format!("/proc/{pid}/mem")).map_err(|why| why.to_string())?;
    let entry = entry(pid, start)?;
    let bytes = (start..)
        .zip(offsets(picture.shown))
        .map(|(address, offset)| {
            let mut byte = [0];
            let is_there = offset < stage.file.metadata().unwrap().len();
            let read = mem.read_exact_at(&mut byte, address);
            (is_there && read.is_ok()).then_some(byte[0])
        })
        .collect();
    Ok(Found {
        bytes,
        entry: Some(entry),
    })
}

/// Where the process has that byte of the file.
fn address(stage: &Stage, pid: u32, is_shared: bool, offset: u64) -> Result<u64, String> {
    let inode = stage.file.metadata().unwrap().ino().to_string();
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).map_err(|why| why.to_string())?;
    let path = fs::canonicalize(stage.path()).unwrap();
    let number = |hex: &str| u64::from_str_radix(hex, 16).unwrap();
    for line in maps.lines() {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let [range, rights, at, _, ino, name] = fields.as_slice() else {
            continue;
        };
        let (start, end) = range.split_once('-').unwrap();
        let (start, end, at) = (number(start), number(end), number(at));
        let is_its = *ino == inode && path.as_os_str() == *name;
        if is_its
            && rights.ends_with('s') == is_shared
            && (at..at + (end - start)).contains(&offset)
        {
            return Ok(start + (offset - at));
        }
    }
    Err(format!("process {pid} does not map byte {offset}: {maps}"))
}

fn entry(pid: u32, address: u64) -> Result<Entry, String> {
    let pagemap = File::open(format!("/proc/{pid}/pagemap")).map_err(|why| why.to_string())?;
    let mut raw = [0; 8];
    let read = pagemap.read_exact_at(&mut raw, address / PAGE * 8);
    read.map_err(|why| why.to_string())?;
    let entry = u64::from_ne_bytes(raw);
    let is_present = entry >> 63 & 1 == 1;
    Ok(Entry {
        is_present,
        is_file: entry >> 61 & 1 == 1,
        frame: if is_present {
            entry & ((1 << 55) - 1)
        } else {
            0
        },
    })
}

fn check_row(row: &Row, found: &Found, is_past_end: bool) -> Result<(), &'static str> {
    match &row.sees {
        Sees::Bytes(Cells { bytes, .. }) if *bytes == found.bytes => {}
        Sees::Bytes(_) => return Err("it sees other bytes"),
        Sees::Stopped(_) | Sees::Ended(_) => return Ok(()),
        _ => return Err("it sees nothing"),
    }
    if is_past_end {
        let is_unmapped = row.who != Who::Calls && found.entry.is_none();
        return match row.memory {
            RowMemory::PastEnd => Ok(()),
            RowMemory::NotMapped if is_unmapped => Ok(()),
            _ => Err("it is past the end"),
        };
    }
    let Some(entry) = found.entry else {
        let is_said = row.memory == RowMemory::FilePage;
        return if is_said {
            Ok(())
        } else {
            Err("calls see the file")
        };
    };
    let is_copy = entry.is_present && !entry.is_file;
    let is_right = match row.memory {
        RowMemory::FilePage => entry.is_present && entry.is_file,
        RowMemory::Copy(_) | RowMemory::CopyOfSeveral => is_copy,
        RowMemory::NotPresent => !entry.is_present,
        _ => false,
    };
    if is_right {
        Ok(())
    } else {
        Err("it has another page")
    }
}

fn check_difference(row: &Row, found: &Found, file: &[Option<u8>]) -> Result<(), String> {
    let differs = found.bytes != file;
    match row.compared {
        Compared::Same if differs => Err(format!("{} differs", row.name)),
        // What differs is among what is shown, as that begins at the first difference of all.
        Compared::Differs { first, .. } if !differs && first < 16 => {
            Err(format!("{} does not differ", row.name))
        }
        _ => Ok(()),
    }
}

/// Equal boxes are equal frames, and different boxes different ones; a copy that is said to be of several is.
fn check_pairs(picture: &Picture, found: &[Found]) -> Result<(), String> {
    let frame = |at: usize| {
        found[at]
            .entry
            .map(|entry| entry.frame)
            .filter(|it| *it != 0)
    };
    for (left, row) in picture.rows.iter().enumerate() {
        let Some(own) = frame(left) else { continue };
        let mates = (0..found.len()).filter(|it| *it != left && frame(*it) == Some(own));
        let mates: Vec<usize> = mates.collect();
        if row.memory == RowMemory::CopyOfSeveral && mates.is_empty() {
            return Err(format!("{} shares its page with nobody", row.name));
        }
        for (right, other) in picture.rows.iter().enumerate().skip(left + 1) {
            let Some(theirs) = frame(right) else { continue };
            let is_proven =
                |row: &Row| matches!(row.memory, RowMemory::FilePage | RowMemory::Copy(_));
            let is_said_one = is_proven(row) && row.memory == other.memory;
            let is_said_other = is_proven(row) && is_proven(other) && row.memory != other.memory;
            if is_said_one && own != theirs {
                return Err(format!(
                    "{} and {} are not on one page",
                    row.name, other.name
                ));
            }
            if is_said_other && own == theirs {
                return Err(format!("{} and {} are on one page", row.name, other.name));
            }
        }
    }
    Ok(())
}
