//! What parts add up to: a sum, a ratio of two sums, or the middle of what each of them says.

use super::indicators::{Part, Side};
use super::ratio::{Printed, Ratio};

/// What has been added up so far.
#[derive(Clone, Debug)]
pub(super) enum Sum {
    /// Two sums.
    Ratio(Ratio),
    /// Minutes, each by itself: their middle follows from no sum.
    Middle(Vec<u32>),
}

/// An hour has so many minutes. The middle lies between two, which the halves take into account.
const HALF_MINUTES_PER_HOUR: i128 = 120;

impl Sum {
    /// Nothing yet, of what is printed like that.
    pub(super) fn of(printed: Printed) -> Self {
        if matches!(printed, Printed::MiddleHours(_)) {
            Self::Middle(Vec::new())
        } else {
            Self::Ratio(Ratio::default())
        }
    }

    /// Adds a part.
    pub(super) fn add(&mut self, part: &Part) {
        match self {
            Self::Ratio(ratio) => match part.side {
                Side::Numerator => ratio.numerator += part.amount,
                Side::Denominator => ratio.denominator += part.amount,
            },
            Self::Middle(minutes) => minutes.push(u32::try_from(part.amount.max(0)).unwrap_or(u32::MAX)),
        }
    }

    /// The figure. The middle of an even number of parts is halfway between the two in the middle; where
    /// there are none, there is none.
    pub(super) fn figure(self) -> Ratio {
        let mut minutes = match self {
            Self::Ratio(ratio) => return ratio,
            Self::Middle(minutes) => minutes,
        };
        let Some(last) = minutes.len().checked_sub(1) else { return Ratio::default() };
        minutes.sort_unstable();
        let two = [minutes[last / 2], minutes[minutes.len() / 2]];
        Ratio { numerator: two.into_iter().map(i128::from).sum(), denominator: HALF_MINUTES_PER_HOUR }
    }
}

#[cfg(test)]
mod tests {
    use sync_protocol::id::RecordId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn the_middle_is_that_of_the_parts_and_of_none_there_is_none() {
        let part = |minutes| Part {
            side: Side::Numerator,
            record: RecordId(Uuid::nil()),
            school: None,
            project: None,
            amount: minutes,
        };
        let printed = Printed::MiddleHours(1);
        for (minutes, expected) in [
            (vec![], "—"),
            (vec![0], "0.0"),
            (vec![90], "1.5"),
            // One that took weeks moves the middle no further than any other.
            (vec![60, 30_000, 0], "1.0"),
            (vec![60, 120], "1.5"),
            (vec![30_000, 60, 121, 0], "1.5"),
            (vec![5_000_000_000], "71582788.3"),
        ] {
            let mut sum = Sum::of(printed);
            for minutes in &minutes {
                sum.add(&part(*minutes));
            }
            assert_eq!(sum.figure().print(printed), expected, "{minutes:?}");
        }
    }
}
