//! Builds the web client with npm into `OUT_DIR` and writes the table of its files for `embed.rs`.
//!
//! Runs again only when a source of the client changed. `SITELEDGER_WEB_DIST` names a folder that was
//! built elsewhere, for machines without Node.js.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs, io};

/// What the client is built from.
const SOURCES: [&str; 12] = [
    "src",
    "public",
    "index.html",
    "office.html",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "vite.config.ts",
    "vite.guides.ts",
    "vite.precache.ts",
    "vite.twins.ts",
    // Guides stand with the documents, and are pages of the client, too.
    "../docs/guide",
];
/// Names a folder that was built elsewhere.
const BUILT_ELSEWHERE: &str = "SITELEDGER_WEB_DIST";
/// The oldest Node.js that Vite takes.
const OLDEST_NODE: (u32, u32) = (20, 19);

fn main() -> ExitCode {
    println!("cargo::rerun-if-env-changed={BUILT_ELSEWHERE}");
    println!("cargo::rerun-if-changed=build.rs");
    match built().and_then(|dist| embed(&dist)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            for line in why.lines() {
                println!("cargo::error={line}");
            }
            ExitCode::FAILURE
        }
    }
}

/// The folder with the built client.
fn built() -> Result<PathBuf, String> {
    if let Some(folder) = env::var_os(BUILT_ELSEWHERE) {
        let folder = PathBuf::from(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        return if folder.join("index.html").is_file() {
            Ok(folder)
        } else {
            Err(format!("{BUILT_ELSEWHERE} is {}, which holds no index.html", folder.display()))
        };
    }
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    node_is_there()?;
    install()?;
    let dist = out_dir().join("dist");
    let mut build = npm(&["run", "--silent", "build", "--"]);
    build.arg("--outDir").arg(&dist).arg("--emptyOutDir").args(["--logLevel", "warn"]);
    run(build)?;
    Ok(dist)
}

fn out_dir() -> PathBuf {
    PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"))
}

fn npm(arguments: &[&str]) -> Command {
    let mut npm = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.args(arguments);
    npm
}

/// Node.js and npm, new enough; else says which three ways there are.
fn node_is_there() -> Result<(), String> {
    let found = Command::new("node").arg("--version").output().ok();
    let version = found.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let npm_is_there = npm(&["--version"]).output().is_ok_and(|output| output.status.success());
    let what = match &version {
        None => "Node.js was not found".to_owned(),
        Some(version) if !is_new_enough(version) => format!("Node.js {version} is too old"),
        Some(_) if !npm_is_there => "npm was not found".to_owned(),
        Some(_) => return Ok(()),
    };
    let (major, minor) = OLDEST_NODE;
    Err(format!(
        "the web client cannot be built here: {what}. There are three ways:\n\
         1. install Node.js {major}.{minor} or newer with npm, and build again;\n\
         2. build it elsewhere (cd server/web && npm ci && npm run build) and name its folder `dist` in {BUILT_ELSEWHERE};\n\
         3. build the server without it: cargo build --release --no-default-features"
    ))
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers = version.trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= OLDEST_NODE
}

/// Installs what the lock file names, unless that was done since it last changed.
fn install() -> Result<(), String> {
    let changed = |path: &str| fs::metadata(path).and_then(|file| file.modified()).ok();
    if changed("node_modules/.package-lock.json") >= changed("package-lock.json") {
        return Ok(());
    }
    run(npm(&["ci", "--no-audit", "--no-fund", "--silent"]))
}

fn run(mut command: Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?} did not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{command:?} failed:\n{}", String::from_utf8_lossy(&said).trim()))
}

/// Writes the table of all files as the text of a Rust expression.
fn embed(dist: &Path) -> Result<(), String> {
    let mut files = BTreeMap::new();
    gather(dist, dist, &mut files).map_err(|error| format!("could not read {}: {error}", dist.display()))?;
    let mut table = String::from("&[\n");
    for (path, from) in &files {
        if !is_twin(path, &files) {
            let twin = |ending: &str| files.get(&format!("{path}.{ending}"));
            let (gzip, brotli) = (include(twin("gz")), include(twin("br")));
            let plain = include_bytes(from);
            let _ =
                writeln!(table, "File {{ path: {path:?}, plain: {plain}, gzip: {gzip}, brotli: {brotli} }},");
        }
    }
    table.push(']');
    let to = out_dir().join("files.rs");
    fs::write(&to, table).map_err(|error| format!("could not write {}: {error}", to.display()))
}

/// Whether it is the compressed twin of another file.
fn is_twin(path: &str, files: &BTreeMap<String, PathBuf>) -> bool {
    let whose = path.strip_suffix(".gz").or_else(|| path.strip_suffix(".br"));
    whose.is_some_and(|whose| files.contains_key(whose))
}

fn include(from: Option<&PathBuf>) -> String {
    from.map_or("None".to_owned(), |from| format!("Some({})", include_bytes(from)))
}

fn include_bytes(from: &Path) -> String {
    format!("include_bytes!({:?})", from.display().to_string())
}

/// The files below a folder, by their path from the root with slashes.
fn gather(root: &Path, folder: &Path, files: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            gather(root, &path, files)?;
        } else {
            let inside = path.strip_prefix(root).expect("it was found below the root");
            let inside = inside.components().map(|part| part.as_os_str().to_string_lossy());
            files.insert(inside.collect::<Vec<_>>().join("/"), fs::canonicalize(&path)?);
        }
    }
    Ok(())
}
