//! Parses the command line and runs what it says.

use std::process::ExitCode;

use rustix::fs::Mode;
use siteledger::cli::{self, Cli};

fn main() -> ExitCode {
    // Whatever is made from here on is its owner's alone, however the system is set up.
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let cli = Cli::read();
    cli.start_logging();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(cli::run(cli)),
        Err(error) => {
            eprintln!("错误：无法启动：{error}\nerror: could not start: {error}");
            ExitCode::FAILURE
        }
    }
}
