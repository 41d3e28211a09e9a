//! UUIDs, GUIDs, addresses and colors.

use core::net::Ipv4Addr;

use uuid::Uuid;

use super::{Field, NoReading, Order, Reading, WriteError, expected, first, ordered, plain};

const UUID_FORM: &str = "32 hexadecimal digits, as 67e55044-10b1-426f-9247-bb680e5fe0c8";

/// The UUID or GUID that `bytes` are.
pub(super) fn uuid(field: Field, bytes: &[u8]) -> Result<Reading, NoReading> {
    let bytes = first(Order::Little, bytes)?;
    let uuid = match field {
        Field::Guid => Uuid::from_bytes_le(bytes),
        _ => Uuid::from_bytes(bytes),
    };
    Ok(plain(uuid.hyphenated().to_string(), 16))
}

/// The bytes of a typed UUID or GUID, in braces or not.
pub(super) fn write_uuid(field: Field, typed: &str) -> Result<Vec<u8>, WriteError> {
    let uuid = Uuid::try_parse(typed.trim()).map_err(|_| expected(uuid_fault(typed), UUID_FORM))?;
    Ok(match field {
        Field::Guid => uuid.to_bytes_le().to_vec(),
        _ => uuid.into_bytes().to_vec(),
    })
}

/// Where the first character stands that is none of a UUID; the end where one is missing.
fn uuid_fault(typed: &str) -> usize {
    let trimmed = typed.trim();
    let digits = trimmed.strip_prefix("urn:uuid:").unwrap_or(trimmed);
    let digits = digits.strip_prefix('{').unwrap_or(digits);
    let before = typed.trim_end().chars().count() - digits.chars().count();
    let has_hyphens = digits.contains('-');
    let len = if has_hyphens { 36 } else { 32 };
    let is_fine = |(at, c): (usize, char)| match at {
        8 | 13 | 18 | 23 if has_hyphens => c == '-',
        _ => at < len && c.is_ascii_hexdigit(),
    };
    let fault = digits.chars().enumerate().position(|it| !is_fine(it));
    before + fault.unwrap_or(digits.chars().count())
}

/// The address that `bytes` are.
pub(super) fn ipv4(order: Order, bytes: &[u8]) -> Result<Reading, NoReading> {
    let address = Ipv4Addr::from(u32::from_le_bytes(first(order, bytes)?));
    Ok(plain(address.to_string(), 4))
}

/// The bytes of a typed address.
pub(super) fn write_ipv4(order: Order, typed: &str) -> Result<Vec<u8>, WriteError> {
    let address: Ipv4Addr = typed.trim().parse().map_err(|_| {
        expected(
            address_fault(typed),
            "four numbers from 0 to 255, as 192.0.2.1",
        )
    })?;
    Ok(ordered(order, u32::from(address).to_le_bytes()))
}

/// Where the first part begins that is none of four numbers; the end where one is missing.
fn address_fault(typed: &str) -> usize {
    let end = typed.trim_end().chars().count();
    let mut at = typed.chars().take_while(|c| c.is_whitespace()).count();
    for (index, part) in typed.trim().split('.').enumerate() {
        let odd = part.chars().position(|c| !c.is_ascii_digit());
        let has_zero = part.len() > 1 && part.starts_with('0');
        if index == 4 {
            return at - 1; // the dot before it
        }
        if let Some(odd) = odd {
            return at + odd;
        }
        if has_zero || part.parse::<u8>().is_err() {
            return at;
        }
        at += part.chars().count() + 1;
    }
    end
}

/// The color that `bytes` are.
pub(super) fn color(order: Order, bytes: &[u8]) -> Result<Reading, NoReading> {
    let [blue, green, red] = first(order, bytes)?;
    Ok(plain(format!("#{red:02x}{green:02x}{blue:02x}"), 3))
}

/// The bytes of a typed color.
pub(super) fn write_color(order: Order, typed: &str) -> Result<Vec<u8>, WriteError> {
    const FORM: &str = "six hexadecimal digits, as #1e90ff";
    let start = typed.chars().take_while(|c| c.is_whitespace()).count();
    let trimmed = typed.trim();
    let digits = trimmed.strip_prefix('#').unwrap_or(trimmed);
    let before = start + trimmed.chars().count() - digits.chars().count();
    if let Some(odd) = digits.chars().position(|c| !c.is_ascii_hexdigit()) {
        return Err(expected(before + odd, FORM));
    }
    let value = u32::from_str_radix(digits, 16)
        .ok()
        .filter(|_| digits.len() == 6);
    let value = value.ok_or_else(|| expected(before + digits.len().min(6), FORM))?;
    let [blue, green, red, _] = value.to_le_bytes();
    Ok(ordered(order, [blue, green, red]))
}
