//! Exact figures: hundredths read from decimal text, shares that add up, rates rounded once.

use serde::Deserialize;

/// A figure with two decimals, kept as a whole number of hundredths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Hundredths(pub(super) i64);

impl TryFrom<String> for Hundredths {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no figure with two decimals, such as 7586.80");
        let (whole, rest) = text.split_once('.').ok_or_else(wrong)?;
        if rest.len() != 2 {
            return Err(wrong());
        }
        format!("{whole}{rest}").parse().map(Self).map_err(|_| wrong())
    }
}

impl Hundredths {
    /// An amount given in 万元, in 分.
    pub(super) const fn wan_in_fen(self) -> i64 {
        self.0 * 10_000
    }
}

/// Splits `total` by weight into whole parts that add up to it exactly, the same ones every time.
pub(super) fn shares(total: i64, weights: &[i64]) -> Vec<i64> {
    let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    let (mut before, mut given) = (0_i128, 0_i64);
    let mut parts = Vec::with_capacity(weights.len());
    for weight in weights {
        before += i128::from(*weight);
        let up_to_here = i64::try_from(i128::from(total) * before / whole.max(1)).unwrap_or(total);
        parts.push(up_to_here - given);
        given = up_to_here;
    }
    parts
}

/// Weights that make parts look like real ones: near each other, never the same in a row.
pub(super) fn uneven(parts: usize) -> Vec<i64> {
    (0..parts).map(|part| 80 + (part as i64 * 37) % 53).collect()
}

/// A rate in percent, rounded half-up once; `—` if there is nothing to compare with. Never clamped.
pub(super) fn percent(part: i64, whole: i64, decimals: u32) -> String {
    if whole == 0 {
        return "—".to_owned();
    }
    let scale = 10_i128.pow(decimals);
    let doubled = 2 * i128::from(part) * 100 * scale / i128::from(whole);
    let rounded = (doubled + 1) / 2;
    let (whole, rest) = (rounded / scale, rounded % scale);
    if decimals == 0 {
        return format!("{whole}%");
    }
    format!("{whole}.{rest:0width$}%", width = decimals as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_rounded_once_and_half_up() {
        for (part, whole, decimals, expected) in [
            (16_410_000, 22_140_000, 1, "74.1%"),
            (14_751_900, 22_140_000, 2, "66.63%"),
            // What the rounded figures would give, and the report does not print.
            (1475, 2214, 2, "66.62%"),
            (4_373_100, 5_426_300, 2, "80.59%"),
            (3_675_180, 5_426_300, 2, "67.73%"),
            (329_000, 346_341, 2, "94.99%"),
            (1, 8, 0, "13%"),
            (5, 1000, 0, "1%"),
            (1425, 1000, 1, "142.5%"),
            (1, 0, 2, "—"),
        ] {
            assert_eq!(percent(part, whole, decimals), expected, "{part} of {whole}");
        }
    }

    #[test]
    fn shares_add_up_exactly() {
        for (total, parts) in [(5_426_300, 37), (1, 3), (0, 4), (75_868_000_000, 62)] {
            let shares = shares(total, &uneven(parts));
            assert_eq!(shares.iter().sum::<i64>(), total);
            assert!(shares.iter().all(|share| *share >= 0), "{shares:?}");
        }
        assert!(shares(7, &[]).is_empty());
    }

    #[test]
    fn only_figures_with_two_decimals_are_taken() {
        let read = |text: &str| Hundredths::try_from(text.to_owned());
        assert_eq!(read("7586.80"), Ok(Hundredths(758_680)));
        for wrong in ["7586.8", "7586", "", "a.bc", "1.234"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
