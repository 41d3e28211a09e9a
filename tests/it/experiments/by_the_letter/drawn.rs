//! The pictures of a report: which files, pages and processes stand in them, and that all of it can be read.

use mapscope::bytes::forms::Form;

use super::*;

fn page(record: RunRecord) -> String {
    Given::default().written(&[record], PaperForm::Html)
}

fn pictures(page: &str) -> Vec<&str> {
    let all = page.split("<svg ").skip(1);
    all.map(|it| it.split("</svg>").next().unwrap()).collect()
}

/// Two files of one name, as after a rename, are two where it is known which they are.
#[test]
fn a_picture_joins_those_that_map_one_file() {
    let f = shared("f", page_bytes());
    let n_files = |left, right| {
        let cards = vec![
            card("A", &f, left, &[FilePage]),
            card("B", &f, right, &[FilePage]),
        ];
        let page = page(record(ONE, Verdict::AsPredicted, Vec::new(), cards));
        let pictures = pictures(&page);
        assert_eq!(pictures.len(), 1);
        assert_eq!(pictures[0].matches("<line ").count(), 2);
        pictures[0]
            .matches(">the pages that are mapped</text>")
            .count()
    };
    assert_eq!(n_files(Some((1, 2)), Some((1, 2))), 1);
    assert_eq!(n_files(None, None), 1);
    assert_eq!(n_files(Some((1, 2)), Some((1, 3))), 2);
}

/// The number of an attribute of an element.
fn attribute(element: &str, name: &str) -> f64 {
    let (_, rest) = element.split_once(&format!(" {name}=\"")).unwrap();
    rest.split('"').next().unwrap().parse().unwrap()
}

#[test]
fn how_a_process_ended_is_drawn_whole() {
    let longest = "killed by SIGSEGV (SEGV_ACCERR) at 0xffffffffffffffff";
    let f = shared("f", page_bytes());
    for words in ["killed by SIGABRT", longest] {
        let ended = PeerCard {
            ended: Some(words.to_owned()),
            ..card("B", &f, None, &[])
        };
        let cards = vec![card("A", &f, None, &[FilePage]), ended];
        let page = page(record(ONE, Verdict::AsPredicted, Vec::new(), cards));
        let picture = pictures(&page)[0];
        let text = picture
            .split('<')
            .find(|it| it.starts_with("text class=\"e\""))
            .unwrap();
        #[expect(clippy::cast_precision_loss, reason = "there are few letters")]
        let end = attribute(text, "x") + words.len() as f64 * 12.0 * 0.56;
        let width = attribute(&format!("svg {picture}"), "width");
        assert!(end < width, "{words} to {end} of {width}");
    }
}

/// A page of the file stands above that page of the file, also of a mapping that begins in the middle.
#[test]
fn pages_stand_above_their_page_of_the_file() {
    let whole = shared("f", 3 * page_bytes());
    let mut part = shared("f", page_bytes());
    part.offset = 2 * page_bytes();
    let cards = vec![
        card("A", &whole, None, &[FilePage, NotPresent, FilePage]),
        card("B", &part, None, &[FilePage]),
    ];
    let page = page(record(ONE, Verdict::AsPredicted, Vec::new(), cards));
    let picture = pictures(&page)[0];
    let boxes: Vec<f64> = picture
        .split('<')
        .filter(|it| it.starts_with("rect class=\"") && !it.contains("\"g\""))
        .map(|it| attribute(it, "x"))
        .collect();
    assert_eq!(boxes.len(), 3 + 1 + 3);
    assert!(picture.contains(">page 0<") && picture.contains(">page 2<"));
    let lines: Vec<f64> = picture
        .split('<')
        .filter(|it| it.starts_with("line "))
        .map(|it| attribute(it, "x1"))
        .collect();
    // The first box that begins less than a width of one before.
    let within = |at: f64| boxes.iter().position(|x| (*x..*x + 100.0).contains(&at));
    assert_eq!(within(boxes[3]), Some(2), "B's stands above A's third page");
    assert_eq!(within(boxes[6]), Some(2), "and so does the file's");
    assert_eq!(
        lines.iter().map(|it| within(*it)).collect::<Vec<_>>(),
        [Some(0), Some(2), Some(2)]
    );
}

#[test]
fn pictures_of_markdown_are_named_by_run_and_moment() {
    let f = shared("f", page_bytes());
    let other = "private-seen-by-nobody";
    let mut courses = Courses::default();
    let mut records = Vec::new();
    for (name, now, then) in [(ONE, NotPresent, FilePage), (other, FilePage, PrivateCopy)] {
        courses.hear(&Progress::Started(name.to_owned()));
        let begins = RunStep {
            doing: Doing::Start,
            ..step(1, Some("A"), "starts")
        };
        courses.hear(&Progress::Step(Box::new(begins.clone())));
        courses.hear(&Progress::Peers(vec![card("A", &f, None, &[now])]));
        // The first card belongs to the step after it.
        let begins = [
            begins,
            RunStep {
                doing: Doing::Start,
                ..step(2, Some("A"), "maps")
            },
        ];
        courses.hear(&Progress::Step(Box::new(begins[1].clone())));
        let end = vec![card("A", &f, None, &[then])];
        records.push(record(name, Verdict::AsPredicted, begins.to_vec(), end));
    }
    let given = Given {
        courses,
        ..Given::default()
    };
    let paper = given.written(&records, PaperForm::Markdown);
    for (name, when, words) in [
        (ONE, "start", ">not present yet<"),
        (ONE, "end", ">the file's page<"),
        (other, "start", ">the file's page<"),
        (other, "end", ">own copy of this page<"),
    ] {
        let place = format!("][{name}-{when}]");
        assert_eq!(paper.matches(&place).count(), 1, "{place} in {paper}");
        let link = format!("[{name}-{when}]: data:image/svg+xml;base64,");
        let data = paper
            .lines()
            .find_map(|line| line.strip_prefix(&link))
            .unwrap();
        let picture = String::from_utf8(Form::Base64.read(data).unwrap()).unwrap();
        assert!(picture.contains(words), "{words} in {picture}");
    }
}

/// Whoever cannot see a picture is told what stands in it, and it is that of when everything was set up, the children too.
#[test]
fn a_picture_is_told_in_words_and_begins_when_all_is_set_up() {
    let f = shared("f", page_bytes());
    let parent = card("A", &f, None, &[NotPresent]);
    let child = PeerCard {
        parent: Some("A".to_owned()),
        ..card("C", &f, None, &[NotPresent])
    };
    let forks = RunStep {
        doing: Doing::Fork {
            child: "C".to_owned(),
        },
        ..step(1, Some("A"), "forks C")
    };
    let mut courses = Courses::default();
    courses.hear(&Progress::Started(ONE.to_owned()));
    courses.hear(&Progress::Peers(vec![parent.clone(), child.clone()]));
    let looks = loads(2, "C", 0, b"a");
    for step in [&forks, &looks] {
        courses.hear(&Progress::Step(Box::new(step.clone())));
    }
    let dead = PeerCard {
        ended: Some("killed by SIGBUS".to_owned()),
        ..child
    };
    let given = Given {
        courses,
        ..Given::default()
    };
    let record = record(
        ONE,
        Verdict::AsPredicted,
        vec![forks, looks],
        vec![parent, dead],
    );
    let page = given.written(&[record], PaperForm::Html);
    let pictures = pictures(&page);
    assert_eq!(pictures.len(), 2, "{page}");
    assert!(pictures[0].contains(">C (pid 77), child of A</text>"));
    for (picture, title) in [
        (
            pictures[0],
            "at the start: A: what it holds; C: what it holds",
        ),
        (
            pictures[1],
            "at the end: A: what it holds; C: ended, killed by SIGBUS",
        ),
    ] {
        assert!(
            picture.contains(&format!("<title>{ONE} {title}</title>")),
            "{picture}"
        );
    }
}
