//! A running demonstration in a folder of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use harness::server::binary;
use rustix::process::{Pid, Signal, kill_process};

use crate::loaded::loaded;

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

    /// Starts it on a copy of what the first start loaded, in a folder that is not there yet.
    pub(crate) fn start_loaded(data: &Path) -> Self {
        copy(&loaded().data, data);
        Self::start(data)
    }

    /// Ends it in good order: all that it holds is in its folder then.
    pub(crate) fn end(mut self) {
        let pid = Pid::from_child(&self.process);
        kill_process(pid, Signal::TERM).expect("it is asked to stop");
        let status = self.process.wait().expect("it stops");
        assert!(status.success(), "it ended with {status}");
    }

    /// The password that it printed for somebody.
    pub(crate) fn password(&self, username: &str) -> String {
        password(&self.greeting, username)
    }
}

/// The password for somebody in what a start printed.
pub(crate) fn password(greeting: &str, username: &str) -> String {
    let mut words = greeting.lines().map(str::split_whitespace);
    let found = words.find_map(|mut words| (words.next() == Some(username)).then(|| words.next()));
    found.flatten().unwrap_or_else(|| panic!("no password for {username} in:\n{greeting}")).to_owned()
}

/// Copies a folder with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("the folder is not there yet");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("a file is copied");
        }
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
