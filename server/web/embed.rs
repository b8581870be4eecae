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
    /// What an office loads for all of its pages, in bytes over the line, by gzip.
    const MOST_OF_THE_OFFICE: usize = 250 * 1000;

    /// How many bytes a picture of a guide has at most, and how many pictures there are.
    const MOST_OF_A_PICTURE: usize = 60 * 1000;
    const MOST_PICTURES: usize = 25;

    /// Whether it is a picture of a guide, which comes alone and when somebody looks at it.
    fn is_picture(file: &File) -> bool {
        std::path::Path::new(file.path).extension().is_some_and(|ending| ending == "webp")
    }

    fn on_the_line(file: &File) -> usize {
        file.gzip.unwrap_or(file.plain).len()
    }

    /// The assets that a text names by their addresses.
    fn named_in(text: &str) -> impl Iterator<Item = &'static File> {
        let parts = text.split(['"', '\'', '`']);
        parts
            .filter_map(|part| file(part.trim_start_matches(['.', '/'])))
            .filter(|file| file.path.starts_with("assets/"))
    }

    fn text_of(file: &File) -> &str {
        std::str::from_utf8(file.plain).expect("it is text")
    }

    /// The page and every script and style that it names: what comes later is not named there.
    fn first_load(page: &str) -> Vec<&'static File> {
        let page = file(page).expect("there is a page");
        std::iter::once(page).chain(named_in(text_of(page))).collect()
    }

    /// All that may ever come of a page: what it names, what that names, and so on.
    fn whole(page: &str) -> Vec<&'static File> {
        let mut found = first_load(page);
        let mut at = 0;
        while let Some(next) = found.get(at).copied() {
            let is_script = std::path::Path::new(next.path).extension().is_some_and(|ending| ending == "js");
            if is_script {
                // A script names its parts from where it lies itself: `./page-BezDPZu9.js`, `assets/page.css`.
                let text = text_of(next);
                let beside = text.split(['"', '\'', '`']).filter_map(|part| part.strip_prefix("./"));
                for part in beside.filter_map(|part| file(&format!("assets/{part}"))).chain(named_in(text)) {
                    if !found.iter().any(|known| known.path == part.path) {
                        found.push(part);
                    }
                }
            }
            at += 1;
        }
        found
    }

    #[test]
    fn the_first_load_is_small_enough_for_a_valley() {
        let files = first_load("index.html");
        let has = |ending: &str| files.iter().any(|file| file.path.ends_with(ending));
        assert!(has(".js") && has(".css"), "{files:?}");
        let bytes: usize = files.iter().map(|file| on_the_line(file)).sum();
        println!("first load: {bytes} bytes of gzip");
        assert!(bytes <= MOST_AT_FIRST, "{bytes} bytes are more than {MOST_AT_FIRST}");
    }

    #[test]
    fn no_page_of_the_office_is_larger_than_an_old_line_carries() {
        let files = whole("office.html");
        assert!(files.len() > first_load("office.html").len(), "its pages come later: {files:?}");
        let bytes: usize = files.iter().filter(|file| !is_picture(file)).map(|file| on_the_line(file)).sum();
        println!("the whole office: {bytes} bytes of gzip in {} files", files.len());
        assert!(bytes <= MOST_OF_THE_OFFICE, "{bytes} bytes are more than {MOST_OF_THE_OFFICE}");
    }

    /// What a service worker keeps on a phone from the start, by its text.
    fn kept_from_the_start() -> &'static str {
        let worker = text_of(file("sw.js").expect("there is a service worker"));
        let (_, list) = worker.split_once("\"files\":").expect("it lists files");
        list.split_once('}').expect("the list ends").0
    }

    #[test]
    fn a_phone_never_loads_the_office() {
        let list = kept_from_the_start();
        let phones = whole("index.html");
        let is_phones = |file: &&File| phones.iter().any(|its| its.path == file.path);
        let offices: Vec<_> = whole("office.html").into_iter().filter(|file| !is_phones(file)).collect();
        assert!(offices.len() > 2, "{offices:?}");
        for file in offices {
            assert!(!list.contains(file.path), "{} is kept on every phone", file.path);
        }
        for file in phones.iter().filter(|file| file.path.starts_with("assets/") && !is_picture(file)) {
            assert!(list.contains(file.path), "{} is not there without a line", file.path);
        }
    }

    #[test]
    fn pictures_of_guides_are_small_and_on_no_phone_before_somebody_looks_at_them() {
        let pictures: Vec<_> = FILES.iter().filter(|file| is_picture(file)).collect();
        assert!(!pictures.is_empty() && pictures.len() <= MOST_PICTURES, "{}", pictures.len());
        for picture in pictures {
            let bytes = picture.plain.len();
            assert!(bytes <= MOST_OF_A_PICTURE, "{} has {bytes} bytes", picture.path);
            assert!(!text_of(file("sw.js").expect("there is a service worker")).contains(picture.path));
        }
    }

    #[test]
    fn the_table_is_in_order_so_that_every_file_is_found() {
        assert!(FILES.is_sorted_by_key(|file| file.path));
        for path in ["index.html", "office.html", "sw.js", "manifest.webmanifest"] {
            assert!(file(path).is_some(), "{path}");
        }
        assert!(file("assets/../index.html").is_none());
    }
}
