use super::{Decision, Presented, Step, decide};
use crate::domain::account::AccountId;
use crate::domain::authentication_method::AuthenticationMethods;
use crate::domain::device::Device;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::session::{EndReason, Generation, Leaf, Session, SessionId, SignIn};
use crate::domain::{Span, Time};
use uuid::Uuid;

const LIFETIMES: Lifetimes = Lifetimes::DEFAULT;
/// The leaf with which the parent was superseded, and another one.
const OWN: Leaf = Leaf(Uuid::from_u128(1));
const OTHER: Leaf = Leaf(Uuid::from_u128(2));

fn start() -> Time {
    Time::from_timestamp(1_800_000_000, 0).unwrap()
}

fn first() -> Session {
    let sign_in = SignIn {
        methods: AuthenticationMethods::default(),
        persistent: true,
        device: Device::default(),
    };
    let began = start() - Span::days(1);
    Session::start(SessionId(Uuid::nil()), AccountId(Uuid::nil()), sign_in, began, &LIFETIMES)
}

/// A session in generation 5 with parent 3 (4 was given up), rotated at `start()`, unconfirmed.
fn session() -> Session {
    first().stepped(Step {
        generation: 5,
        parent: 3,
        parent_leaf: Some(OWN),
        rotated_at: start(),
        replay_until: start() + LIFETIMES.grace,
        idle_expires_at: start() + LIFETIMES.idle,
    })
}

fn confirmed() -> Session {
    Session { confirmed: true, ..session() }
}

/// Issued again at 250 s.
fn reissued() -> Session {
    Session { replay_until: start() + Span::seconds(270), ..session() }
}

fn ended(reason: EndReason) -> Session {
    Session { ended: Some((start(), reason)), ..session() }
}

fn step(parent: Generation, parent_leaf: Leaf, after: Span) -> Step {
    let now = start() + after;
    Step {
        generation: 6,
        parent,
        parent_leaf: Some(parent_leaf),
        rotated_at: now,
        replay_until: now + LIFETIMES.grace,
        idle_expires_at: (now + LIFETIMES.idle).min(session().expires_at),
    }
}

fn reissue(after: Span) -> Decision {
    Decision::Reissue { replay_until: start() + after + LIFETIMES.grace }
}

fn token(generation: Generation, leaf: Leaf) -> Presented {
    Presented { generation, leaf }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table, a row a case")]
fn every_rule_in_its_order() {
    let (now, soon, late) = (Span::zero(), Span::seconds(20), Span::milliseconds(20_001));
    let (recent, past, monday) = (Span::seconds(140), Span::milliseconds(140_001), Span::days(3));
    let idle_expiry = Span::days(7);
    let reuse = Decision::End(EndReason::Reuse);
    let table = [
        // 1. An ended session stays ended, before every other rule.
        (
            ended(EndReason::SignedOut),
            token(5, OWN),
            now,
            Decision::Ended(start(), EndReason::SignedOut),
        ),
        (ended(EndReason::Reuse), token(3, OTHER), now, Decision::Ended(start(), EndReason::Reuse)),
        (ended(EndReason::Reuse), token(9, OWN), past, Decision::Ended(start(), EndReason::Reuse)),
        // Its lifetime is over.
        (
            session(),
            token(5, OWN),
            idle_expiry - Span::milliseconds(1),
            Decision::Rotate(step(5, OWN, idle_expiry - Span::milliseconds(1))),
        ),
        (session(), token(5, OWN), idle_expiry, Decision::End(EndReason::Idle)),
        (session(), token(3, OTHER), idle_expiry, Decision::End(EndReason::Idle)),
        (session(), token(5, OWN), Span::days(29), Decision::End(EndReason::Expired)),
        // 2. Ahead of the record.
        (session(), token(6, OWN), now, Decision::Invalid),
        (confirmed(), token(6, OWN), monday, Decision::Invalid),
        // 3. Leaf: the parent with another leaf, at any time, confirmed or not.
        (session(), token(3, OTHER), now, reuse),
        (session(), token(3, OTHER), past, reuse),
        (confirmed(), token(3, OTHER), soon, reuse),
        (session(), token(3, OTHER), monday, reuse),
        // 4. Keep: the current token shortly after a rotation, with any leaf.
        (session(), token(5, OWN), now, Decision::Keep),
        (session(), token(5, OTHER), recent, Decision::Keep),
        (confirmed(), token(5, OWN), recent, Decision::Keep),
        (reissued(), token(5, OWN), Span::seconds(390), Decision::Keep),
        // 5. Rotate: the current token otherwise. The presented leaf is stored with the parent.
        (session(), token(5, OWN), past, Decision::Rotate(step(5, OWN, past))),
        (confirmed(), token(5, OTHER), monday, Decision::Rotate(step(5, OTHER, monday))),
        // 6. Repeat: concurrent refreshes, confirmed or not, up to the last moment of the grace time.
        (session(), token(3, OWN), now, Decision::Repeat),
        (session(), token(3, OWN), soon, Decision::Repeat),
        (confirmed(), token(3, OWN), soon, Decision::Repeat),
        // 7. Reissue: after it, for as long as the successor may be on the wire, until it is used.
        (session(), token(3, OWN), late, reissue(late)),
        (session(), token(3, OWN), recent, reissue(recent)),
        (reissued(), token(3, OWN), Span::seconds(280), reissue(Span::seconds(280))),
        // But not forever: then nothing is issued until the last one cannot be on the wire any more.
        (reissued(), token(3, OWN), Span::milliseconds(280_001), Decision::Stale),
        (reissued(), token(3, OWN), Span::seconds(390), Decision::Stale),
        (
            reissued(),
            token(3, OWN),
            Span::milliseconds(390_001),
            Decision::Heal(step(3, OWN, Span::milliseconds(390_001))),
        ),
        // 8. Stale: very late is not theft.
        (confirmed(), token(3, OWN), late, Decision::Stale),
        (confirmed(), token(3, OWN), recent, Decision::Stale),
        // 9. Given up, or older than the parent: reuse at any time, confirmed or not.
        (session(), token(4, OWN), now, reuse),
        (confirmed(), token(4, OTHER), recent, reuse),
        (session(), token(4, OWN), past, reuse),
        (session(), token(2, OWN), now, reuse),
        (confirmed(), token(1, OWN), monday, reuse),
        // 10. Heal: a lost response, as long as the session lives.
        (session(), token(3, OWN), past, Decision::Heal(step(3, OWN, past))),
        (session(), token(3, OWN), monday, Decision::Heal(step(3, OWN, monday))),
        // 11. Reuse: otherwise, two hold a copy.
        (confirmed(), token(3, OWN), past, reuse),
    ];
    for (i, (session, presented, after, expected)) in table.into_iter().enumerate() {
        let decision = decide(Some(&session), presented, start() + after, &LIFETIMES);
        assert_eq!(decision, expected, "row {i}: {presented:?} after {after}");
    }
    assert_eq!(decide(None, token(1, OWN), start(), &LIFETIMES), Decision::Unknown);
}

#[test]
fn the_first_generation_is_rotated_at_once() {
    let now = first().rotated_at;
    let Decision::Rotate(step) = decide(Some(&first()), token(1, OTHER), now, &LIFETIMES) else {
        panic!("not rotated")
    };
    assert_eq!((step.generation, step.parent, step.parent_leaf), (2, 1, Some(OTHER)));
}

#[test]
fn a_refresh_never_reaches_past_the_absolute_lifetime() {
    let near_end = Session { idle_expires_at: session().expires_at, ..session() };
    let now = near_end.expires_at - Span::hours(1);
    let Decision::Rotate(step) = decide(Some(&near_end), token(5, OWN), now, &LIFETIMES) else {
        panic!("rotates")
    };
    assert_eq!(step.idle_expires_at, near_end.expires_at);
}

#[test]
fn a_session_that_ends_with_the_browser_idles_for_12_hours_at_most() {
    let brief = Session { persistent: false, ..session() };
    let now = start() + Span::hours(1);
    let Decision::Rotate(step) = decide(Some(&brief), token(5, OWN), now, &LIFETIMES) else {
        panic!("rotates")
    };
    assert_eq!(step.idle_expires_at, now + Span::hours(12));
}
