//! Breaks statements of Rust that are too long for a line, as rustfmt breaks them.
//!
//! It knows the shapes that programs have: calls, macros, `unsafe` blocks and operators. It must not know what they are
//! about.

/// The longest line, which rustfmt.toml of the programs has too.
const MOST: usize = 120;

/// Operators, those that bind least first.
const OPERATORS: [&[&str]; 4] = [
    &["||"],
    &["&&"],
    &["==", "!=", "<=", ">=", "<", ">"],
    &["+", "-"],
];

/// A statement in lines, each with its indentation: as it is where it fits, or where nothing can be done.
pub(super) fn laid_out(statement: &str, indent: usize) -> Vec<String> {
    let indented = |text: &str| format!("{}{text}", " ".repeat(indent));
    broken(statement, indent, "").unwrap_or_else(|| vec![indented(statement)])
}

/// The lines of an expression or a statement with what stands behind it; `None` where some part has no room.
fn broken(text: &str, indent: usize, behind: &str) -> Option<Vec<String>> {
    let line = format!("{}{text}{behind}", " ".repeat(indent));
    if line.chars().count() <= MOST {
        return Some(vec![line]);
    }
    let (inner, end) = match text.strip_suffix(';') {
        Some(inner) => (inner, format!(";{behind}")),
        None => (text, behind.to_owned()),
    };
    assignment(inner, indent, &end)
        .or_else(|| operators(inner, indent, "", &end))
        .or_else(|| block(inner, indent, &end))
        .or_else(|| arguments(inner, indent, &end))
}

/// A value on the next line, where it fits there.
fn assignment(text: &str, indent: usize, behind: &str) -> Option<Vec<String>> {
    let (name, value) = text.split_once(" = ").filter(|(name, _)| is_name(name))?;
    let space = " ".repeat(indent);
    let line = format!("{space}    {value}{behind}");
    (line.chars().count() <= MOST).then(|| vec![format!("{space}{name} ="), line])
}

/// Whether it is the variable of an assignment.
fn is_name(text: &str) -> bool {
    let name = text.strip_prefix("let ").unwrap_or(text);
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Each operand of what binds least on a line of its own, the first one behind `before`.
fn operators(text: &str, indent: usize, before: &str, behind: &str) -> Option<Vec<String>> {
    if text
        .split_once(" = ")
        .is_some_and(|(name, _)| is_name(name))
    {
        return None;
    }
    let operators = OPERATORS.iter().find(|all| !places(text, all).is_empty())?;
    let found = places(text, operators);
    let ends = found.iter().map(|(at, _)| *at).chain([text.len()]);
    let signs = std::iter::once("").chain(found.iter().map(|(_, sign)| *sign));
    let mut lines = Vec::new();
    let mut start = 0;
    for (end, sign) in ends.zip(signs) {
        let operand = text.get(start..end)?.trim();
        let operand = operand.strip_prefix(sign).unwrap_or(operand).trim_start();
        let behind = if end == text.len() { behind } else { "" };
        lines.extend(match sign {
            "" => operand_in(operand, indent, before, behind)?,
            sign => operand_in(operand, indent + 4, &format!("{sign} "), behind)?,
        });
        start = end;
    }
    Some(lines)
}

/// An operand behind its operator; one in parentheses may be broken within them.
fn operand_in(text: &str, indent: usize, before: &str, behind: &str) -> Option<Vec<String>> {
    let line = format!("{}{before}{text}{behind}", " ".repeat(indent));
    if line.chars().count() <= MOST {
        return Some(vec![line]);
    }
    let is_whole = text.starts_with('(') && {
        let mut outside = 0;
        each_outside(text, |_| outside += 1);
        outside == 0
    };
    if is_whole {
        let inner = text.strip_prefix('(')?.strip_suffix(')')?;
        return operators(inner, indent, &format!("{before}("), &format!("){behind}"));
    }
    operators(text, indent, before, behind)
}

/// The places of operators outside of brackets, with the operators.
fn places<'a>(text: &str, operators: &[&'a str]) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    each_outside(text, |at| {
        let rest = text.get(at..).unwrap_or_default();
        let is_it = |sign: &&&str| {
            let after = rest
                .strip_prefix(' ')
                .and_then(|rest| rest.strip_prefix(**sign));
            after.is_some_and(|rest| rest.starts_with(' '))
        };
        if let Some(sign) = operators.iter().find(is_it) {
            found.push((at, *sign));
        }
    });
    found
}

/// Calls `take` for each byte outside of brackets and texts.
fn each_outside(text: &str, mut take: impl FnMut(usize)) {
    let mut depth = 0_usize;
    let mut rest = text.char_indices();
    while let Some((at, c)) = rest.next() {
        match c {
            '"' => skip_text(&mut rest),
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => take(at),
            _ => {}
        }
    }
}

fn skip_text(rest: &mut std::str::CharIndices<'_>) {
    while let Some((_, c)) = rest.next() {
        match c {
            '\\' => drop(rest.next()),
            '"' => return,
            _ => {}
        }
    }
}

/// An `unsafe` block: its braces on lines of their own.
fn block(text: &str, indent: usize, behind: &str) -> Option<Vec<String>> {
    const OPEN: &str = "unsafe { ";
    let start = text.find(OPEN)? + OPEN.len();
    let end = text.rfind(" }")?;
    let (before, inner, after) = (
        text.get(..start)?,
        text.get(start..end)?,
        text.get(end + 2..)?,
    );
    let space = " ".repeat(indent);
    let mut lines = vec![format!("{space}{}", before.trim_end())];
    lines.extend(broken(inner, indent + 4, "")?);
    lines.push(format!("{space}}}{after}{behind}"));
    Some(lines)
}

/// The arguments of a call or a macro, each on lines of its own.
fn arguments(text: &str, indent: usize, behind: &str) -> Option<Vec<String>> {
    let inner_end = text.strip_suffix(')')?.len();
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '!';
    // The bracket that the last one closes.
    let mut open = None;
    let mut outside = Vec::new();
    each_outside(text, |at| outside.push(at));
    if let Some(last) = outside.last() {
        open = text
            .get(*last..)
            .and_then(|rest| rest.find('('))
            .map(|at| last + at);
    }
    let open = open?;
    let (head, inner) = (text.get(..=open)?, text.get(open + 1..inner_end)?);
    if !head.strip_suffix('(')?.ends_with(is_part) {
        return None;
    }
    let is_macro = head.ends_with("!(");
    let space = " ".repeat(indent);
    let mut lines = vec![format!("{space}{head}")];
    let mut start = 0;
    let mut commas = Vec::new();
    each_outside(inner, |at| {
        if inner.get(at..).is_some_and(|rest| rest.starts_with(", ")) {
            commas.push(at);
        }
    });
    commas.push(inner.len());
    for end in commas {
        let argument = inner.get(start..end)?.trim_start_matches(',').trim();
        let is_last = end == inner.len();
        let comma = if is_last && is_macro { "" } else { "," };
        lines.extend(broken(argument, indent + 4, comma)?);
        start = end;
    }
    lines.push(format!("{space}){behind}"));
    Some(lines)
}
