//! The web client as it was built: every file with its bytes, plain and compressed.
//!
//! A crate of its own, so that who works on the server does not build the client again. `build.rs`
//! writes the table; a library that embeds a folder would know nothing of the compressed twins, which
//! are served as they are.

/// A file of the built client.
#[derive(Debug)]
pub struct File {
    /// Its path from the root of the site, without a slash before it: `assets/index-BezDPZu9.css`.
    pub path: &'static str,
    /// Its bytes.
    pub plain: &'static [u8],
    /// The same in gzip, where that is smaller.
    pub gzip: Option<&'static [u8]>,
    /// The same in Brotli, where that is smaller.
    pub brotli: Option<&'static [u8]>,
}

/// All files, in the order of their paths.
pub static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The file with that path.
pub fn file(path: &str) -> Option<&'static File> {
    let at = FILES.binary_search_by(|file| file.path.cmp(path)).ok()?;
    FILES.get(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a phone loads before it shows anything, in bytes over the line, by gzip.
    const MOST_AT_FIRST: usize = 120 * 1000;

    fn on_the_line(file: &File) -> usize {
        file.gzip.unwrap_or(file.plain).len()
    }

    /// The page and every script and style that it names: what comes later is not named there.
    fn first_load() -> Vec<&'static File> {
        let page = file("index.html").expect("there is a page");
        let text = std::str::from_utf8(page.plain).expect("it is text");
        let named = text.split('"').filter_map(|part| file(part.strip_prefix('/')?));
        std::iter::once(page).chain(named.filter(|file| file.path.starts_with("assets/"))).collect()
    }

    #[test]
    fn the_first_load_is_small_enough_for_a_valley() {
        let files = first_load();
        let has = |ending: &str| files.iter().any(|file| file.path.ends_with(ending));
        assert!(has(".js") && has(".css"), "{files:?}");
        let bytes: usize = files.iter().map(|file| on_the_line(file)).sum();
        println!("first load: {bytes} bytes of gzip");
        assert!(bytes <= MOST_AT_FIRST, "{bytes} bytes are more than {MOST_AT_FIRST}");
    }

    #[test]
    fn the_table_is_in_order_so_that_every_file_is_found() {
        assert!(FILES.is_sorted_by_key(|file| file.path));
        for path in ["index.html", "sw.js", "manifest.webmanifest"] {
            assert!(file(path).is_some(), "{path}");
        }
        assert!(file("assets/../index.html").is_none());
    }
}
