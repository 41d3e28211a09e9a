//! Counts of bytes as people read them.
//!
//! It owns the plural, the choice of a unit, and the one form of numbers in sentences: digits and nothing between them,
//! counts as well as offsets, so that what is read can be cut out and typed anywhere. It must not know what is counted.

/// A count of things with its word, in the plural but for one: `1 byte`, `5000 pages`.
#[must_use]
pub fn counted(count: u64, one: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {one}{plural}")
}

/// The same with its verb: `1 byte is`, `5000 pages are`.
#[must_use]
pub fn counted_are(count: u64, one: &str) -> String {
    let are = if count == 1 { "is" } else { "are" };
    format!("{} {are}", counted(count, one))
}

/// `bytes` in the largest unit of 1024 that leaves at least 1, to a tenth: `1 byte`, `62 bytes`, `1.0 KiB`, `16.0 EiB`.
///
/// Rounded to the nearest tenth, in integers, so that no size is off by what a float cannot hold.
#[must_use]
pub fn human_size(bytes: u64) -> String {
    if bytes < 1024 {
        return counted(bytes, "byte");
    }
    let mut unit_bytes = 1024_u128;
    let mut text = String::new();
    for unit in ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"] {
        let tenths = (u128::from(bytes) * 10 + unit_bytes / 2) / unit_bytes;
        text = format!("{}.{} {unit}", tenths / 10, tenths % 10);
        // After rounding: 1,048,575 bytes are `1.0 MiB`, never `1024.0 KiB`.
        if tenths < 10 * 1024 {
            break;
        }
        unit_bytes *= 1024;
    }
    text
}
