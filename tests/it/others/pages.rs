//! All pages of what is asked about, each for itself.

use super::*;
use crate::machine::Mounted;
use crate::skip::skip;

#[test]
fn each_page_is_told_for_itself_and_none_is_brought_in() {
    // No more than everybody may lock in memory.
    let (_dir, path) = file(16);
    let bytes = fs::read(&path).unwrap();
    let watched = Watched::new(&path, 0);
    let (first, touched, copied, last) = (2, 3, 9, 12);
    let span = Span::new((first * PAGE + 5) as u64, (last * PAGE + 5) as u64).unwrap();
    let mut program = Program::start();
    program.map(&path, "private");
    program.ask(&json!(["read", 0, touched * PAGE]));
    program.ask(&json!(["store", 0, copied * PAGE + 1, 0x5a]));
    // What comes along with a page that is touched is for the kernel to choose: those around it, or, where somebody held
    // them just then, all of a large folio. And it takes pages back when it likes.
    let gone = touched + 2;
    program.ask(&json!(["drop", 0, gone * PAGE, (copied - gone) * PAGE]));
    program.ask(&json!(["keep", 0]));
    let before = program.ask(&json!(["present", 0]));
    // Not sooner: what is told of these pages is how they are now.
    watched.watch_span(span);
    let pid = program.pid;
    let others = watched.until("its copy is told", |others| {
        let pages = of(others, pid).map(|it| &it.mappings[0].pages);
        pages.is_some_and(|pages| {
            let mut facts = pages.iter().filter_map(|page| page.fact.ok());
            facts.any(|fact| fact.state == PageState::PrivateCopy)
        })
    });
    let mapping = &of(&others, pid).unwrap().mappings[0];
    assert_eq!(mapping.pages.len(), last - first + 1);
    let (mut at, mut states) = (span.start(), Vec::new());
    for (page, number) in mapping.pages.iter().zip(first..) {
        assert_eq!(page.span.start(), at);
        at = page.span.end();
        let entry = program.ask(&json!(["entries", number * PAGE]))[0].take();
        let expected = match (entry[0].as_u64(), entry[1].as_u64()) {
            (Some(0), _) => PageState::NotPresent,
            (_, Some(1)) => PageState::FilePage,
            _ => PageState::PrivateCopy,
        };
        let fact = page.fact.unwrap();
        assert_eq!(fact.state, expected, "page {number}");
        states.push(expected);
        let own = usize::try_from(page.span.start()).unwrap();
        let mut expected = bytes[own..usize::try_from(page.span.end()).unwrap()].to_vec();
        if number == copied {
            expected[1] = 0x5a;
        }
        let expected = match fact.state {
            PageState::NotPresent => SeenBytes::NotPresent,
            _ => SeenBytes::Bytes(expected),
        };
        assert_eq!(page.seen, expected, "page {number}");
    }
    assert_eq!(at, span.end());
    assert!(states.contains(&PageState::NotPresent) && states.contains(&PageState::FilePage));
    // Further looks, each of other bytes, bring nothing in.
    for more in 1..20 {
        let span = Span::new(span.start() + more, span.end() - more).unwrap();
        watched.watch_span(span);
        watched.next();
    }
    assert_eq!(program.ask(&json!(["present", 0])), before);
}

#[test]
fn a_mapping_of_a_later_part_is_a_row_with_that_part() {
    let (_dir, path) = file(8);
    let watched = Watched::new(&path, 0);
    let span = Span::new(10, 3 * PAGE as u64).unwrap();
    watched.watch_span(span);
    let mut program = Program::start();
    program.ask(&json!(["map_part", text(&path), 2 * PAGE, PAGE]));
    program.ask(&json!(["read", 0, 0]));
    let pid = program.pid;
    let others = watched.until("it is read", |others| {
        of(others, pid).is_some_and(|it| byte(&it.mappings[0]) == Some(0))
    });
    let pages = &of(&others, pid).unwrap().mappings[0].pages;
    let spans: Vec<Span> = pages.iter().map(|page| page.span).collect();
    assert_eq!(spans, [Span::at(2 * PAGE as u64, PAGE as u64).unwrap()]);
    // It has none of the bytes before.
    watched.watch_span(Span::new(0, 2 * PAGE as u64).unwrap());
    watched.without(pid);
}

/// A huge page gives one answer for all its pages, whoever has which of them: that is no answer.
#[test]
fn who_else_has_a_page_of_a_huge_one_is_not_known() {
    const BYTES: u64 = 8 << 20;
    let mount = || {
        let mounted = Mounted::tmpfs(2 * BYTES)?;
        let args = ["-o", "remount,huge=always"].map(std::ffi::OsStr::new);
        let args = [&args[..], &[mounted.path().as_os_str()]].concat();
        crate::machine::run("mount", &args)?;
        Ok(mounted)
    };
    if !is_root() {
        return; // root does it
    }
    let Some(mounted) = Mounted::or_skip("who_else_has_a_page_of_a_huge_one", mount) else {
        return;
    };
    let path = mounted.path().join("bytes.bin");
    fs::write(&path, vec![b'x'; usize::try_from(BYTES).unwrap()]).unwrap();
    let at = BYTES / 2;
    let watched = Watched::new(&path, at);
    let mut program = Program::start();
    program.map(&path, "shared");
    for page in (0..BYTES).step_by(PAGE) {
        program.ask(&json!(["read", 0, page]));
    }
    if program.ask(&json!(["huge"])) == 0 {
        skip("the kernel maps no huge pages of tmpfs");
        return;
    }
    let pid = program.pid;
    let others = watched.until("it is read", |others| {
        of(others, pid).is_some_and(|it| byte(&it.mappings[0]) == Some(b'x'))
    });
    let told = fact(&of(&others, pid).unwrap().mappings[0]);
    assert_eq!(told.state, PageState::FilePage);
    assert_eq!(told.is_exclusive, None, "nobody can know that");
    assert!(
        told.frame.is_some(),
        "root is told the frame of the page itself"
    );
}
