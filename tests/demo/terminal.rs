//! A terminal with a shell that stays open between one block of commands and the next.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// Printed after each block, so that its end is seen.
const END: &str = "-- end of block --";

/// A shell that stops at the first command that fails.
pub(crate) struct Terminal {
    shell: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Terminal {
    /// Opens one in a folder.
    pub(crate) fn open(folder: &Path) -> Self {
        let mut shell = Command::new("bash")
            .args(["-euo", "pipefail"])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("bash is there");
        let input = shell.stdin.take().expect("its input is piped");
        let output = BufReader::new(shell.stdout.take().expect("its output is piped"));
        Self { shell, input, output }
    }

    /// Types a block of commands and returns what they print.
    pub(crate) fn run(&mut self, block: &str) -> String {
        writeln!(self.input, "{block}\nprintf '\\n%s\\n' '{END}'").expect("the shell takes what is typed");
        let mut printed = String::new();
        let mut line = String::new();
        while self.output.read_line(&mut line).expect("the shell prints text") > 0 {
            if line.trim_end() == END {
                printed.truncate(printed.trim_end().len());
                return printed;
            }
            printed.push_str(&line);
            line.clear();
        }
        panic!("a command failed; until then it printed:\n{printed}\nin:\n{block}");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}
