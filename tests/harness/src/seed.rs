//! Chance that can be repeated: everything a [`crate::World`] invents follows from one number.

use uuid::Uuid;

/// A small random number generator (`SplitMix64`): the same seed, the same county.
#[derive(Clone, Debug)]
pub struct Seed(u64);

impl Seed {
    /// Begins from a number.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own for a purpose, so that one more draw here shifts nothing there.
    #[must_use]
    pub fn branch(&self, purpose: &str) -> Self {
        let mixed = purpose.bytes().fold(self.0 ^ 0x9e37_79b9_7f4a_7c15, |state, byte| {
            (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(17)
        });
        Self(mixed)
    }

    /// The next number.
    pub const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 up to, but not including, `end`.
    pub const fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Whether something of that probability in percent happens.
    pub const fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len() as u64) as usize]
    }

    /// A UUID, the same one for the same seed.
    pub fn uuid(&mut self) -> Uuid {
        let bytes = (u128::from(self.next()) << 64) | u128::from(self.next());
        uuid::Builder::from_random_bytes(bytes.to_be_bytes()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::Seed;

    #[test]
    fn the_same_seed_gives_the_same_chance_and_branches_do_not_meet() {
        let draw = |mut seed: Seed| [seed.next(), seed.next(), seed.below(10)];
        assert_eq!(draw(Seed::new(1)), draw(Seed::new(1)));
        assert_ne!(draw(Seed::new(1)), draw(Seed::new(2)));
        assert_ne!(draw(Seed::new(1).branch("schools")), draw(Seed::new(1).branch("people")));
        assert_eq!(Seed::new(7).uuid(), Seed::new(7).uuid());
    }
}
