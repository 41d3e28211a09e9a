//! Whether the storage still has what the page cache shows.
//!
//! It owns the question, which goes past the page cache. It must not know mappings.

use super::buffer::AlignedBuffer;
use super::errno::{EINVAL, errno_of};
use super::open::{OpenFile, open_logged};
use super::page::{PageOrigin, Unavailable};
use super::raw::{self, Opening, page_bytes};
use crate::bytes::Span;

/// Pages that one question may cover: each is a read from the storage.
const ASKED_PAGES: u64 = 64;

impl OpenFile {
    /// For each page of the file that `span` touches, in order, whether the storage gives it now: pread(2) on a descriptor of its own with
    /// `O_DIRECT`. For pages that can be read through a mapping while their neighbors cannot, because the storage failed:
    /// a page that memory alone still has is gone for good once the kernel needs the memory.
    ///
    /// Storage that gives nothing and no error is taken to have the page: Linux completes such a read from the cache. It
    /// takes as long as the storage takes, also for ever. It changes nothing: where pages hold changes that are not on
    /// the device yet, it is not asked, as a direct read would write them first.
    ///
    /// # Errors
    ///
    /// [`Unavailable::Unwritten`] for such pages; [`Unavailable::Hidden`] where the kernel does not say whether there are
    /// any; [`Unavailable::NotOnThisSystem`]; [`Unavailable::TooManyPages`] for more than 64 pages;
    /// [`Unavailable::Failed`] with the error number where the file cannot be read past the cache (`EINVAL`).
    pub fn page_origins(&self, span: Span) -> Result<Vec<PageOrigin>, Unavailable> {
        let failed = |errno| Unavailable::Failed { errno };
        let file_len = self.file_len().map_err(|error| failed(errno_of(&error)))?;
        let inside = Span::new(0, file_len).and_then(|file| file.intersect(span));
        let Some(inside) = inside else {
            return Ok(Vec::new());
        };
        let pages = inside.pages(page_bytes());
        let count = pages.end - pages.start;
        if count > ASKED_PAGES {
            return Err(Unavailable::TooManyPages {
                pages: count,
                limit: ASKED_PAGES,
            });
        }
        let way = raw::path_of_descriptor(self.file()).ok_or(Unavailable::NotOnThisSystem)?;
        let whole = Span::at(
            pages.start.saturating_mul(page_bytes()),
            count.saturating_mul(page_bytes()),
        );
        let facts = raw::cache_facts(self.file(), whole)?;
        if facts.dirty_pages > 0 || facts.writeback_pages > 0 {
            return Err(Unavailable::Unwritten);
        }
        let direct = open_logged(&way, Opening::ReadDirect, self.log())
            .map_err(|error| failed(errno_of(&error)))?;
        let mut page = AlignedBuffer::new(usize::try_from(page_bytes()).unwrap_or(4096));
        pages
            .map(|index| {
                self.log().count_read();
                match raw::read_at(&direct, &mut page, index * page_bytes()) {
                    Ok(_) => Ok(PageOrigin::Storage),
                    Err(error) => match errno_of(&error) {
                        EINVAL => Err(failed(EINVAL)),
                        errno => Ok(PageOrigin::CacheOnly { errno }),
                    },
                }
            })
            .collect()
    }
}
