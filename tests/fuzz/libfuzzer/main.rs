//! One target under libFuzzer: the one that `SITELEDGER_FUZZ` names.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use targets::Target;

static TARGET: OnceLock<Target> = OnceLock::new();

fn target() -> Target {
    let name = std::env::var("SITELEDGER_FUZZ").unwrap_or_default();
    targets::named(&name).expect("SITELEDGER_FUZZ names a target")
}

fuzz_target!(
    init: {
        // libFuzzer's hook ends the process at every panic. The product means to survive those of the
        // decoders that it uses; a broken law ends the process still, since nobody catches it.
        if TARGET.get_or_init(target).name == "photo" {
            drop(std::panic::take_hook());
        }
    },
    |bytes: &[u8]| (TARGET.get_or_init(target).holds)(bytes)
);
