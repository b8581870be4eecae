//! What the project never names: the machine that somebody works on, and where packages come from.

use crate::tree::{Breach, Tree, lines_with};

/// Put together from parts, since this file is read by the rule too.
const MACHINES: [[&str; 2]; 3] = [["/wo", "rk/"], ["/ro", "ot/"], ["/ho", "me/"]];
const HOSTS: [[&str; 2]; 7] = [
    ["crates", ".io"],
    ["registry.npm", "js.org"],
    ["registry.npm", "mirror.com"],
    ["py", "pi.org"],
    ["files.python", "hosted.org"],
    ["deb.deb", "ian.org"],
    ["proxy.go", "lang.org"],
];

/// No path of somebody's machine, and no package registry's host.
pub(crate) fn no_machine_is_named(tree: &Tree) -> Vec<Breach> {
    let mut breaches = Vec::new();
    // Cargo writes the registry's address into its lock files by itself.
    for (path, text) in tree.all().filter(|(path, _)| !path.ends_with("Cargo.lock")) {
        for word in MACHINES.map(|parts| parts.concat()) {
            let advice = format!(
                "{word}… is a path on one machine: write it relative to the project, or as an example under /srv or /var"
            );
            breaches.extend(lines_with(text, &word).map(|line| Breach::new(path, line, advice.clone())));
        }
        for host in HOSTS.map(|parts| parts.concat()) {
            let advice = format!(
                "{host} is a package registry's host: name the package alone (npm lock files: omit-lockfile-registry-resolved=true)"
            );
            breaches.extend(lines_with(text, &host).map(|line| Breach::new(path, line, advice.clone())));
        }
    }
    breaches
}
