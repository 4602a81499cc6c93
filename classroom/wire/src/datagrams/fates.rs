//! Chance, which is the same each time.

use std::time::Duration;

use fastrand::Rng;
use record::Direction;

use super::bends::Bends;

/// Decides what becomes of each datagram of one client in one direction.
///
/// It depends on the seed and on how many came before, and on nothing else: neither on the time
/// nor on other clients.
pub struct Fates {
    bends: Bends,
    random: Rng,
    /// The last one delivered was held back. The next one goes ahead of it, and is not held.
    holding: bool,
    /// How many there were.
    count: usize,
}

/// What becomes of a datagram.
#[derive(Debug, PartialEq, Eq)]
pub struct Fate {
    /// How often it is delivered: not at all, once, or twice.
    pub copies: usize,
    /// How many of its bytes.
    pub length: usize,
    /// Whether it waits until the next one has passed.
    pub held: bool,
    /// How much later it is delivered.
    pub delay: Duration,
}

impl Fates {
    /// Begins at the seed. Each client and direction draws numbers of its own.
    pub fn new(bends: Bends, client: usize, direction: Direction) -> Self {
        let offset = match direction {
            Direction::Request => 0,
            Direction::Reply => 1,
        };
        let seed = bends.seed.wrapping_add(2 * client as u64 + offset);
        Self { bends, random: Rng::with_seed(seed), holding: false, count: 0 }
    }

    /// Decides about the next datagram, of `length` bytes.
    pub fn next(&mut self, length: usize) -> Fate {
        self.count += 1;
        if self.bends.first && self.count > 1 {
            return Fate { copies: 1, length, held: false, delay: Duration::ZERO };
        }
        // All are drawn each time: a change of one share changes nothing about the others.
        let dropped = self.draw(self.bends.drop);
        let doubled = self.draw(self.bends.duplicate);
        let late = self.draw(self.bends.reorder);

        let copies = match (dropped, doubled) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => 2,
        };
        let held = late && !dropped && !self.holding;
        if !dropped {
            self.holding = held;
        }
        let length = self.bends.cut.unwrap_or(length).min(length);
        Fate { copies, length, held, delay: self.bends.delay.unwrap_or_default() }
    }

    /// True with the given chance: never for 0, always for 1.
    fn draw(&mut self, share: f64) -> bool {
        self.random.f64() < share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(bends: Bends, count: usize) -> Vec<Fate> {
        let mut fates = Fates::new(bends, 1, Direction::Request);
        (0..count).map(|_| fates.next(10)).collect()
    }

    #[test]
    fn a_share_is_kept_to() {
        let bends = Bends { drop: 0.1, duplicate: 0.3, ..Bends::default() };
        let fates = fates(bends, 10_000);
        let count = |copies| fates.iter().filter(|fate| fate.copies == copies).count();
        assert!((900..1_100).contains(&count(0)), "{}", count(0));
        // Of those that are delivered.
        assert!((2_600..2_800).contains(&count(2)), "{}", count(2));
    }

    #[test]
    fn two_in_a_row_are_never_held() {
        let bends = Bends { drop: 0.5, reorder: 1.0, ..Bends::default() };
        let fates = fates(bends, 100);
        let delivered: Vec<_> = fates.iter().filter(|fate| fate.copies > 0).collect();
        assert!(delivered.iter().step_by(2).all(|fate| fate.held));
        assert!(delivered.iter().skip(1).step_by(2).all(|fate| !fate.held));
    }

    #[test]
    fn a_share_does_not_change_what_the_others_do() {
        let lost = |duplicate, reorder| {
            let bends = Bends { drop: 0.5, duplicate, reorder, seed: 3, ..Bends::default() };
            fates(bends, 100).iter().map(|fate| fate.copies == 0).collect::<Vec<_>>()
        };
        assert_eq!(lost(0.0, 0.0), lost(0.7, 0.2));
    }

    #[test]
    fn each_client_and_direction_has_its_own_chance() {
        let lost = |client, direction| {
            let mut fates = Fates::new(Bends { drop: 0.5, ..Bends::default() }, client, direction);
            (0..100).map(|_| fates.next(10).copies).collect::<Vec<_>>()
        };
        assert_ne!(lost(1, Direction::Request), lost(1, Direction::Reply));
        assert_ne!(lost(1, Direction::Request), lost(2, Direction::Request));
        assert_eq!(lost(2, Direction::Reply), lost(2, Direction::Reply));
    }
}
