//! Random runs of an owner alone: tabs that share one cookie jar, on a bad network.
//!
//! Each leg takes at most 57 s and the clocks of the two processes are 5 s apart, so that two legs
//! and the clocks fit into the late window of 120 s.

use crate::runs::{config, leaf};
use crate::server::{self, Answer};
use proptest::prelude::*;
use std::collections::BTreeMap;
use vestibule::domain::lifetimes::{LEEWAY, Lifetimes};
use vestibule::domain::rotation::Presented;
use vestibule::domain::session::{EndReason, Generation, Session};
use vestibule::domain::{Span, Time};

const CASES: u32 = 10_000;
const LONGEST_LEG: Span = Span::seconds(57);
/// The longest time between the decision and the moment at which the answer leaves; part of its leg.
const LONGEST_WORK: Span = Span::seconds(1);

#[derive(Clone, Copy, Debug)]
enum Request {
    /// A page: the refresh token is used only if the access token is not accepted.
    Page,
    /// A script calls POST /api/auth/refresh, whether the access token is good or not.
    Refresh,
    /// The form of the sign-in page, still open in another tab.
    SignIn,
}

/// What happens to the account just before a request is sent.
#[derive(Clone, Copy, Debug)]
enum Change {
    Nothing,
    Role,
    Key,
}

/// One request of a tab, and the way of its answer.
#[derive(Clone, Debug)]
struct Trip {
    after: Span,
    change: Change,
    request: Request,
    there: Span,
    /// How far the clock of the process that answers is ahead.
    ahead: Span,
    work: Span,
    back: Span,
    lost: bool,
}

/// Bursts of a few requests at once, and pauses in which the access token expires.
fn pause(access: Span) -> impl Strategy<Value = Span> {
    let access = access.num_milliseconds();
    prop_oneof![
        4 => 0..2_000i64,
        3 => 0..180_000i64,
        3 => access..access * 5 / 2,
        1 => 0..108_000_000i64,
    ]
    .prop_map(Span::milliseconds)
}

/// Most are fast, some are stalled, and some for as long as can be.
fn delay(longest: Span) -> impl Strategy<Value = Span> {
    let longest = longest.num_milliseconds();
    prop_oneof![6 => 0..300i64, 1 => 0..longest, 1 => longest * 9 / 10..longest]
        .prop_map(Span::milliseconds)
}

fn trip(access: Span, lost: f64) -> impl Strategy<Value = Trip> {
    let change =
        prop_oneof![20 => Just(Change::Nothing), 1 => Just(Change::Role), 1 => Just(Change::Key)];
    let request = prop_oneof![14 => Just(Request::Page), 6 => Just(Request::Refresh), 1 => Just(Request::SignIn)];
    (
        pause(access),
        change,
        request,
        delay(LONGEST_LEG),
        prop_oneof![Just(Span::zero()), Just(LEEWAY)],
        delay(LONGEST_WORK),
        delay(LONGEST_LEG - LONGEST_WORK),
        proptest::bool::weighted(lost),
    )
        .prop_map(|(after, change, request, there, ahead, work, back, lost)| Trip {
            after,
            change,
            request,
            there,
            ahead,
            work,
            back,
            lost,
        })
}

#[derive(Clone, Copy)]
struct RefreshToken {
    session: usize,
    presented: Presented,
}

#[derive(Clone, Copy)]
struct AccessToken {
    session: usize,
    generation: Generation,
    expires_at: Time,
    role: u8,
    key: usize,
}

#[derive(Clone, Copy)]
struct Jar {
    refresh: RefreshToken,
    access: AccessToken,
}

/// The cookies of an answer; a kept one has no refresh token.
#[derive(Clone, Copy)]
struct Cookies {
    refresh: Option<RefreshToken>,
    access: AccessToken,
}

enum Event {
    Send(usize),
    Arrive(usize, Jar),
    Leave(usize, Cookies),
    Deliver(Cookies),
}

struct Server {
    lifetimes: Lifetimes,
    sessions: Vec<Session>,
    role: u8,
    key: usize,
    leaves: u128,
}

impl Server {
    /// `now` is the time of the process that answers.
    fn answer(&mut self, request: Request, jar: Jar, now: Time) -> Option<Cookies> {
        match request {
            Request::Page if self.accepts(jar.access, now) => None,
            Request::Page | Request::Refresh => self.refresh(jar.refresh, now),
            Request::SignIn => {
                // Ends the session of the jar.
                self.sessions[jar.refresh.session].ended.get_or_insert((now, EndReason::SignedOut));
                Some(self.sign_in(now))
            }
        }
    }

    fn sign_in(&mut self, now: Time) -> Cookies {
        self.sessions.push(server::sign_in(now, &self.lifetimes));
        self.tokens(self.sessions.len() - 1, now)
    }

    /// As `accounts::sessions::authenticate`: if the role has changed, the record decides, so that a
    /// newer token of the same generation is accepted.
    fn accepts(&mut self, token: AccessToken, now: Time) -> bool {
        let session = &mut self.sessions[token.session];
        let accepted = session.ended.is_none()
            && now < token.expires_at + LEEWAY
            && token.key == self.key
            && token.role == self.role;
        session.confirmed |= accepted && token.generation == session.generation;
        accepted
    }

    fn refresh(&mut self, token: RefreshToken, now: Time) -> Option<Cookies> {
        let session = &mut self.sessions[token.session];
        let answer = server::refresh(session, token.presented, now, &self.lifetimes);
        assert_ne!(answer, Answer::Invalid);
        let cookies = answer.has_access_token().then(|| self.tokens(token.session, now))?;
        Some(Cookies { refresh: cookies.refresh.filter(|_| answer.has_refresh_token()), ..cookies })
    }

    fn tokens(&mut self, session: usize, now: Time) -> Cookies {
        let generation = self.sessions[session].generation;
        self.leaves += 1;
        let presented = Presented { generation, leaf: leaf(self.leaves) };
        let expires_at = now + self.lifetimes.access;
        let (role, key) = (self.role, self.key);
        Cookies {
            refresh: Some(RefreshToken { session, presented }),
            access: AccessToken { session, generation, expires_at, role, key },
        }
    }

    /// The response fairing: no tokens of a session that has ended while the answer was made.
    fn may_leave(&self, cookies: &Cookies) -> bool {
        self.sessions[cookies.access.session].ended.is_none()
    }
}

/// Plays the trips, each event at its own time, whatever the order of the answers.
fn play(trips: &[Trip], access: Span) -> Vec<Session> {
    let lifetimes = server::lifetimes(access);
    let mut server = Server { lifetimes, sessions: Vec::new(), role: 0, key: 0, leaves: 0 };
    let mut at = server::start();
    let first = server.sign_in(at);
    let mut jar = Jar { refresh: first.refresh.unwrap(), access: first.access };
    let mut queue = BTreeMap::new();
    let mut count = 0;
    let mut push = |queue: &mut BTreeMap<(Time, usize), Event>, at, event| {
        count += 1;
        queue.insert((at, count), event);
    };
    for (i, trip) in trips.iter().enumerate() {
        at += trip.after;
        push(&mut queue, at, Event::Send(i));
    }
    while let Some(((now, _), event)) = queue.pop_first() {
        match event {
            Event::Send(i) => {
                match trips[i].change {
                    Change::Nothing => {}
                    Change::Role => server.role ^= 1,
                    Change::Key => server.key += 1,
                }
                push(&mut queue, now + trips[i].there, Event::Arrive(i, jar));
            }
            Event::Arrive(i, jar) => {
                if let Some(cookies) = server.answer(trips[i].request, jar, now + trips[i].ahead) {
                    push(&mut queue, now + trips[i].work, Event::Leave(i, cookies));
                }
            }
            Event::Leave(i, cookies) => {
                if server.may_leave(&cookies) && !trips[i].lost {
                    push(&mut queue, now + trips[i].back, Event::Deliver(cookies));
                }
            }
            Event::Deliver(cookies) => {
                jar.refresh = cookies.refresh.unwrap_or(jar.refresh);
                jar.access = cookies.access;
            }
        }
    }
    server.sessions
}

fn check(access: Span, lost: f64) {
    let trips = proptest::collection::vec(trip(access, lost), 5..65);
    proptest!(config(CASES), |(trips in trips)| {
        let sessions = play(&trips, access);
        let is_reuse = |session: &&Session| matches!(session.ended, Some((_, EndReason::Reuse)));
        prop_assert_eq!(sessions.iter().find(is_reuse), None);
    });
}

#[test]
fn no_owner_alone_is_ended() {
    check(Span::minutes(15), 0.0);
}

#[test]
fn no_owner_alone_is_ended_though_answers_are_lost() {
    check(Span::minutes(15), 0.3);
}

#[test]
fn no_owner_alone_is_ended_with_access_tokens_of_a_minute() {
    check(Span::minutes(1), 0.0);
}

#[test]
fn no_owner_alone_is_ended_with_access_tokens_of_a_minute_though_answers_are_lost() {
    check(Span::minutes(1), 0.3);
}
