//! The one mapping of a witness: opened, read and stored to through the mapping layer, so that no file can kill the peer.
//!
//! It owns which file is shown and how. It must not know the experiments, nor the peer's loop.

use std::path::Path;

use super::own_maps::lines_of;
use super::{error, system_error};
use crate::bytes::span::Span;
use crate::map::{
    Access, CallLog, Identity, MapError, MapRefusal, MapRequest, Mapping, Mode, OpenFile, PageFact,
    PageState, StoreError, errno_name,
};
use crate::os::temp_folder::Hold;
use crate::peer::protocol::{
    Answer, MAX_READ_BYTES, MapAccess, MapMode, MappedFacts, Open, ReadAnswer, ReadGap,
};
#[cfg(unix)]
use crate::peer::raw;
use crate::peer::wire::{PeerPage, PeerPageFact};

/// The most stretches of private copies that are told at once; they fit into a line.
const MOST_COPIES: usize = 4096;

/// What a witness has mapped.
#[derive(Default)]
pub(super) struct Witness {
    log: CallLog,
    view: Option<View>,
}

/// One file, mapped.
struct View {
    file: OpenFile,
    mapping: Mapping,
    mode: Mode,
    /// `None` is the whole file.
    span: Option<Span>,
    /// What the mapping was asked to allow.
    access: Access,
    /// What it allows by now.
    mapped: Access,
    /// Where it is a scratch file: its folder stays as long as it is mapped here, whoever else is gone.
    _hold: Option<Hold>,
}

impl Witness {
    /// This process has a child now, or is one: what the two share is theirs until one of them stores.
    pub(super) fn has_forked(&self) {
        if let Some(view) = &self.view {
            view.mapping.part_nothing();
        }
    }

    pub(super) fn open(&mut self, open: &Open) -> Result<Answer, Answer> {
        // Whatever comes of it: the mapping of before is not to be taken for the one asked for.
        self.view = None;
        let Some(span) = Span::new(open.start, open.end).filter(|span| !span.is_empty()) else {
            return Err(error("The range to map is empty or reversed".to_owned()));
        };
        let identity = Identity {
            dev: open.dev,
            ino: open.ino,
        };
        let file = OpenFile::open_same(
            Path::new(&open.via),
            Path::new(&open.path),
            identity,
            &self.log,
        )
        .map_err(|refusal| system_error(&refusal, Some(refusal.errno())))?;
        let mode = match open.mode {
            MapMode::Private => Mode::Private,
            MapMode::Shared => Mode::Shared,
        };
        let access = match open.access {
            MapAccess::ReadOnly => Access::ReadOnly,
            MapAccess::ReadWrite => Access::ReadWrite,
        };
        // A writable shared mapping keeps others from running or sealing the file: not before somebody wants to store.
        let mapped = match mode {
            Mode::Private => access,
            Mode::Shared => Access::ReadOnly,
        };
        let span = (!open.whole).then_some(span);
        let mapping = self.map(&file, mode, mapped, span)?;
        self.view = Some(View {
            file,
            mapping,
            mode,
            span,
            access,
            mapped,
            _hold: Hold::take_around(Path::new(&open.path)),
        });
        Ok(Answer::Opened)
    }

    fn map(
        &self,
        file: &OpenFile,
        mode: Mode,
        access: Access,
        span: Option<Span>,
    ) -> Result<Mapping, Answer> {
        let request = MapRequest { mode, access, span };
        let mapping =
            Mapping::create(file, request, &self.log).map_err(|refusal| refused_map(&refusal))?;
        // On a huge page that is mapped whole the kernel tells what one page is for all of them. Where it knows no huge
        // pages, it refuses.
        #[cfg(target_os = "linux")]
        {
            let lead = mapping.address() % usize::try_from(mapping.page_bytes()).unwrap_or(4096);
            let len = usize::try_from(mapping.span().len()).unwrap_or(usize::MAX);
            let (base, len) = (mapping.address() - lead, len.saturating_add(lead));
            raw::advise(base, len, libc::MADV_NOHUGEPAGE).ok();
        }
        Ok(mapping)
    }

    /// The person allows writing to this block device; of other files nobody asks that.
    pub(super) fn allow_writing(&self) -> Result<Answer, Answer> {
        let view = self.view.as_ref().ok_or_else(nothing_mapped)?;
        view.file.allow_writing();
        Ok(Answer::Allowed)
    }

    /// Makes the mapping of the whole file longer where it ends before `end`, and tells its private copies.
    pub(super) fn grow(&mut self, end: u64) -> Result<Answer, Answer> {
        let view = self.view.as_mut().ok_or_else(nothing_mapped)?;
        if view.mapping.span().end() < end {
            view.mapping
                .grow(end)
                .map_err(|refusal| refused_map(&refusal))?;
        }
        let copies = view.mapping.private_copies(MOST_COPIES);
        let copies = copies.ok().filter(|copies| copies.len() < MOST_COPIES);
        Ok(Answer::Grown {
            end: view.mapping.span().end(),
            copies: copies.map(|all| all.iter().map(|it| (it.start(), it.end())).collect()),
        })
    }

    pub(super) fn read(&self, offset: u64, len: u64) -> Result<Answer, Answer> {
        if !(1..=MAX_READ_BYTES).contains(&len) {
            return Err(error(format!(
                "{len} bytes cannot be read at once; 1 to {MAX_READ_BYTES} can"
            )));
        }
        let span = within_u64(offset, len)?;
        let view = self.view.as_ref().ok_or_else(nothing_mapped)?;
        let readout = view.mapping.read(span, &view.file);
        // After the bytes: the read itself brings in the pages that it tells of.
        let pages = match view.mapping.page_facts(span) {
            Ok(facts) => facts.into_iter().map(peer_page_fact).collect(),
            Err(unavailable) => vec![PeerPageFact {
                page: PeerPage::Unavailable(unavailable.to_string()),
                exclusive: None,
                frame: None,
            }],
        };
        Ok(Answer::Read(ReadAnswer {
            bytes: readout.bytes,
            gaps: readout
                .gaps
                .iter()
                .map(|gap| ReadGap {
                    start: gap.span.start(),
                    end: gap.span.end(),
                    reason: gap.reason,
                })
                .collect(),
            pages,
        }))
    }

    pub(super) fn store(&mut self, offset: u64, bytes: &[u8]) -> Result<Answer, Answer> {
        if bytes.is_empty() {
            return Err(error("There are no bytes to store".to_owned()));
        }
        within_u64(offset, bytes.len() as u64)?;
        self.make_writable()?;
        let view = self.view.as_ref().ok_or_else(nothing_mapped)?;
        match view.mapping.store(offset, bytes, &view.file) {
            Ok(old) => Ok(Answer::Stored { old }),
            Err(
                ref refusal @ (StoreError::Refused { ref before, .. }
                | StoreError::NotKept { ref before, .. }),
            ) if !before.is_empty() => Ok(Answer::NotWhole {
                before: before.clone(),
                message: refusal.to_string(),
                errno: errno_of_store(refusal).map(|errno| errno_name(errno).to_owned()),
            }),
            Err(refusal) => Err(system_error(&refusal, errno_of_store(&refusal))),
        }
    }

    /// Stores through a mapping that is read-only: the processor refuses that, and this process ends by SIGSEGV. What is
    /// answered is that it did not.
    #[cfg(unix)]
    pub(super) fn store_anyway(&self, offset: u64, bytes: &[u8]) -> Result<Answer, Answer> {
        let span = within_u64(offset, bytes.len() as u64)?;
        let view = self.view.as_ref().ok_or_else(nothing_mapped)?;
        if view.access != Access::ReadOnly {
            let why = "This process's mapping allows stores: none of it would be refused";
            return Err(error(why));
        }
        let mapped = view.mapping.span();
        let skip = usize::try_from(offset.saturating_sub(mapped.start())).ok();
        let address = skip.and_then(|skip| view.mapping.address().checked_add(skip));
        // Outside of it anything of this process may be, also what can be written.
        let Some(address) = address.filter(|_| mapped.contains_span(span) && !span.is_empty())
        else {
            return Err(error(format!("{span} is not in the mapping of {mapped}")));
        };
        let old = view.mapping.read(span, &view.file).bytes;
        raw::store_all(address, bytes);
        Ok(Answer::Stored { old })
    }

    #[cfg(not(unix))]
    pub(super) fn store_anyway(&self, _: u64, _: &[u8]) -> Result<Answer, Answer> {
        Err(error("Only on Unix is it a signal that refuses a store"))
    }

    /// What is mapped, and where.
    pub(super) fn facts(&self) -> Result<Answer, Answer> {
        let view = self.view.as_ref().ok_or_else(nothing_mapped)?;
        let (mapped, address) = (view.mapping.span(), view.mapping.address());
        let len = usize::try_from(mapped.len()).unwrap_or(usize::MAX);
        Ok(Answer::Facts(MappedFacts {
            start: mapped.start(),
            end: mapped.end(),
            address: address as u64,
            is_writable: view.mapped == Access::ReadWrite,
            lines: lines_of(address, address.saturating_add(len)).unwrap_or_default(),
        }))
    }

    /// Stores only where `expect` stands.
    pub(super) fn store_over(
        &mut self,
        offset: u64,
        bytes: &[u8],
        expect: &[u8],
    ) -> Result<Answer, Answer> {
        let span = within_u64(offset, expect.len() as u64)?;
        let view = self.view.as_ref().ok_or_else(nothing_mapped)?;
        let now = view.mapping.read(span, &view.file);
        if !now.is_whole() {
            let why = "What stands there now cannot be read, so it was not compared";
            return Err(error(why));
        }
        if now.bytes == expect {
            self.store(offset, bytes)
        } else {
            Ok(Answer::Differs { found: now.bytes })
        }
    }

    /// Maps the file once more, for writing, where that was asked for and put off until now.
    fn make_writable(&mut self) -> Result<(), Answer> {
        let view = self.view.as_ref().ok_or_else(nothing_mapped)?;
        if view.mapped == Access::ReadWrite {
            return Ok(());
        }
        if view.access == Access::ReadOnly {
            return Err(error("This process's mapping is read-only".to_owned()));
        }
        let end = view.mapping.span().end();
        let mut mapping = self.map(&view.file, view.mode, Access::ReadWrite, view.span)?;
        // The file may have become shorter; it may grow again.
        if mapping.span().end() < end {
            mapping.grow(end).map_err(|refusal| refused_map(&refusal))?;
        }
        if let Some(view) = self.view.as_mut() {
            view.mapping = mapping;
            view.mapped = Access::ReadWrite;
        }
        Ok(())
    }
}

fn refused_map(refusal: &MapError) -> Answer {
    system_error(refusal, errno_of_map(refusal))
}

fn errno_of_map(error: &MapError) -> Option<i32> {
    match error {
        MapError::Refused(MapRefusal { errno, .. }) | MapError::Failed { errno, .. } => {
            Some(*errno)
        }
        MapError::Empty { .. }
        | MapError::PastFileEnd { .. }
        | MapError::NoAddressSpace { .. }
        | MapError::CannotGrow { .. } => None,
    }
}

fn errno_of_store(error: &StoreError) -> Option<i32> {
    match error {
        StoreError::NotWritable(MapRefusal { errno, .. }) | StoreError::Failed { errno } => {
            Some(*errno)
        }
        StoreError::Unreadable { reason, .. } | StoreError::Refused { reason, .. } => {
            reason.errno()
        }
        StoreError::ReadOnly { .. }
        | StoreError::OutsideMapping { .. }
        | StoreError::PastFileEnd { .. }
        | StoreError::NotKept { .. } => None,
    }
}

fn nothing_mapped() -> Answer {
    error("No file is mapped yet".to_owned())
}

fn within_u64(offset: u64, len: u64) -> Result<Span, Answer> {
    Span::at(offset, len).ok_or_else(|| error("The range ends past 64 bits".to_owned()))
}

fn peer_page_fact(fact: PageFact) -> PeerPageFact {
    PeerPageFact {
        page: peer_page(fact.state),
        exclusive: fact.is_exclusive,
        frame: fact.frame,
    }
}

/// A page's state as it is told.
pub(in crate::peer) fn peer_page(state: PageState) -> PeerPage {
    match state {
        PageState::PrivateCopy => PeerPage::PrivateCopy,
        PageState::FilePage => PeerPage::FilePage,
        PageState::Swapped => PeerPage::Swapped,
        PageState::NotPresent => PeerPage::NotPresent,
    }
}
