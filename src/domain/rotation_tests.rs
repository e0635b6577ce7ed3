use super::{Decision, Step, decide};
use crate::domain::account::AccountId;
use crate::domain::authentication_method::AuthenticationMethods;
use crate::domain::device::Device;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::session::{EndReason, Session, SessionId, SignIn};
use crate::domain::{Span, Time};
use uuid::Uuid;

const LIFETIMES: Lifetimes = Lifetimes::DEFAULT;

fn start() -> Time {
    Time::from_timestamp(1_800_000_000, 0).unwrap()
}

/// A session in generation 5 with parent 3 (4 was given up), renewed at `start()`, unconfirmed.
fn session() -> Session {
    let sign_in = SignIn {
        methods: AuthenticationMethods::default(),
        persistent: true,
        device: Device::default(),
    };
    let began = start() - Span::days(1);
    let session =
        Session::start(SessionId(Uuid::nil()), AccountId(Uuid::nil()), sign_in, began, &LIFETIMES);
    session.stepped(Step {
        generation: 5,
        parent: 3,
        rotated_at: start(),
        replay_until: start() + LIFETIMES.grace,
        idle_expires_at: start() + LIFETIMES.idle,
    })
}

fn confirmed() -> Session {
    Session { confirmed: true, ..session() }
}

/// Given again at 250 s.
fn slid() -> Session {
    Session { replay_until: start() + Span::seconds(270), ..session() }
}

fn ended(reason: EndReason) -> Session {
    Session { ended: Some((start(), reason)), ..session() }
}

fn step(parent: i64, after: Span) -> Step {
    let now = start() + after;
    Step {
        generation: 6,
        parent,
        rotated_at: now,
        replay_until: now + LIFETIMES.grace,
        idle_expires_at: (now + LIFETIMES.idle).min(session().expires_at),
    }
}

fn reissue(after: Span) -> Decision {
    Decision::Reissue { replay_until: start() + after + LIFETIMES.grace }
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table, a row a case")]
fn every_rule_in_its_order() {
    let (now, soon, late) = (Span::zero(), Span::seconds(20), Span::milliseconds(20_001));
    let (stale_end, very_late, monday) =
        (Span::seconds(140), Span::milliseconds(140_001), Span::days(3));
    let idle_expiry = Span::days(7);
    let table = [
        // Rule 1: an ended session stays ended, before any grace.
        (ended(EndReason::SignedOut), 5, now, Decision::Ended(start(), EndReason::SignedOut)),
        (ended(EndReason::Reuse), 3, now, Decision::Ended(start(), EndReason::Reuse)),
        (ended(EndReason::Reuse), 9, very_late, Decision::Ended(start(), EndReason::Reuse)),
        // Rule 2: life over.
        (
            session(),
            5,
            idle_expiry - Span::milliseconds(1),
            Decision::Rotate(step(5, idle_expiry - Span::milliseconds(1))),
        ),
        (session(), 5, idle_expiry, Decision::End(EndReason::Idle)),
        (session(), 3, idle_expiry, Decision::End(EndReason::Idle)),
        (session(), 5, Span::days(29), Decision::End(EndReason::Expired)),
        // Rule 3: ahead of the record.
        (session(), 6, now, Decision::Invalid),
        (confirmed(), 6, very_late, Decision::Invalid),
        // Rule 4: the current token.
        (session(), 5, now, Decision::Rotate(step(5, now))),
        (confirmed(), 5, monday, Decision::Rotate(step(5, monday))),
        // Rule 5: racers get the same again, confirmed or not, up to the last moment of grace.
        (session(), 4, now, Decision::Repeat),
        (session(), 3, soon, Decision::Repeat),
        (confirmed(), 4, soon, Decision::Repeat),
        (confirmed(), 3, soon, Decision::Repeat),
        // And after it, as long as a stalled request may take, while nobody has used it.
        (session(), 3, late, reissue(late)),
        (session(), 4, late, reissue(late)),
        (session(), 3, stale_end, reissue(stale_end)),
        (slid(), 3, Span::seconds(280), reissue(Span::seconds(280))),
        // But not for ever: from then on nothing is given until the last one given cannot be on the wire any more.
        (slid(), 3, Span::milliseconds(280_001), Decision::Stale),
        (slid(), 3, Span::seconds(390), Decision::Stale),
        (
            slid(),
            3,
            Span::milliseconds(390_001),
            Decision::Heal(step(3, Span::milliseconds(390_001))),
        ),
        // Rule 6: a lost reply heals as long as the session lives, from the parent only, unless confirmed.
        (session(), 3, very_late, Decision::Heal(step(3, very_late))),
        (session(), 3, monday, Decision::Heal(step(3, monday))),
        // Rule 7: very late is not theft.
        (session(), 2, now, Decision::Stale),
        (session(), 2, stale_end, Decision::Stale),
        // Unless more renewals lie between than a browser makes in that time.
        (session(), 1, now, Decision::End(EndReason::Reuse)),
        (confirmed(), 1, stale_end, Decision::End(EndReason::Reuse)),
        (confirmed(), 3, late, Decision::Stale),
        (confirmed(), 4, stale_end, Decision::Stale),
        // Rule 8: a copy is in two hands.
        (session(), 4, very_late, Decision::End(EndReason::Reuse)),
        (session(), 2, very_late, Decision::End(EndReason::Reuse)),
        (confirmed(), 3, very_late, Decision::End(EndReason::Reuse)),
        (confirmed(), 1, monday, Decision::End(EndReason::Reuse)),
    ];
    for (i, (session, presented, after, expected)) in table.into_iter().enumerate() {
        let decision = decide(Some(&session), presented, start() + after, &LIFETIMES);
        assert_eq!(decision, expected, "row {i}: generation {presented} after {after}");
    }
    assert_eq!(decide(None, 1, start(), &LIFETIMES), Decision::Unknown);
}

#[test]
fn a_renewal_never_reaches_past_the_absolute_life() {
    let near_end = Session { idle_expires_at: session().expires_at, ..session() };
    let now = near_end.expires_at - Span::hours(1);
    let Decision::Rotate(step) = decide(Some(&near_end), 5, now, &LIFETIMES) else {
        panic!("rotates")
    };
    assert_eq!(step.idle_expires_at, near_end.expires_at);
}

#[test]
fn a_session_that_ends_with_the_browser_idles_for_12_hours_at_most() {
    let brief = Session { persistent: false, ..session() };
    let Decision::Rotate(step) = decide(Some(&brief), 5, start(), &LIFETIMES) else {
        panic!("rotates")
    };
    assert_eq!(step.idle_expires_at, start() + Span::hours(12));
}
