//! The keys that lead from row to row: arrows, the first and the last, and a row's number.
//!
//! It must not know what stands in a row, nor what can be done with it.

use egui::{Event, EventFilter, Id, Key, Modifiers, Ui};

/// Digits that come within so many seconds are one number.
const ONE_NUMBER: f64 = 1.0;

/// The number that is being typed.
#[derive(Clone, Copy, Default)]
struct Typed {
    number: usize,
    at: f64,
}

/// Where the keys of this frame lead from the focused row at `index`; the id under which a number is kept is `table`.
pub(super) fn next_row(ui: &Ui, table: Id, ids: &[Id], index: usize) -> usize {
    let filter = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    if let Some(id) = ids.get(index) {
        ui.memory_mut(|memory| memory.set_focus_lock_filter(*id, filter));
    }
    let last = ids.len().saturating_sub(1);
    let mut to = index;
    for digit in take_digits(ui) {
        to = by_digit(ui, table, digit, ids.len()).unwrap_or(to);
    }
    ui.input_mut(|input| {
        let mut count = |key| input.count_and_consume_key(Modifiers::NONE, key);
        if count(Key::Home) > 0 {
            to = 0;
        }
        if count(Key::End) > 0 {
            to = last;
        }
        to = (to + count(Key::ArrowDown)).saturating_sub(count(Key::ArrowUp));
    });
    to.min(last)
}

/// Takes the digits that were typed: the row that they lead to must not take them too.
fn take_digits(ui: &Ui) -> Vec<usize> {
    let mut digits = Vec::new();
    ui.input_mut(|input| {
        input.events.retain(|event| {
            let Event::Text(text) = event else {
                return true;
            };
            let typed = text.chars().filter_map(|it| it.to_digit(10));
            digits.extend(typed.filter_map(|digit| usize::try_from(digit).ok()));
            false
        });
    });
    digits
}

/// The row that is typed once this digit is; `None` where there is none of that number.
fn by_digit(ui: &Ui, table: Id, digit: usize, n_rows: usize) -> Option<usize> {
    let now = ui.input(|input| input.time);
    let id = table.with("typed");
    let before = ui.data(|data| data.get_temp::<Typed>(id));
    let before = before.filter(|typed| now - typed.at <= ONE_NUMBER);
    let longer = before.map_or(0, |typed| typed.number * 10) + digit;
    let number = if longer <= n_rows { longer } else { digit };
    ui.data_mut(|data| data.insert_temp(id, Typed { number, at: now }));
    number.checked_sub(1).filter(|row| *row < n_rows)
}
