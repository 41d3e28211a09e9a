//! Random expressions: a tree is evaluated as it is, and its text by the parser.

use mapscope::bytes::lookup::{Context, Lookup, LookupErrorKind, parse};
use mapscope::bytes::span::Span;
use proptest::prelude::*;

use super::span;

#[derive(Clone, Copy, Debug)]
enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

#[derive(Clone, Debug)]
enum Tree {
    /// A value and the form in which it is written.
    Number(u64, u8),
    Page(u16),
    Cursor,
    Length,
    Negative(Box<Tree>),
    Binary(Op, Box<Tree>, Box<Tree>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Zero,
    Over,
}

fn tree() -> impl Strategy<Value = Tree> {
    let value = prop_oneof![4 => 0..100_u64, 2 => 0..100_000_u64, 1 => any::<u64>(), 1 => (0..100_u64).prop_map(|n| n * 1024), 1 => (0..100_u64).prop_map(|n| n * 1000)];
    let leaf = prop_oneof![
        6 => (value, any::<u8>()).prop_map(|(value, form)| Tree::Number(value, form)),
        1 => any::<u16>().prop_map(Tree::Page),
        1 => Just(Tree::Cursor),
        1 => Just(Tree::Length),
    ];
    let op = prop_oneof![4 => Just(Op::Add), 3 => Just(Op::Sub), 3 => Just(Op::Mul), 2 => Just(Op::Div), 2 => Just(Op::Rem)];
    leaf.prop_recursive(6, 40, 2, move |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|tree| Tree::Negative(Box::new(tree))),
            6 => (op.clone(), inner.clone(), inner).prop_map(|(op, a, b)| Tree::Binary(op, Box::new(a), Box::new(b))),
        ]
    })
}

fn evaluate(tree: &Tree, context: &Context) -> Result<i128, Fault> {
    match tree {
        Tree::Number(value, _) => Ok(i128::from(*value)),
        Tree::Page(page) => Ok(i128::from(*page) * i128::from(context.page_bytes)),
        Tree::Cursor => Ok(i128::from(context.cursor)),
        Tree::Length => Ok(i128::from(context.extent.end())),
        Tree::Negative(inner) => evaluate(inner, context)?.checked_neg().ok_or(Fault::Over),
        Tree::Binary(op, a, b) => {
            let (a, b) = (evaluate(a, context)?, evaluate(b, context)?);
            match op {
                Op::Div | Op::Rem if b == 0 => Err(Fault::Zero),
                Op::Add => a.checked_add(b).ok_or(Fault::Over),
                Op::Sub => a.checked_sub(b).ok_or(Fault::Over),
                Op::Mul => a.checked_mul(b).ok_or(Fault::Over),
                Op::Div => a.checked_div(b).ok_or(Fault::Over),
                Op::Rem => a.checked_rem(b).ok_or(Fault::Over),
            }
        }
    }
}

/// Takes its decisions from a list of random bytes, over and over.
struct Writer<'a> {
    text: String,
    column_digits: usize,
    extent: Span,
    noise: std::iter::Cycle<std::slice::Iter<'a, u8>>,
}

impl<'a> Writer<'a> {
    fn new(noise: &'a [u8], context: &Context) -> Self {
        Self {
            text: String::new(),
            column_digits: context.column_digits,
            extent: context.extent,
            noise: noise.iter().cycle(),
        }
    }

    fn chance(&mut self, in_256: u8) -> bool {
        self.noise.next().is_some_and(|&noise| noise < in_256)
    }

    fn token(&mut self, token: &str) {
        if self.chance(60) {
            self.text.push(' ');
        }
        self.text.push_str(token);
        if self.chance(30) {
            self.text.push_str("  ");
        }
    }

    /// Writes `tree` where an operator that binds at `outer` stands next to it: 0 none, 1 a sum, 2 a product, 3 a
    /// sign. Parentheses only where the tree would else be read in another way, and now and then for nothing.
    fn tree(&mut self, tree: &Tree, outer: u8) {
        let inner = match tree {
            Tree::Binary(Op::Add | Op::Sub, ..) => 1,
            Tree::Binary(..) => 2,
            _ => 3,
        };
        let in_parentheses = inner < outer || self.chance(25);
        if in_parentheses {
            self.token("(");
        }
        match tree {
            Tree::Number(value, form) => self.number(*value, *form),
            Tree::Page(page) => self.token(&format!("p{page}")),
            Tree::Cursor => self.token("."),
            Tree::Length => self.token("$"),
            Tree::Negative(inner) => {
                self.token("-");
                self.tree(inner, 3);
            }
            Tree::Binary(op, a, b) => {
                self.tree(a, inner);
                self.token(match op {
                    Op::Add => "+",
                    Op::Sub => "-",
                    Op::Mul => "*",
                    Op::Div => "/",
                    Op::Rem => "%",
                });
                // From left to right: the right side needs parentheses at the same strength.
                self.tree(b, inner + 1);
            }
        }
        if in_parentheses {
            self.token(")");
        }
    }

    fn number(&mut self, value: u64, form: u8) {
        let unit = [
            ("Ti", 1 << 40),
            ("T", 1_000_000_000_000),
            ("Gi", 1 << 30),
            ("G", 1_000_000_000),
            ("Mi", 1 << 20),
            ("M", 1_000_000),
            ("Ki", 1 << 10),
            ("ki", 1 << 10),
            ("K", 1000),
            ("k", 1000),
        ]
        .into_iter()
        .filter(|(_, factor)| value.is_multiple_of(*factor))
        .nth(usize::from(self.chance(128)));
        let width = self.column_digits;
        let mut text = match (form % 10, unit) {
            (0, _) => format!("{value:#x}"),
            (1, _) => format!("0{value:x}h"),
            (2, _) => format!("{value:#o}"),
            (3, _) => format!("{value:#b}"),
            (4, _) => format!("00{value}"),
            (5, Some((unit, factor))) => {
                let byte = if self.chance(128) { "B" } else { "" };
                format!("{}{unit}{byte}", value / factor)
            }
            (6, _) => value.to_string().chars().flat_map(|c| [c, '_']).collect(),
            (7, _) => with_commas(value),
            (8, _) if format!("{value:0width$x}").len() == width => format!("{value:0width$x}"),
            _ => value.to_string(),
        };
        // What just happens to look like the offset column would be read as it.
        let in_column = form % 10 == 8;
        let all_digits = text.chars().all(|c| c.is_ascii_hexdigit());
        if !in_column && all_digits && text.len() == width && text.starts_with('0') {
            text = match form % 10 {
                3 => text.replacen("0b", "0b0", 1),
                4 => format!("0{text}"),
                _ => text,
            };
        }
        // And what the column does not pad looks like any decimal number, and what it shows nowhere like a binary one.
        let is_binary = is_binary(&text) && !self.extent.contains(value);
        if in_column && (!text.starts_with('0') || is_binary) {
            text = value.to_string();
        }
        self.token(&text);
    }
}

fn is_binary(text: &str) -> bool {
    text.strip_prefix("0b")
        .is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| "01".contains(c)))
}

/// From the right, three by three.
fn with_commas(value: u64) -> String {
    let mut groups = Vec::new();
    let mut rest = value.to_string();
    while rest.len() > 3 {
        groups.push(rest.split_off(rest.len() - 3));
    }
    groups.push(rest);
    groups.reverse();
    groups.join(",")
}

/// What the value of an index comes to, in the words of the specification.
fn expected_index(
    value: Result<i128, Fault>,
    context: &Context,
) -> Result<Lookup, LookupErrorKind> {
    let value = match value {
        Err(Fault::Zero) => return Err(LookupErrorKind::DivisionByZero),
        Err(Fault::Over) => return Err(LookupErrorKind::Over64Bits),
        Ok(value) if value > i128::from(u64::MAX) => return Err(LookupErrorKind::Over64Bits),
        Ok(value) => value,
    };
    let (first, end) = (context.extent.start(), context.extent.end());
    if first == end {
        return Err(LookupErrorKind::EmptyMapping);
    }
    match u64::try_from(value) {
        Ok(index) if first <= index && index < end.min(context.file_len) => {
            Ok(Lookup::Index(index))
        }
        Ok(index) if index >= end => Err(LookupErrorKind::PastEnd { last: end - 1 }),
        Ok(index) if index >= first => Err(LookupErrorKind::PastFileEnd {
            file_len: context.file_len,
        }),
        _ => Err(LookupErrorKind::BeforeStart { first }),
    }
}

fn any_context() -> impl Strategy<Value = Context> {
    let extent = prop_oneof![
        3 => Just(span(0, u64::MAX)),
        2 => (0..200_u64, 0..200_u64).prop_map(|(a, b)| span(a.min(b), a.max(b))),
        1 => any::<(u64, u64)>().prop_map(|(a, b)| span(a.min(b), a.max(b))),
    ];
    let file_len = prop_oneof![2 => Just(u64::MAX), 1 => 0..200_u64, 1 => any::<u64>()];
    let cursor = prop_oneof![0..200_u64, any::<u64>()];
    (
        extent,
        file_len,
        cursor,
        prop_oneof![Just(4096_u64), 1..64_u64],
        0..20_usize,
    )
        .prop_map(
            |(extent, file_len, cursor, page_bytes, column_digits)| Context {
                extent,
                file_len,
                cursor,
                page_bytes,
                column_digits,
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn expressions_agree_with_their_trees(tree in tree(), noise in prop::collection::vec(any::<u8>(), 1..40), context in any_context()) {
        let mut writer = Writer::new(&noise, &context);
        writer.tree(&tree, 0);
        let expected = expected_index(evaluate(&tree, &context), &context);
        prop_assert_eq!(parse(&writer.text, &context).map_err(|error| error.kind), expected, "{}", writer.text);
    }

    #[test]
    fn a_leading_plus_adds_to_the_cursor(tree in tree(), noise in prop::collection::vec(any::<u8>(), 1..40), context in any_context()) {
        let mut writer = Writer::new(&noise, &context);
        writer.token("+");
        writer.tree(&tree, 2);
        let sum = Tree::Binary(Op::Add, Box::new(Tree::Cursor), Box::new(tree));
        let expected = expected_index(evaluate(&sum, &context), &context);
        prop_assert_eq!(parse(&writer.text, &context).map_err(|error| error.kind), expected, "{}", writer.text);
    }
}

// Random ranges, small enough for the oracle to look at every byte.

#[derive(Clone, Copy, Debug)]
enum Form {
    HalfOpen,
    Inclusive,
    Length,
}

/// Byte by byte: the offsets as written, and whether every one of them is there.
fn expected_range(
    start: Option<i128>,
    end: Option<i128>,
    form: Form,
    context: &Context,
) -> Option<Span> {
    let first = start.unwrap_or(context.extent.start().into());
    let bytes: Vec<i128> = match (form, end) {
        (Form::HalfOpen, None) => (first..context.extent.end().into()).collect(),
        (Form::HalfOpen, Some(end)) => (first..end).collect(),
        (Form::Inclusive, end) => (first..=end?).collect(),
        (Form::Length, len) => (0..len?).map(|index| first + index).collect(),
    };
    let is_there = |&byte: &i128| {
        u64::try_from(byte)
            .is_ok_and(|byte| context.extent.contains(byte) && byte < context.file_len)
    };
    if bytes.is_empty() || !bytes.iter().all(is_there) {
        return None;
    }
    let start = u64::try_from(*bytes.first()?).ok()?;
    Span::at(start, bytes.len() as u64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn ranges_agree_with_their_bytes(
        start in prop::option::weighted(0.8, -5..50_i128),
        end in prop::option::weighted(0.8, -5..50_i128),
        form in prop_oneof![Just(Form::HalfOpen), Just(Form::Inclusive), Just(Form::Length)],
        ends in (0..45_u64, 0..45_u64),
        file_len in prop_oneof![2 => Just(100_u64), 1 => 0..45_u64],
        spaces in any::<(bool, bool)>(),
    ) {
        // What the grammar does not let out: the end of `..=`, both sides of `:+`.
        let end = if matches!(form, Form::HalfOpen) { end } else { end.or(Some(7)) };
        let start = if matches!(form, Form::Length) { start.or(Some(7)) } else { start };
        let context = Context { extent: span(ends.0.min(ends.1), ends.0.max(ends.1)), file_len, cursor: 0, page_bytes: 16, column_digits: 8 };
        let operator = match form {
            Form::HalfOpen => "..",
            Form::Inclusive => "..=",
            Form::Length => ":+",
        };
        let side = |value: Option<i128>| value.map_or(String::new(), |value| value.to_string());
        let space = |is_there| if is_there { " " } else { "" };
        let text = format!("{}{}{operator}{}{}", side(start), space(spaces.0), space(spaces.1), side(end));

        let got = parse(&text, &context);
        let expected = expected_range(start, end, form, &context).map(Lookup::Range);
        prop_assert_eq!(got.ok(), expected, "{}", text);
        let Err(error) = got else { return Ok(()) };
        let is_reversed = match (form, start, end) {
            (Form::Length, _, Some(len)) => len < 0,
            (_, Some(start), Some(end)) => end < start,
            _ => false,
        };
        let is_out = |offset: i128| offset < context.extent.start().into() || offset > context.extent.end().into();
        match error.kind {
            LookupErrorKind::EmptyMapping => prop_assert!(context.extent.is_empty()),
            LookupErrorKind::ReversedRange => prop_assert!(is_reversed),
            LookupErrorKind::EmptyRange => prop_assert!(!is_reversed),
            LookupErrorKind::BeforeStart { first } => {
                prop_assert_eq!(first, context.extent.start());
                prop_assert!(start.is_some_and(is_out) || end.is_some_and(is_out));
            }
            LookupErrorKind::PastEnd { last } => prop_assert_eq!(last + 1, context.extent.end()),
            LookupErrorKind::PastFileEnd { file_len } => prop_assert!(file_len < context.extent.end()),
            kind => prop_assert!(false, "{text}: {kind:?}"),
        }
        prop_assert!(!is_reversed || matches!(error.kind, LookupErrorKind::ReversedRange | LookupErrorKind::EmptyMapping));
    }

    #[test]
    fn any_text_is_answered(
        text in prop_oneof![
            1 => any::<String>(),
            3 => "[0-9a-fhxop_ ]{0,8}",
            6 => "[0-9hkKMGTiBx_p,. $+*/%():=-]{0,24}",
            3 => "[0-9]{1,2} ?(\\.\\.=?|:\\+) ?[0-9]{1,2}",
        ],
        context in any_context(),
    ) {
        match parse(&text, &context) {
            Ok(lookup) => {
                let span = lookup.span();
                prop_assert!(!span.is_empty());
                prop_assert_eq!(lookup.start(), span.start());
                prop_assert!(context.extent.contains_span(span));
                prop_assert!(span.end() <= context.file_len);
            }
            Err(error) => {
                prop_assert!(error.at <= text.chars().count());
                prop_assert_eq!(error.kind == LookupErrorKind::Empty, text.trim().is_empty());
            }
        }
    }
}
