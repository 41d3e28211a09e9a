//! How a journal begins, and what else may stand there. `record` describes the bytes. Pure.
//!
//! It owns the version of the format. It must not know records.

/// What a journal begins with.
const MAGIC: &[u8; 8] = b"MAPSJRNL";
/// The version of the format.
pub const VERSION: u32 = 1;
/// Length of the header in bytes.
pub const HEADER_BYTES: usize = 8 + 4 + 16 + 4;

/// Identifies one journal.
pub type BookId = [u8; 16];

/// The header of a journal.
#[must_use]
pub fn header(id: &BookId) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    out.extend(VERSION.to_le_bytes());
    out.extend(id);
    out.extend(crc32fast::hash(&out).to_le_bytes());
    out
}

/// Why bytes do not begin as a journal that this version can read. Each says where, and what is expected there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHeader {
    /// It is no journal.
    Magic,
    /// It is of this version.
    Version(u32),
    /// Its header was damaged, or ends too early.
    Checksum,
}

impl std::fmt::Display for NoHeader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Magic => f.write_str("at byte 0 stands no MAPSJRNL, with which a journal begins"),
            Self::Version(version) => {
                write!(
                    f,
                    "at byte 8 stands version {version}, and this program reads version {VERSION}"
                )
            }
            Self::Checksum => f.write_str(
                "at byte 28 stands another checksum than that of the 28 bytes before it",
            ),
        }
    }
}

impl std::error::Error for NoHeader {}

/// The id in a header.
///
/// # Errors
/// It is none that this version can read.
pub fn read_header(bytes: &[u8]) -> Result<BookId, NoHeader> {
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        return Err(NoHeader::Magic);
    };
    let number = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes);
    let (version, rest) = rest.split_first_chunk().ok_or(NoHeader::Checksum)?;
    if number(version) != VERSION {
        return Err(NoHeader::Version(number(version)));
    }
    let (id, rest) = rest.split_first_chunk().ok_or(NoHeader::Checksum)?;
    let sum = crc32fast::hash(bytes.get(..HEADER_BYTES - 4).unwrap_or_default());
    match rest.first_chunk() {
        Some(stands) if number(stands) == sum => Ok(*id),
        _ => Err(NoHeader::Checksum),
    }
}
