//! The known names that are nearest to one that was typed.
//!
//! It must not know what they are names of.

/// The three of `known` that are nearest to `typed`: each is what is told of it, and a name that it has. What has several
/// names comes by the nearest of them.
pub(in crate::lab) fn nearest_of(
    typed: &str,
    known: impl IntoIterator<Item = (&'static str, &'static str)>,
) -> Vec<&'static str> {
    let mut known: Vec<_> = known.into_iter().collect();
    known.sort_by_cached_key(|(_, name)| Distance::of(typed, name));
    let mut nearest = Vec::new();
    for (told, _) in known {
        if !nearest.contains(&told) {
            nearest.push(told);
        }
    }
    nearest.truncate(3);
    nearest
}

/// How far a name is from what was typed, the nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Distance {
    /// So many slips of the fingers make the one of the other: few, for how long it is.
    Slips(usize),
    /// Pairs of neighboring letters that only one of them has, so that words count wherever they stand; then letters to
    /// change, for what is short.
    Pairs(usize, usize),
}

impl Distance {
    fn of(typed: &str, known: &str) -> Self {
        let [typed, known] = [typed, known].map(letters);
        // One wrong letter of three may be a slip; nothing is left of a single one.
        let slips = slips(&typed, &known);
        if slips <= typed.len() / 3 {
            return Self::Slips(slips);
        }
        Self::Pairs(pairs_apart(&typed, &known), slips)
    }
}

fn letters(text: &str) -> Vec<char> {
    let letters = text.chars().flat_map(char::to_lowercase);
    letters.take(200).collect()
}

fn pairs_apart(typed: &[char], known: &[char]) -> usize {
    let mut left: Vec<&[char]> = known.windows(2).collect();
    let mut apart = 0;
    for pair in typed.windows(2) {
        match left.iter().position(|other| *other == pair) {
            Some(at) => drop(left.swap_remove(at)),
            None => apart += 1,
        }
    }
    2 * apart + left.len()
}

/// How many letters have to be put in, left out or changed, or two neighbors swapped, to make one of the other.
fn slips(from: &[char], to: &[char]) -> usize {
    // Of the letters so far, for each length of `to`: in the row before the last, and in the last.
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    for (row, letter) in from.iter().enumerate() {
        let mut now = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let changed = last[column] + usize::from(letter != other);
            let mut fewest = changed.min(last[column + 1] + 1).min(now[column] + 1);
            let is_swapped = row > 0 && column > 0 && from[row - 1] == *other;
            if is_swapped && to[column - 1] == *letter {
                fewest = fewest.min(before[column - 1] + 1);
            }
            now.push(fewest);
        }
        before = std::mem::replace(&mut last, now);
    }
    last.last().copied().unwrap_or_default()
}
