//! A real server: the built binary, in a process of its own, on a folder of its own.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::Value as Json;
use tempfile::TempDir;

/// How long a server may take until it listens.
const UNTIL_IT_LISTENS: Duration = Duration::from_mins(1);

/// What the first line on stdout begins with.
const LISTENING: &str = "SiteLedger listening on http://";

/// A real server process. Dropping it kills it.
#[derive(Debug)]
pub struct Server {
    folder: Arc<TempDir>,
    running: Option<Running>,
    address: SocketAddr,
    /// The program that starts it, where it is not started by itself.
    started_by: Vec<String>,
    arguments: Vec<String>,
    environment: Vec<(String, OsString)>,
    log: Log,
}

#[derive(Debug)]
struct Running {
    process: Child,
}

/// What a server wrote to stderr.
#[derive(Clone, Debug, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn add(&self, text: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_str(text);
    }

    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its exit status.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it complained of.
    pub stderr: String,
}

impl Output {
    /// What it printed, as JSON.
    pub fn json(&self) -> Json {
        serde_json::from_str(self.stdout.trim())
            .unwrap_or_else(|error| panic!("{error} in {:?}, stderr: {}", self.stdout, self.stderr))
    }
}

impl Server {
    /// Starts a server on an empty folder and a free port.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts a server on an empty folder and a free port, with more arguments for `serve`.
    pub async fn start_with(arguments: &[&str]) -> Self {
        let folder = TempDir::with_prefix("siteledger-").expect("a temporary folder");
        let mut server = Self::standing_on(folder);
        server.set_arguments(arguments);
        server.launch().await;
        server
    }

    /// A server that does not run yet, on the folder `data` inside of that folder.
    pub fn standing_on(folder: TempDir) -> Self {
        Self {
            folder: Arc::new(folder),
            running: None,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            started_by: Vec::new(),
            arguments: Vec::new(),
            environment: Vec::new(),
            log: Log::default(),
        }
    }

    /// What it is started with from the next start on.
    pub fn set_arguments(&mut self, arguments: &[&str]) {
        self.arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
    }

    /// What its processes find in their environment from the next start on.
    pub fn set_environment(&mut self, environment: Vec<(String, OsString)>) {
        self.environment = environment;
    }

    /// Has it started by that program from the next start on, on that address.
    pub fn start_by(&mut self, program: &[&str], address: SocketAddr) {
        self.started_by = program.iter().map(|&word| word.to_owned()).collect();
        self.address = address;
    }

    /// Its address for clients, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address that it listens on.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A path beside its data folder, which stays when that is lost.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.running.as_ref().expect("the server runs").process.id()
    }

    /// What it wrote to stderr so far, all its processes together.
    pub fn log(&self) -> String {
        self.log.text()
    }

    async fn launch(&mut self) {
        if let Err(why) = self.try_to_start().await {
            panic!("{why}\n{}", self.log())
        }
    }

    /// Starts it, if it will: one on a failing disk may say why not and end.
    ///
    /// # Errors
    /// What it said instead of listening.
    pub async fn try_to_start(&mut self) -> Result<(), String> {
        assert!(self.running.is_none(), "the server runs already");
        let mut words = self.started_by.iter().map(OsStr::new).chain([binary().as_os_str()]);
        let mut command = Command::new(words.next().expect("the binary at least"));
        command
            .args(words)
            .arg("serve")
            .arg("--data")
            .arg(self.data())
            .arg("--listen")
            .arg(self.address.to_string());
        command.args(&self.arguments).envs(self.environment.iter().map(|(name, value)| (name, value)));
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let stdout = process.stdout.take().expect("it is piped");
        let stderr = process.stderr.take().expect("it is piped");
        let log = self.log.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
                log.add(&format!("{}\n", String::from_utf8_lossy(&line)));
            }
        });
        let (listening, address) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let mut lines = BufReader::new(stdout);
            let mut line = String::new();
            let read = lines.read_line(&mut line);
            listening.send(read.map(|_| line)).ok();
            // What it prints later must not block it.
            lines.read_to_end(&mut Vec::new()).ok();
        });
        self.running = Some(Running { process });
        let line = match tokio::time::timeout(UNTIL_IT_LISTENS, address).await {
            Ok(Ok(Ok(line))) => line,
            other => return Err(format!("the server does not listen: {other:?}")),
        };
        let address = line.trim().strip_prefix(LISTENING).and_then(|address| address.parse().ok());
        let Some(address) = address else {
            // It ended; its last words may still be on their way.
            self.wait().await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            return Err(format!("the server does not say where it listens: {line:?}"));
        };
        self.address = address;
        Ok(())
    }

    /// Whether its process still runs.
    pub fn is_running(&mut self) -> bool {
        self.running.as_mut().is_some_and(|running| matches!(running.process.try_wait(), Ok(None)))
    }

    async fn wait(&mut self) -> ExitStatus {
        let mut running = self.running.take().expect("the server runs");
        tokio::task::spawn_blocking(move || running.process.wait().expect("it ends"))
            .await
            .expect("waiting does not panic")
    }

    /// Kills it as a power cut would, with nothing said before. It may have ended already.
    pub fn kill9(&mut self) {
        let Some(mut running) = self.running.take() else { return };
        running.process.kill().expect("it can be killed");
        running.process.wait().expect("it ends");
    }

    /// Asks it to stop.
    pub fn tell_to_stop(&self) {
        let pid = self.pid().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs");
        assert!(told.success(), "process {pid} is gone already");
    }

    /// Waits until it ended.
    pub async fn ended(&mut self) -> ExitStatus {
        self.wait().await
    }

    /// Asks it to stop, and waits until it did.
    pub async fn terminate(&mut self) -> ExitStatus {
        self.tell_to_stop();
        self.wait().await
    }

    /// Starts it again on the same folder and the same port.
    pub async fn start_again(&mut self) {
        self.launch().await;
    }

    /// Kills it and starts it again on the same folder and the same port.
    pub async fn restart(&mut self) {
        self.kill9();
        self.launch().await;
    }

    /// Copies its data folder while it stands still.
    pub fn copy_folder(&self) -> TempDir {
        assert!(self.running.is_none(), "a running server's folder is not copied file by file");
        let copy = TempDir::with_prefix("siteledger-copy-").expect("a temporary folder");
        copy_all(&self.data(), &copy.path().join("data"));
        copy
    }

    /// Puts a copy in the place of its data folder.
    pub fn put_back(&self, copy: &TempDir) {
        assert!(self.running.is_none(), "a running server's folder is not replaced");
        std::fs::remove_dir_all(self.data()).expect("it is there");
        copy_all(&copy.path().join("data"), &self.data());
    }

    /// Runs a command of the same binary on the same folder, which must succeed.
    pub fn run<S: AsRef<OsStr> + std::fmt::Debug>(&self, arguments: &[S]) -> Output {
        let output = self.cli(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}\nstdout: {}\nstderr: {}",
            output.status,
            output.stdout,
            output.stderr
        );
        output
    }

    /// Runs a command of the same binary on the same folder.
    pub fn cli<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Output {
        self.cli_with_input(arguments, "")
    }

    /// Runs a command that reads from stdin.
    pub fn cli_with_input<S: AsRef<OsStr>>(&self, arguments: &[S], input: &str) -> Output {
        let mut process = Command::new(binary())
            .args(arguments)
            .arg("--data")
            .arg(self.data())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let mut stdin = process.stdin.take().expect("it is piped");
        // A command that reads nothing may have ended before.
        stdin.write_all(input.as_bytes()).ok();
        drop(stdin);
        let output = process.wait_with_output().expect("it ends");
        Output {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Checks everything that the server holds: tree, records rebuilt from the ledger, photos.
    pub fn verify(&self) {
        let output = self.cli(&["verify"]);
        assert!(
            output.status.success(),
            "verify found fault:\n{}{}\nthe server's log:\n{}",
            output.stdout,
            output.stderr,
            self.log()
        );
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.process.kill().ok();
            running.process.wait().ok();
        }
        if std::thread::panicking() {
            let log = self.log();
            let from = log.len().saturating_sub(20_000);
            let from = (from..log.len()).find(|&at| log.is_char_boundary(at)).unwrap_or(log.len());
            eprintln!("--- the server's log ---\n{}", &log[from..]);
        }
    }
}

fn copy_all(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in from.read_dir().expect("it is there").map(|entry| entry.expect("it can be read")) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_all(&from, &to);
        } else {
            std::fs::copy(&from, &to).expect("a file can be copied");
        }
    }
}

/// The built binary, built again first if a source is newer.
pub fn binary() -> &'static Path {
    static BINARY: LazyLock<PathBuf> = LazyLock::new(|| {
        let this = std::env::current_exe().expect("a test knows where it is");
        let profile = this.ancestors().find(|folder| folder.join("deps").is_dir()).unwrap_or_else(|| {
            panic!("{} does not lie in a target folder", this.display());
        });
        let binary = profile.join(format!("siteledger{}", std::env::consts::EXE_SUFFIX));
        // The server looks for it beside itself.
        let typesetter = binary.with_file_name(format!("siteledger-typeset{}", std::env::consts::EXE_SUFFIX));
        if is_stale(&binary, &SERVED) || is_stale(&typesetter, &["server/typeset"]) {
            build(profile.file_name().is_some_and(|name| name == "release"));
        }
        binary
    });
    &BINARY
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the workspace")
}

/// What the server is made of.
const SERVED: [&str; 6] = [
    "server/src",
    "server/migrations",
    "server/templates",
    "server/Cargo.toml",
    "sync-protocol/src",
    "Cargo.lock",
];

/// Whether there is no binary, or a source is newer: cargo knows better, but takes half a second
/// for each test process.
fn is_stale(binary: &Path, sources: &[&str]) -> bool {
    let built = binary.metadata().and_then(|metadata| metadata.modified());
    let Ok(built) = built else { return true };
    sources.iter().any(|source| is_newer(&root().join(source), built))
}

fn is_newer(path: &Path, than: SystemTime) -> bool {
    if let Ok(entries) = path.read_dir() {
        return entries.filter_map(Result::ok).any(|entry| is_newer(&entry.path(), than));
    }
    path.metadata().and_then(|metadata| metadata.modified()).is_ok_and(|changed| changed > than)
}

fn build(release: bool) {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root()).args(["build", "--quiet", "--locked", "--workspace"]);
    command.args(["--bin", "siteledger", "--bin", "siteledger-typeset"]);
    if release {
        command.arg("--release");
    }
    let output = command.output().expect("cargo runs");
    assert!(
        output.status.success(),
        "siteledger does not build:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
