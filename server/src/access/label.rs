//! What a phone or a browser calls itself, kept so that it may be shown anywhere.

/// Such a name as it is kept: on one line, of at most that many characters, and none of those that
/// command a terminal, show nothing, or turn around what stands beside them.
pub(super) fn label(name: &str, most_chars: usize) -> String {
    name.trim().chars().filter(|c| !misleads(*c)).take(most_chars).collect()
}

/// Whether a character is none to look at: a control, or one that shows nothing, breaks a line or turns
/// the direction around.
pub fn misleads(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_what_can_be_read_of_it() {
        for (said, kept) in [
            (" 甲的手机 ", "甲的手机"),
            ("Jürgen’s phone (2)", "Jürgen’s phone (2)"),
            ("\u{1b}[31mred\u{7}", "[31mred"),
            ("one\r\ntwo\u{85}\u{2028}", "onetwo"),
            ("\u{202e}enohp\u{2066}\u{200b}", "enohp"),
            ("\0\t", ""),
        ] {
            assert_eq!(label(said, 80), kept, "{said:?}");
        }
        assert_eq!(label(&"长".repeat(200), 80).chars().count(), 80);
    }
}
