//! What keeping the index of searches costs those who write: the same load on a server whose index follows
//! and on one that cannot have any, turn by turn.

use harness::Server;
use siteledger::config;

use crate::growth::median;
use crate::phones::{self, Phone};
use crate::wire::Wire;
use crate::{LASTS, cpu_seconds, search};

/// How often each server has its turn.
const TURNS: u64 = 4;
/// Changes a request.
const BATCH: usize = 20;

/// A server under the load.
struct Loaded {
    server: Server,
    phones: Vec<Phone>,
    rates: Vec<f64>,
    cpu_ms: Vec<f64>,
}

impl Loaded {
    async fn on(server: Server) -> Self {
        let phones = phones::enrol(&server).await;
        Self { server, phones, rates: Vec::new(), cpu_ms: Vec::new() }
    }

    /// Has its phones send; what the index then has still to take in is part of what it cost.
    async fn turn(&mut self, turn: u64, is_followed: bool) {
        let before = cpu_seconds(&self.server);
        let load = phones::send(&self.server, &self.phones, BATCH, LASTS, turn * 50_000).await;
        if is_followed {
            search::followed(&mut Wire::connect(self.server.address(), &self.phones[0].token).await).await;
        }
        self.rates.push(load.rate());
        self.cpu_ms.push((cpu_seconds(&self.server) - before) * 1000.0 / load.changes as f64);
    }
}

/// Prints how fast changes are accepted with the index and without.
pub(crate) async fn measure() {
    let mut with = Loaded::on(Server::start().await).await;
    let mut without = Loaded::on(without_index().await).await;
    for turn in 0..TURNS {
        without.turn(turn, false).await;
        with.turn(turn, true).await;
    }
    println!(
        "| changes, batches of {BATCH}, 32 clients | changes/s | CPU ms a change |\n| --- | --- | --- |"
    );
    let [with, without] = [("the index follows", with), ("no index", without)].map(|(what, loaded)| {
        let (rate, cpu_ms) = (median(loaded.rates), median(loaded.cpu_ms));
        println!("| {what} | {rate:.0} | {cpu_ms:.3} |");
        (rate, cpu_ms)
    });
    println!("| ratio | {:.2} | {:.2} |", with.0 / without.0, with.1 / without.1);
}

/// A server that finds a folder where its index should be.
async fn without_index() -> Server {
    let mut server = Server::start().await;
    server.terminate().await;
    config::take_index_away(&server.data()).expect("it is taken away");
    std::fs::create_dir(config::index_file(&server.data())).expect("a folder can be made");
    server.start_again().await;
    server
}
