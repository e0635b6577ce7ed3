//! Random runs of an owner and a thief with a habit: each ends, and the owner is told.

use crate::runs::{config, leaf};
use crate::server;
use proptest::prelude::*;
use proptest::sample::Index;
use vestibule::domain::lifetimes::Lifetimes;
use vestibule::domain::rotation::Presented;
use vestibule::domain::session::{EndReason, FIRST_GENERATION, Session};
use vestibule::domain::{Span, Time};

/// The server with the stolen session, and the clock.
struct World {
    now: Time,
    lifetimes: Lifetimes,
    session: Session,
    leaves: u128,
}

impl World {
    /// A world with a new session, and its first refresh token.
    fn new() -> (Self, Presented) {
        let (now, lifetimes) = (server::start(), Lifetimes::DEFAULT);
        let session = server::sign_in(now, &lifetimes);
        let first = Presented { generation: FIRST_GENERATION, leaf: leaf(0) };
        (Self { now, lifetimes, session, leaves: 0 }, first)
    }

    /// Presents a refresh token. Gives the one that its holder has afterwards: a new one, or the
    /// same if only an access token was given. None if nothing was given.
    fn renew(&mut self, token: Presented) -> Option<Presented> {
        let answer = server::refresh(&mut self.session, token, self.now, &self.lifetimes);
        if answer.has_refresh_token() {
            self.leaves += 1;
            Some(Presented { generation: self.session.generation, leaf: leaf(self.leaves) })
        } else {
            Some(token).filter(|_| answer.has_access_token())
        }
    }

    fn use_access_token_of(&mut self, token: Presented) {
        self.session.confirmed |= token.generation == self.session.generation;
    }

    /// The owner comes back after the access token has expired, and uses the new one a second later.
    fn visit(&mut self, owner: &mut Presented) {
        if let Some(renewed) = self.renew(*owner) {
            *owner = renewed;
            self.now += Span::seconds(1);
            self.use_access_token_of(renewed);
        }
    }

    fn is_reuse(&self) -> bool {
        matches!(self.session.ended, Some((_, EndReason::Reuse)))
    }
}

/// An owner who has renewed a few times, and a copy of the tokens.
fn stolen_after(renewals: usize) -> (World, Presented) {
    let (mut world, mut owner) = World::new();
    for _ in 0..renewals {
        world.now += Span::hours(1);
        world.visit(&mut owner);
    }
    (world, owner)
}

#[test]
fn a_thief_who_takes_turns_with_the_owner_is_caught_after_two_renewals_each() {
    let turn = (any::<bool>(), 141..7_200i64);
    proptest!(config(2_000), |(
        renewals in 0..3usize,
        turns in proptest::collection::vec(turn, 4),
        mut owner_first in any::<bool>(),
    )| {
        let (mut world, stolen) = stolen_after(renewals);
        let mut holders = [stolen, stolen];
        for (uses, pause) in turns {
            world.now += Span::seconds(pause);
            let holder = &mut holders[usize::from(owner_first)];
            owner_first = !owner_first;
            if let Some(renewed) = world.renew(*holder) {
                *holder = renewed;
                if uses {
                    world.use_access_token_of(renewed);
                }
            }
        }
        prop_assert!(world.is_reuse());
    });
}

#[test]
fn a_thief_who_is_told_of_each_renewal_is_caught_at_the_owners_second() {
    let visit = (901..7_200i64, 0..1_000i64);
    proptest!(config(2_000), |(
        renewals in 0..3usize,
        visits in proptest::collection::vec(visit, 2),
    )| {
        let (mut world, mut owner) = stolen_after(renewals);
        let mut thief = owner;
        for (pause, behind) in visits {
            prop_assert!(!world.is_reuse());
            world.now += Span::seconds(pause);
            owner = world.renew(owner).unwrap();
            world.now += Span::milliseconds(behind);
            thief = world.renew(thief).unwrap_or(thief);
        }
        prop_assert!(world.is_reuse());
    });
}

/// He asks with the copy, and if that gives nothing with the newest.
#[test]
fn a_thief_who_polls_is_caught() {
    let visits = proptest::collection::vec(901..5_400i64, 30);
    proptest!(config(200), |(visits in visits, pace in 1..600i64)| {
        let (mut world, mut owner) = World::new();
        let (mut copy, mut newest) = (owner, owner);
        for visit in visits {
            let visit_at = world.now + Span::seconds(visit);
            while world.now < visit_at {
                world.now += Span::seconds(pace);
                match world.renew(copy) {
                    Some(renewed) => newest = renewed,
                    None => if let Some(renewed) = world.renew(newest) {
                        copy = newest;
                        newest = renewed;
                    }
                }
            }
            world.visit(&mut owner);
        }
        prop_assert!(world.is_reuse());
    });
}

#[test]
fn a_thief_who_keeps_all_tokens_is_caught() {
    let visits = proptest::collection::vec(16..90i64, 40);
    let polls = proptest::collection::vec((1..600i64, any::<Index>(), 0..10u8), 1..40);
    proptest!(config(200), |(visits in visits, polls in polls)| {
        let (mut world, mut owner) = World::new();
        let mut held = vec![owner];
        let mut polls = polls.iter().cycle();
        for visit in visits {
            let visit_at = world.now + Span::minutes(visit);
            while world.now < visit_at {
                let (pause, which, uses) = polls.next().unwrap();
                world.now += Span::seconds(*pause);
                if let Some(renewed) = world.renew(*which.get(&held)) {
                    held.push(renewed);
                    if *uses == 0 {
                        world.use_access_token_of(renewed);
                    }
                }
            }
            world.visit(&mut owner);
        }
        prop_assert!(world.is_reuse());
    });
}
