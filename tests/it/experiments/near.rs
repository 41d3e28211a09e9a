//! What is offered for a name that is none: first of all what it would be without a slip of the fingers.

use mapscope::lab::catalogue;
use mapscope::lab::glossary::{self, TERMS};
use mapscope::lab::runner;

use super::{Lab, text};

/// A name with one slip in it, of each kind at these places: a letter left out, doubled, wrong, and swapped with the next.
fn slips(name: &str, places: impl IntoIterator<Item = usize>) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut slips = Vec::new();
    for at in places {
        let with = |change: &dyn Fn(&mut Vec<char>)| {
            let mut letters = letters.clone();
            change(&mut letters);
            letters.into_iter().collect::<String>()
        };
        slips.push(with(&|letters| _ = letters.remove(at)));
        slips.push(with(&|letters| letters.insert(at, letters[at])));
        slips.push(with(&|letters| letters[at] = 'x'));
        if at + 1 < letters.len() {
            slips.push(with(&|letters| letters.swap(at, at + 1)));
        }
    }
    slips
}

#[test]
fn a_word_with_a_slip_in_it_offers_that_word_first() {
    for term in TERMS.iter().filter(|term| term.word.len() > 3) {
        for typed in slips(term.word, 0..term.word.len()) {
            if glossary::look_up(&typed).is_none() {
                assert_eq!(glossary::nearest(&typed)[0], term.word, "of {typed}");
            }
        }
    }
    let output = Lab::new(&["--glossary", "mmp"]).output();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("; the nearest are mapping, "), "{said}");
}

#[test]
fn an_experiment_with_a_slip_in_it_offers_that_experiment_first() {
    let names: Vec<&str> = catalogue::all().map(|it| it.claim.name).collect();
    for name in &names {
        for typed in slips(name, [0, name.len() / 2, name.len() - 1]) {
            if let Err(said) = runner::choose(std::slice::from_ref(&typed)) {
                let (_, nearest) = said.split_once("the nearest are ").unwrap();
                let first = nearest.split([',', ';']).next();
                assert_eq!(first, Some(*name), "of {typed}");
            }
        }
    }
}
