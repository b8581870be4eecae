//! How text is cut into words to be found again: Chinese has no blanks between words, so each two signs
//! that stand beside each other are one, and a search is a run of them.
//!
//! 混凝土浇筑 becomes 混凝 · 凝土 · 土浇 · 浇筑 · 筑: the last sign stands alone, so that every sign begins some
//! word and a single one is found by what begins with it. Letters and digits are words as they are written,
//! in small letters; marks are none.

use crate::store::index::Phrase;

/// A word with more letters is cut off.
const LONGEST: usize = 64;
/// Of a text with more words, the first are found.
const MOST_WORDS: usize = 50_000;
/// Of a search with more signs, the first are looked for.
const LONGEST_SEARCH: usize = 200;

/// A run of signs of one sort.
enum Run {
    Chinese(Vec<char>),
    Letters(String),
}

/// The words of a text, in order.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for run in runs(text) {
        match run {
            Run::Letters(letters) => words.push(letters),
            Run::Chinese(signs) => {
                pairs(&signs, &mut words);
                words.extend(signs.last().map(char::to_string));
            }
        }
        if words.len() >= MOST_WORDS {
            words.truncate(MOST_WORDS);
            break;
        }
    }
    words
}

/// What somebody searches for: what stands between blanks is one phrase, and all of them must be there.
/// Empty where there is nothing to be found, such as marks alone.
pub fn phrases(search: &str) -> Vec<Phrase> {
    let search: String = search.chars().take(LONGEST_SEARCH).collect();
    search.split_whitespace().filter_map(phrase).collect()
}

fn phrase(term: &str) -> Option<Phrase> {
    let (mut words, mut begins) = (Vec::new(), false);
    let mut runs = runs(term).peekable();
    while let Some(run) = runs.next() {
        let is_last = runs.peek().is_none();
        match run {
            Run::Letters(letters) => {
                words.push(letters);
                begins = is_last;
            }
            Run::Chinese(signs) => {
                pairs(&signs, &mut words);
                // What follows the last sign is not known, but where the search itself goes on.
                if !is_last || signs.len() == 1 {
                    words.extend(signs.last().map(char::to_string));
                    begins = is_last;
                }
            }
        }
    }
    (!words.is_empty()).then_some(Phrase { words, begins })
}

fn pairs(signs: &[char], words: &mut Vec<String>) {
    words.extend(signs.windows(2).map(|pair| pair.iter().collect::<String>()));
}

fn runs(text: &str) -> impl Iterator<Item = Run> {
    let mut signs = text.chars().map(plain).peekable();
    std::iter::from_fn(move || {
        while signs.next_if(|sign| !sign.is_alphanumeric()).is_some() {}
        if signs.peek().copied().is_some_and(is_chinese) {
            let run = std::iter::from_fn(|| signs.next_if(|sign| is_chinese(*sign)));
            return Some(Run::Chinese(run.collect()));
        }
        let is_letter = |sign: &char| sign.is_alphanumeric() && !is_chinese(*sign);
        let run = std::iter::from_fn(|| signs.next_if(is_letter));
        let letters: String = run.flat_map(char::to_lowercase).collect();
        let letters: String = letters.chars().filter(|sign| sign.is_alphanumeric()).take(LONGEST).collect();
        (!letters.is_empty()).then_some(Run::Letters(letters))
    })
}

/// A letter, digit or mark as wide as a Chinese sign is the same as the narrow one.
fn plain(sign: char) -> char {
    match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        _ => sign,
    }
}

const fn is_chinese(sign: char) -> bool {
    matches!(sign,
        '々' | '〇' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrase_of(term: &str) -> (String, bool) {
        let phrases = phrases(term);
        assert_eq!(phrases.len(), 1, "{term}");
        (phrases[0].words.join(" "), phrases[0].begins)
    }

    #[test]
    fn a_text_is_cut_in_pairs_of_signs_and_in_words_of_letters() {
        for (text, expected) in [
            ("混凝土浇筑", "混凝 凝土 土浇 浇筑 筑"),
            ("梁", "梁"),
            ("C30混凝土12.5 m³，完成", "c30 混凝 凝土 土 12 5 m³ 完成 成"),
            ("Ｃ３０砼", "c30 砼"),
            ("、。；（）", ""),
            ("", ""),
            ("P.O 42.5", "p o 42 5"),
        ] {
            assert_eq!(words(text).join(" "), expected, "{text}");
        }
        assert_eq!(words(&"梁".repeat(MOST_WORDS + 7)).len(), MOST_WORDS);
        assert_eq!(words(&"a".repeat(LONGEST + 7)), ["a".repeat(LONGEST)]);
    }

    #[test]
    fn a_search_is_phrases_of_which_the_last_word_may_go_on() {
        for (term, expected, begins) in [
            ("混凝土", "混凝 凝土", false),
            ("梁", "梁", true),
            ("C30混凝土", "c30 混凝 凝土", false),
            // The text goes on after the run as the search does.
            ("混凝土C3", "混凝 凝土 土 c3", true),
            ("C30梁", "c30 梁", true),
            ("rect", "rect", true),
        ] {
            assert_eq!(phrase_of(term), (expected.to_owned(), begins), "{term}");
        }
        assert_eq!(phrases("  钢筋   绑扎 ").len(), 2);
        assert_eq!(phrases("，。 ！"), []);
        assert_eq!(phrases(""), []);
        assert_eq!(phrases(&"梁".repeat(1000))[0].words.len(), LONGEST_SEARCH - 1);
    }

    /// Whatever stands in a text is found by any part of it that does not cut a word of letters.
    #[test]
    fn every_part_of_a_text_is_found_in_it() {
        let text = "二层柱C30混凝土，浇筑完成120m；明日养护";
        let its = words(text);
        let is_found = |term: &str| {
            phrases(term).iter().all(|phrase| {
                its.windows(phrase.words.len()).any(|there| {
                    let (last, before) = phrase.words.split_last().expect("a phrase has words");
                    let (its_last, its_before) = there.split_last().expect("as many");
                    let fits = if phrase.begins { its_last.starts_with(last) } else { its_last == last };
                    fits && its_before == before
                })
            })
        };
        for part in
            ["二", "柱", "土", "成", "护", "二层", "层柱c30", "C30混凝土", "混凝土", "浇筑完成120", "养护"]
        {
            assert!(is_found(part), "{part}");
        }
        for part in ["层二", "柱混凝土", "养护明日", "c31", "土浇 x"] {
            assert!(!is_found(part), "{part}");
        }
    }
}
