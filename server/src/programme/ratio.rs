//! Exact figures, rounded once, when they are printed: half-up, away from zero.

use serde::Serialize;

/// How a figure is printed, and so what its numbers mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "as", content = "decimals")]
pub enum Printed {
    /// A share of a whole, in percent with so many decimals.
    Percent(u32),
    /// A number of things.
    Count,
    /// A number of things a piece (days a finding), with so many decimals.
    Mean(u32),
    /// The middle of many lengths of time, in hours with so many decimals.
    MiddleHours(u32),
    /// Hundredths of a square metre, printed in ㎡ with two decimals.
    Area,
    /// 分, printed in 万元 with two decimals.
    Money,
}

impl Printed {
    /// Whether the figure is a share of something, and not a sum.
    pub const fn is_of_a_whole(self) -> bool {
        matches!(self, Self::Percent(_) | Self::Mean(_) | Self::MiddleHours(_))
    }
}

/// An exact figure: a sum, or a ratio of two sums. Never a mean of ratios.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ratio {
    /// What is counted.
    pub numerator: i128,
    /// What it is a share of; without meaning where the figure is a sum.
    pub denominator: i128,
}

/// Both numbers, each by itself: of ratios, that is the ratio of the sums.
impl std::ops::Add for Ratio {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self { numerator: self.numerator + more.numerator, denominator: self.denominator + more.denominator }
    }
}

/// What stands where there is nothing to compare with.
pub const NOTHING: &str = "—";

impl Ratio {
    /// The figure as people read it. Never clamped: 142.5% is a figure.
    pub fn print(self, printed: Printed) -> String {
        match printed {
            printed if printed.is_of_a_whole() && self.denominator == 0 => NOTHING.to_owned(),
            Printed::Percent(decimals) => {
                format!("{}%", decimal(self.numerator * 100, self.denominator, decimals))
            }
            Printed::Mean(decimals) | Printed::MiddleHours(decimals) => {
                decimal(self.numerator, self.denominator, decimals)
            }
            Printed::Count => self.numerator.to_string(),
            Printed::Area => decimal(self.numerator, 100, 2),
            Printed::Money => decimal(self.numerator, 1_000_000, 2),
        }
    }
}

/// So many 分 are 1 亿元, from which on money is told in 亿元.
const YI: i128 = 10_000_000_000;

impl Ratio {
    /// The figure as it is told in a report, in the large units: 22.14万㎡, 6.59亿元. `None` where it has
    /// none.
    pub fn told(self, printed: Printed) -> Option<String> {
        match printed {
            Printed::Area => Some(format!("{}万㎡", decimal(self.numerator, 1_000_000, 2))),
            Printed::Money if self.numerator.abs() >= YI => {
                Some(format!("{}亿元", decimal(self.numerator, YI, 2)))
            }
            Printed::Money => Some(format!("{}万元", decimal(self.numerator, 1_000_000, 2))),
            _ => None,
        }
    }
}

/// `numerator / denominator` with that many decimals, the last one rounded half-up (away from zero).
///
/// # Panics
/// If the denominator is 0.
pub fn decimal(numerator: i128, denominator: i128, decimals: u32) -> String {
    assert_ne!(denominator, 0, "whoever prints a ratio knows that it has a denominator");
    let is_negative = (numerator < 0) != (denominator < 0);
    let (numerator, denominator) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    let scale = 10_u128.pow(decimals);
    let rounded = (2 * numerator * scale / denominator).div_ceil(2);
    let sign = if is_negative && rounded > 0 { "-" } else { "" };
    let (whole, rest) = (rounded / scale, rounded % scale);
    if decimals == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{rest:0width$}", width = decimals as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_tell_large_figures_in_large_units() {
        for (numerator, printed, expected) in [
            (22_140_000, Printed::Area, Some("22.14万㎡")),
            (14_751_900, Printed::Area, Some("14.75万㎡")),
            (65_900_000_000, Printed::Money, Some("6.59亿元")),
            (5_803_000_000, Printed::Money, Some("5803.00万元")),
            (3, Printed::Count, None),
        ] {
            let told = Ratio { numerator, denominator: 0 }.told(printed);
            assert_eq!(told.as_deref(), expected);
        }
    }

    #[test]
    fn figures_are_rounded_once_and_half_up() {
        for (numerator, denominator, printed, expected) in [
            (16_410_000, 22_140_000, Printed::Percent(1), "74.1%"),
            (14_751_900, 22_140_000, Printed::Percent(2), "66.63%"),
            // What the rounded figures would give, and the report does not print.
            (1475, 2214, Printed::Percent(2), "66.62%"),
            (4_373_100, 5_426_300, Printed::Percent(2), "80.59%"),
            (3_675_180, 5_426_300, Printed::Percent(2), "67.73%"),
            (329_000, 346_341, Printed::Percent(2), "94.99%"),
            (1, 8, Printed::Percent(0), "13%"),
            (5, 1000, Printed::Percent(0), "1%"),
            (49, 10_000, Printed::Percent(0), "0%"),
            (1425, 1000, Printed::Percent(1), "142.5%"),
            (-1, 8, Printed::Percent(1), "-12.5%"),
            (-1, 8, Printed::Percent(0), "-13%"),
            (-1, 3000, Printed::Percent(1), "0.0%"),
            (1, 0, Printed::Percent(2), "—"),
            (0, 0, Printed::Mean(1), "—"),
            (31, 4, Printed::Mean(1), "7.8"),
            (5_426_300, 0, Printed::Area, "54263.00"),
            (75_868_000_000, 1, Printed::Money, "75868.00"),
            (-4_999, 1, Printed::Money, "0.00"),
            (-5_000, 1, Printed::Money, "-0.01"),
            (7, 0, Printed::Count, "7"),
        ] {
            let printed = Ratio { numerator, denominator }.print(printed);
            assert_eq!(printed, expected, "{numerator} of {denominator}");
        }
    }
}
