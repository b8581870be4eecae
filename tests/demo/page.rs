//! The README as steps: a block of commands, in which terminal, and what it shows.

/// Which of the two terminals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    A,
    B,
    Both,
}

/// A block of commands.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) who: Who,
    pub(crate) commands: String,
    /// The block of output under it, if there is one.
    pub(crate) shows: Option<String>,
}

/// The steps of the section that begins with that heading.
///
/// Each block of commands follows a line that says in bold whose terminal it is; a block of text
/// after it is what it prints.
pub(crate) fn steps(page: &str, heading: &str) -> Vec<Step> {
    let from = page.find(heading).unwrap_or_else(|| panic!("the README has no {heading:?}"));
    let section = &page[from + heading.len()..];
    let section = &section[..section.find("\n## ").unwrap_or(section.len())];
    let mut steps: Vec<Step> = Vec::new();
    let mut who = None;
    let mut block: Option<(&str, String)> = None;
    for line in section.lines() {
        match (&mut block, line.strip_prefix("```")) {
            (None, Some(language)) => block = Some((language, String::new())),
            (Some(_), Some(_)) => match block.take().expect("it is open") {
                ("bash", commands) => {
                    let who = who.take().unwrap_or_else(|| panic!("whose terminal is this?\n{commands}"));
                    steps.push(Step { who, commands, shows: None });
                }
                (_, text) => {
                    let step = steps.last_mut().expect("output follows commands");
                    step.shows = Some(text);
                }
            },
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => who = named(line).or(who),
        }
    }
    steps
}

fn named(line: &str) -> Option<Who> {
    match (line.contains("**甲 A**"), line.contains("**乙 B**")) {
        (true, true) => Some(Who::Both),
        (true, false) => Some(Who::A),
        (false, true) => Some(Who::B),
        (false, false) => None,
    }
}
