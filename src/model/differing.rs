//! Where two views of a file show different bytes, as far as both have bytes to show. It compares what was looked at anyhow
//! and asks for nothing.

use crate::bytes::Span;

use super::window::Window;

/// The offsets in `span` where both windows have a byte and not the same one, in order.
pub fn differing<'a>(
    one: &'a Window,
    other: &'a Window,
    span: Span,
) -> impl Iterator<Item = u64> + 'a {
    let both = one.span().intersect(other.span());
    let both = both.and_then(|both| both.intersect(span));
    let parts = both.and_then(|both| Some((both, one.slice(both)?, other.slice(both)?)));
    let same = parts.is_some_and(|(_, one, other)| one.1 == other.1); // the commonest, and quick
    parts.filter(|_| !same).into_iter().flat_map(
        |(both, (_, one, one_cells), (_, other, other_cells))| {
            let bytes = one.iter().zip(other);
            let cells = one_cells.iter().zip(other_cells);
            let offsets = both.start()..both.end();
            offsets
                .zip(bytes.zip(cells))
                .filter(|(_, ((one, other), (one_cell, other_cell)))| {
                    one != other && one_cell.is_byte() && other_cell.is_byte()
                })
                .map(|(offset, _)| offset)
        },
    )
}

/// The byte that `other` shows at `offset`, where `one` shows another one.
#[must_use]
pub fn other_byte(one: &Window, other: &Window, offset: u64) -> Option<u8> {
    let (one, other) = (one.byte(offset)?, other.byte(offset)?);
    (one != other).then_some(other)
}
