//! What the test finds out by itself: `/proc/PID/maps`, `pagemap` and `mem`, and a descriptor of its own.

use std::fs::{self, File};
use std::ops::Range;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};

use mapscope::model::Mode;
use mapscope::model::picture::{Cells, Compared, Maps, Picture, Row, RowMemory, Sees, Who};

use super::PAGE;
use super::kernel::{self, Entry};
use super::stage::{Stage, offsets};
use super::storage;

/// What a row must be.
#[derive(Debug)]
struct Found {
    /// Of the whole subject.
    bytes: Vec<Option<u8>>,
    /// Of the page that is shown; `None` where nothing is mapped there.
    entry: Option<Entry>,
}

/// Compares every row and box, and says what does not agree.
pub(super) fn compare(stage: &mut Stage, picture: &Picture) -> Result<(), String> {
    let file = stage.in_file(offsets(picture.subject));
    let shown = shown(picture);
    if picture.file_bytes.as_ref().map(|cells| &*cells.bytes) != Some(&file[shown.clone()]) {
        return Err(format!("the file has {:?}", &file[shown]));
    }
    let len = stage.file.metadata().unwrap().len();
    let mut found = Vec::new();
    for row in &picture.rows {
        let it = look(stage, picture, row, &file).map_err(|why| format!("{}: {why}", row.name))?;
        check_sees(row, &it, shown.clone())
            .and_then(|()| check_memory(row, &it, picture.shown.start() >= len))
            .map_err(|why| {
                format!(
                    "{} is {:?}, {:?}; found {:?}, {:?}: {why}",
                    row.name,
                    row.sees,
                    row.memory,
                    &it.bytes[shown.clone()],
                    it.entry
                )
            })?;
        found.push(it);
    }
    check_differences(picture, &found, &file)?;
    check_copies(picture, &found).map_err(|why| {
        let rows = picture.rows.iter().zip(&found);
        let lines =
            rows.map(|(row, it)| format!("{}: {:?}; found {:?}", row.name, row.memory, it.entry));
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
    })?;
    storage::compare(stage, picture)
}

/// Where the bytes that are shown stand in the subject.
fn shown(picture: &Picture) -> Range<usize> {
    let in_subject = |at: u64| usize::try_from(at - picture.subject.start()).unwrap();
    in_subject(picture.shown.start())..in_subject(picture.shown.end())
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
    let mapped = mapped(stage, pid, is_shared)?;
    let address = |offset: u64| {
        let mut holding = mapped.iter().filter(|(span, _)| span.contains(&offset));
        holding
            .next()
            .map(|(span, address)| address + (offset - span.start))
    };
    let entry = address(picture.shown.start())
        .map(|address| kernel::entry(pid, address))
        .transpose()?;
    let mem = File::open(format!("/proc/{pid}/mem")).map_err(|why| why.to_string())?;
    let len = stage.file.metadata().unwrap().len();
    let mut bytes = Vec::new();
    let mut at = picture.subject.start();
    while at < picture.subject.end() {
        let end = ((at / PAGE + 1) * PAGE).min(picture.subject.end());
        let mut page = vec![0; usize::try_from(end - at).unwrap()];
        let is_read =
            at < len && address(at).is_some_and(|it| mem.read_exact_at(&mut page, it).is_ok());
        bytes.extend(
            (at..end)
                .zip(page)
                .map(|(offset, byte)| (is_read && offset < len).then_some(byte)),
        );
        at = end;
    }
    Ok(Found { bytes, entry })
}

/// Which bytes of the file the process has mapped so, and where.
fn mapped(stage: &Stage, pid: u32, is_shared: bool) -> Result<Vec<(Range<u64>, u64)>, String> {
    let inode = stage.file.metadata().unwrap().ino().to_string();
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).map_err(|why| why.to_string())?;
    let path = fs::canonicalize(stage.path()).unwrap();
    let number = |hex: &str| u64::from_str_radix(hex, 16).unwrap();
    let mut found = Vec::new();
    for line in maps.lines() {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let [range, rights, at, _, ino, name] = fields.as_slice() else {
            continue;
        };
        let (start, end) = range.split_once('-').unwrap();
        let (start, end, at) = (number(start), number(end), number(at));
        let is_its = *ino == inode && path.as_os_str() == *name;
        if is_its && rights.ends_with('s') == is_shared {
            found.push((at..at + (end - start), start));
        }
    }
    Ok(found)
}

fn check_sees(row: &Row, found: &Found, shown: Range<usize>) -> Result<(), &'static str> {
    match &row.sees {
        Sees::Bytes(Cells { bytes, .. }) if *bytes == found.bytes[shown] => Ok(()),
        Sees::Bytes(_) => Err("it sees other bytes"),
        // What it saw before it stood still may be of other times.
        Sees::Stopped(_) => Ok(()),
        _ => Err("it sees nothing"),
    }
}

fn check_memory(row: &Row, found: &Found, is_past_end: bool) -> Result<(), &'static str> {
    if matches!(
        (&row.sees, &row.memory),
        (Sees::Stopped(_), RowMemory::NotKnown(_))
    ) {
        return Ok(());
    }
    if is_past_end {
        let is_unmapped = row.who != Who::Calls && found.entry.is_none();
        return match row.memory {
            RowMemory::PastEnd => Ok(()),
            RowMemory::NotMapped if is_unmapped => Ok(()),
            _ => Err("it is past the end"),
        };
    }
    if row.who == Who::Calls {
        let is_said = row.memory == RowMemory::FilePage;
        return if is_said {
            Ok(())
        } else {
            Err("calls see the file")
        };
    }
    let Some(entry) = found.entry else {
        return Err("nothing is mapped there");
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

/// How each row compares with the file, over the whole subject, and all of them together.
fn check_differences(
    picture: &Picture,
    found: &[Found],
    file: &[Option<u8>],
) -> Result<(), String> {
    let start = picture.subject.start();
    let counted = |differs: &dyn Fn(usize) -> bool| {
        let all: Vec<usize> = (0..file.len()).filter(|at| differs(*at)).collect();
        let first = *all.first()?;
        Some((all.len() as u64, start + first as u64))
    };
    let is_read = |row: &Row| matches!(row.sees, Sees::Bytes(_));
    for (row, it) in picture.rows.iter().zip(found) {
        let differing = counted(&|at| it.bytes[at] != file[at]);
        let is_unread = it.bytes.iter().zip(file).any(|both| both == (&None, &None));
        let expected = match differing {
            _ if !is_read(row) => Compared::NotKnown,
            Some((n_bytes, first)) => Compared::Differs { n_bytes, first },
            None if is_unread => Compared::NotKnown,
            None => Compared::Same,
        };
        if row.compared != expected {
            return Err(format!(
                "{} is {:?}, not {expected:?}",
                row.name, row.compared
            ));
        }
    }
    let expected = counted(&|at| {
        let mut rows = picture.rows.iter().zip(found);
        rows.any(|(row, it)| is_read(row) && it.bytes[at] != file[at])
    });
    if picture.differing != expected {
        return Err(format!("{:?} differ, not {expected:?}", picture.differing));
    }
    let is_shown =
        expected.is_none_or(|(_, first)| offsets(picture.shown).any(|offset| offset == first));
    if is_shown {
        Ok(())
    } else {
        Err("the first difference is not shown".to_owned())
    }
}

/// Equal boxes are equal frames, and different boxes different ones; a copy of its own is nobody else's, and one that is
/// said to be of several is.
fn check_copies(picture: &Picture, found: &[Found]) -> Result<(), String> {
    let frame = |at: usize| {
        let entry = found[at].entry.as_ref();
        entry.map(|entry| entry.frame).filter(|it| *it != 0)
    };
    for (left, row) in picture.rows.iter().enumerate() {
        check_bit(picture, row, &found[left])?;
        let Some(own) = frame(left) else { continue };
        let mates = (0..found.len()).filter(|it| *it != left && frame(*it) == Some(own));
        let is_said_alone = picture.n_users(&row.memory) == 1;
        match (&row.memory, mates.count()) {
            (RowMemory::CopyOfSeveral, 0) => {
                return Err(format!("{} shares its page with nobody", row.name));
            }
            (RowMemory::Copy(_), 1..) if is_said_alone => {
                return Err(format!("{} is not alone with its page", row.name));
            }
            _ => {}
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

/// What no right is needed for: a copy is in one page table where it is said to be of one, and else in several.
fn check_bit(picture: &Picture, row: &Row, found: &Found) -> Result<(), String> {
    let is_said_alone = match row.memory {
        RowMemory::Copy(_) => picture.n_users(&row.memory) == 1,
        RowMemory::CopyOfSeveral => false,
        _ => return Ok(()),
    };
    let is_alone = found.entry.is_some_and(|entry| entry.is_exclusive);
    if is_alone == is_said_alone {
        Ok(())
    } else if is_alone {
        Err(format!("nobody else has the page of {}", row.name))
    } else {
        Err(format!("somebody else has the page of {}", row.name))
    }
}
