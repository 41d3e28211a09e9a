//! Which primitive the process reads and writes mappings by: chosen once, by trying.
//!
//! It owns the self-test. The order of the choices and how each of them works stand in `raw/`.

use std::sync::OnceLock;

use super::primitive::Primitive;
use super::raw::{self, page_bytes};

/// The primitive that passed the self-test, which runs at the first call.
///
/// It must read a known static, and must answer an address that cannot be read, such as the page of a truncated file,
/// with an error. A primitive that cannot tell would show bytes that are not there.
#[must_use]
pub fn primitive() -> Primitive {
    static CHOSEN: OnceLock<Primitive> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        raw::CANDIDATES
            .iter()
            .copied()
            .find(|&it| works(it))
            .unwrap_or(Primitive::None)
    })
}

fn works(primitive: Primitive) -> bool {
    static KNOWN: [u8; 24] = *b"read me without a load: ";
    /// The first page is never mapped: mmap(2) refuses it to anybody (`vm.mmap_min_addr`, the null page elsewhere).
    const NOWHERE: usize = 16;
    let mut found = [0; KNOWN.len()];
    let reads =
        raw::copy_out(primitive, KNOWN.as_ptr().expose_provenance(), &mut found) == Ok(KNOWN.len());
    let refuses = raw::copy_out(primitive, NOWHERE, &mut [0; 8]).is_err();
    reads && found == KNOWN && refuses && survives_truncation(primitive)
}

/// Maps a file in memory, stores and reads through the mapping, truncates the file and expects refusals. True where
/// the system has no such file: then the address that is never mapped has to do.
fn survives_truncation(primitive: Primitive) -> bool {
    let Some(file) = raw::file_in_memory() else {
        return true;
    };
    if file.set_len(page_bytes()).is_err() {
        return true;
    }
    let Ok(page) = memmap2::MmapOptions::new().map_raw(&file) else {
        return true;
    };
    let address = page.as_ptr().addr();
    let mut found = [0; 4];
    let stores = raw::copy_in(primitive, address, b"page") == Ok(4);
    let reads = raw::copy_out(primitive, address, &mut found) == Ok(4) && found == *b"page";
    let gone = file.set_len(0).is_ok();
    let refuses = raw::copy_out(primitive, address, &mut found).is_err()
        && raw::copy_in(primitive, address, b"page").is_err();
    stores && reads && (!gone || refuses)
}
