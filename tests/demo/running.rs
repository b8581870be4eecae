//! A running demonstration in a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use harness::server::binary;

/// A running demonstration.
pub(crate) struct Demo {
    process: Child,
    /// Where it listens.
    pub(crate) url: String,
    /// What it printed until then.
    pub(crate) greeting: String,
}

impl Demo {
    /// Starts it and waits until it listens.
    pub(crate) fn start(data: &Path) -> Self {
        let mut command = command(data, "127.0.0.1:0");
        let process = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn();
        let process = process.expect("the binary of this workspace starts");
        let mut demo = Self { process, url: String::new(), greeting: String::new() };
        let output = demo.process.stdout.take().expect("its output is piped");
        for line in BufReader::new(output).lines() {
            let line = line.expect("it prints text");
            if let Some(url) = line.strip_prefix("SiteLedger listening on ") {
                url.clone_into(&mut demo.url);
                return demo;
            }
            demo.greeting.push_str(&line);
            demo.greeting.push('\n');
        }
        panic!("the demonstration ended before it listened; it said:\n{}", demo.greeting);
    }

    /// The password that it printed for somebody.
    pub(crate) fn password(&self, username: &str) -> String {
        let mut words = self.greeting.lines().map(str::split_whitespace);
        let found = words.find_map(|mut words| (words.next() == Some(username)).then(|| words.next()));
        found
            .flatten()
            .unwrap_or_else(|| panic!("no password for {username} in:\n{}", self.greeting))
            .to_owned()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The command that starts a demonstration.
pub(crate) fn command(data: &Path, listen: &str) -> Command {
    let mut command = Command::new(binary());
    command.args(["demo", "--log", "warn", "--listen", listen, "--data"]).arg(data);
    command
}
