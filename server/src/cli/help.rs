//! Help and complaints about the command line: in Chinese first, with clap's own words after.

use std::process::exit;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory as _, FromArgMatches as _};

use super::Cli;

const TEMPLATE: &str =
    "{before-help}{about-with-newline}\n用法 {usage-heading} {usage}\n\n{all-args}{after-help}";

/// What the command line says; ends the process where it asks for help or is wrong.
pub(super) fn read() -> Cli {
    let mut command = in_both_languages(Cli::command());
    let read = command.clone().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    read.unwrap_or_else(|error| {
        let error = error.format(&mut command);
        if let Some(summary) = summary(error.kind()) {
            eprintln!("错误：{summary}；没有改动任何数据");
        }
        // Nobody may be there to read it.
        let _ = error.print();
        exit(error.exit_code())
    })
}

/// Puts Chinese headings before clap's own, all the way down.
fn in_both_languages(command: Command) -> Command {
    command
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令 Commands")
        .mut_args(|arg| {
            let heading = if arg.is_positional() { "参数 Arguments" } else { "选项 Options" };
            arg.help_heading(heading)
        })
        .mut_subcommands(in_both_languages)
}

/// What is wrong with the command line; nothing where somebody asked for help.
const fn summary(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
        | ErrorKind::DisplayVersion => return None,
        ErrorKind::UnknownArgument => "没有这个选项或参数",
        ErrorKind::InvalidSubcommand => "没有这个命令",
        ErrorKind::MissingSubcommand => "缺少子命令",
        ErrorKind::MissingRequiredArgument => "缺少必需的选项或参数",
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "选项或参数的值不对",
        ErrorKind::ArgumentConflict => "这些选项不能这样一起用",
        ErrorKind::TooManyValues
        | ErrorKind::TooFewValues
        | ErrorKind::WrongNumberOfValues
        | ErrorKind::NoEquals => "值的个数不对",
        ErrorKind::InvalidUtf8 => "命令行里有不是 UTF-8 的文字",
        _ => "命令行有误",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every command with its name from the top.
    fn commands(command: &Command, path: &str, all: &mut Vec<(String, Command)>) {
        let path = format!("{path} {}", command.get_name()).trim().to_owned();
        for below in command.get_subcommands() {
            commands(below, &path, all);
        }
        all.push((path, command.clone()));
    }

    #[test]
    fn every_command_is_explained_in_chinese_first_and_shown_by_examples_that_are_right() {
        let mut all = Vec::new();
        commands(&Cli::command(), "", &mut all);
        assert!(all.len() > 10, "{} commands", all.len());
        for (path, command) in all {
            let told = command.get_about().unwrap_or_else(|| panic!("{path} has no help")).to_string();
            assert!(!told.is_ascii() && told.contains(|c: char| c.is_ascii_alphabetic()), "{path}: {told}");
            for arg in command.get_arguments() {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                assert!(help.starts_with(|c: char| !c.is_ascii()), "{path}: {}: {help:?}", arg.get_id());
            }
            let examples = command.get_after_help().unwrap_or_else(|| panic!("{path} has no examples"));
            let examples = examples.to_string();
            let shown: Vec<_> =
                examples.lines().filter_map(|line| line.find("siteledger ").map(|at| &line[at..])).collect();
            assert!(examples.starts_with("例 Examples:\n") && !shown.is_empty(), "{path}: {examples}");
            for example in shown {
                let line = example.split("  ").next().unwrap_or(example);
                let words = line.split(" | ").next().unwrap_or(line);
                let words = words.split([' ']).take_while(|word| *word != ">");
                assert!(example.starts_with(&path), "{example} under {path}");
                assert!(example.chars().count() < 90, "{example} would be wrapped");
                Cli::command()
                    .try_get_matches_from(words)
                    .unwrap_or_else(|error| panic!("{example}: {error}"));
            }
        }
    }
}
