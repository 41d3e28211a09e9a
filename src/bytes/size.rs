//! Counts of bytes as people read them.
//!
//! It owns the grouping of digits, the plural and the choice of a unit. It must not know what is counted.

/// `value` with a comma between groups of three digits: `1,048,576`.
#[must_use]
pub fn group_digits(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count of things with its word, in the plural but for one: `1 byte`, `5,000 pages`.
#[must_use]
pub fn counted(count: u64, one: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {one}{plural}", group_digits(count))
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
        // At most 1,024 in the unit that is returned, and below 2^54 in the first of them.
        let whole = u64::try_from(tenths / 10).unwrap_or(u64::MAX);
        text = format!("{}.{} {unit}", group_digits(whole), tenths % 10);
        // After rounding: 1,048,575 bytes are `1.0 MiB`, never `1024.0 KiB`.
        if tenths < 10 * 1024 {
            break;
        }
        unit_bytes *= 1024;
    }
    text
}
