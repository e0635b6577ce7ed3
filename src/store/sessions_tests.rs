//! The filters of conditional updates: for each filter, a test fails if it is removed. SQLite has
//! no concurrent writers, so the row is changed beforehand.

use super::*;
use crate::config::DatabaseUrl;
use crate::domain::Span;
use crate::domain::account::{Account, Role};
use crate::domain::authentication_method::AuthenticationMethods;
use crate::domain::device::Device;
use crate::domain::email::EmailAddress;
use crate::domain::lifetimes::Lifetimes;
use crate::domain::name::DisplayName;
use crate::domain::session::{Leaf, SignIn};
use crate::store::{self, Store};
use diesel::connection::SimpleConnection;
use tempfile::TempDir;
use uuid::Uuid;

const LIFETIMES: Lifetimes = Lifetimes::DEFAULT;

fn now() -> Time {
    Time::from_timestamp(1_800_000_000, 0).unwrap()
}

fn session(n: u128) -> Session {
    let methods = AuthenticationMethods::default();
    let sign_in = SignIn { methods, persistent: true, device: Device::default() };
    let id = SessionId(Uuid::from_u128(n));
    Session::start(id, AccountId(Uuid::nil()), sign_in, now(), &LIFETIMES)
}

fn step() -> Step {
    Step {
        generation: 2,
        parent: 1,
        parent_leaf: Some(Leaf(Uuid::from_u128(7))),
        rotated_at: now(),
        replay_until: now() + LIFETIMES.grace,
        idle_expires_at: now() + LIFETIMES.idle,
    }
}

/// A database with one account and its sessions.
async fn store(sessions: Vec<Session>) -> (Store, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(DatabaseUrl::Sqlite(folder.path().join("test.db")), "root").unwrap();
    let account = Account {
        id: AccountId(Uuid::nil()),
        email: EmailAddress::parse("ada@example.org").unwrap(),
        name: DisplayName::parse("Ada").unwrap(),
        role: Role::User,
        created_at: now(),
        disabled_at: None,
    };
    let insert_all = move |unit: &mut Unit<'_>| {
        store::accounts::insert(unit, &account)?;
        sessions.iter().try_for_each(|session| insert(unit, session))
    };
    store.write(now(), insert_all).await.unwrap();
    (store, folder)
}

fn change(folder: &TempDir, sql: &str) {
    let path = folder.path().join("test.db");
    let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    connection.batch_execute(&format!("UPDATE sessions SET {sql}")).unwrap();
}

/// A conditional update under test; returns whether it changed the row.
type Update = fn(&mut Unit<'_>, &LockedAccount, &Session) -> Result<bool, StoreFault>;

async fn wins(changed: &str, update: Update) -> bool {
    let (store, folder) = store(vec![session(1)]).await;
    if !changed.is_empty() {
        change(&folder, changed);
    }
    let run = move |unit: &mut Unit<'_>| {
        let account = unit.lock(AccountId(Uuid::nil()))?.unwrap();
        update(unit, &account, &session(1))
    };
    store.write(now(), run).await.unwrap()
}

#[tokio::test]
async fn an_update_wins_only_if_nothing_it_was_decided_on_has_changed() {
    let rotate: Update = |unit, account, session| rotate(unit, account, session, &step());
    let extend: Update = |unit, account, session| extend_replay(unit, account, session, now());
    let end: Update =
        |unit, account, session| unit.end_session_if_unchanged(account, session, EndReason::Reuse);
    let generation = "generation = 2";
    let confirmed = "confirmed = 1";
    let window = "replay_until = replay_until + 1";
    let ended = "ended_at = 1, end_reason = 'signed_out'";
    let other = "id = 'other'";
    for (name, update, conflicts) in [
        ("rotate", rotate, vec![generation, confirmed, window, ended, other]),
        ("extend_replay", extend, vec![generation, confirmed, window, ended, other]),
        ("end_session_if_unchanged", end, vec![generation, confirmed, window, ended, other]),
    ] {
        assert!(wins("", update).await, "{name} of an unchanged record");
        for conflict in conflicts {
            assert!(!wins(conflict, update).await, "{name} after {conflict}");
        }
    }
}

#[tokio::test]
async fn only_the_first_use_of_the_current_generation_of_an_open_session_is_confirmed() {
    for (changed, generation, expected) in [
        ("last_seen_at = 0", 1, now()),
        ("last_seen_at = 0", 2, Time::UNIX_EPOCH),
        ("last_seen_at = 0, confirmed = 1", 1, Time::UNIX_EPOCH),
        ("last_seen_at = 0, ended_at = 1, end_reason = 'idle'", 1, Time::UNIX_EPOCH),
    ] {
        let (store, folder) = store(vec![session(1), session(2)]).await;
        change(&folder, changed);
        let id = session(1).id;
        store.write(now(), move |unit| confirm(unit, id, generation)).await.unwrap();
        let seen = store.read(|tx| find(tx, session(1).id)).await.unwrap().unwrap().last_seen_at;
        assert_eq!(seen, expected, "{changed}, generation {generation}");
        let other = store.read(|tx| find(tx, session(2).id)).await.unwrap().unwrap();
        assert_eq!(other.last_seen_at, Time::UNIX_EPOCH, "another session was touched");
    }
}

#[tokio::test]
async fn a_failed_unit_of_work_revokes_and_records_nothing() {
    use crate::domain::claims::AccessClaims;
    use crate::domain::event::{Event, EventKind, Initiator};
    use crate::store::Revoked;
    let (store, _folder) = store(vec![session(1)]).await;
    store.sync_revocations(now()).await.unwrap();
    let claims = AccessClaims::of(&session(1), Role::User, now(), LIFETIMES.access);
    for fails in [true, false] {
        let end = move |unit: &mut Unit<'_>| {
            let account = unit.lock(AccountId(Uuid::nil()))?.unwrap();
            unit.end_sessions(
                &account,
                SessionSelector::All,
                EndReason::Operator,
                &Initiator::OPERATOR,
            )?;
            unit.record(Event::session_start(EventKind::SessionEnded, &session(1)))?;
            if fails { Err(StoreFault::Cancelled) } else { Ok(()) }
        };
        assert_eq!(store.write(now(), end).await.is_err(), fails);
        let revoked = if fails { Revoked::No } else { Revoked::Ended };
        assert_eq!(store.is_revoked(&claims, now()), revoked);
        let open = store.read(|tx| open(tx, AccountId(Uuid::nil()))).await.unwrap();
        assert_eq!(open.len(), usize::from(fails));
    }
}

#[tokio::test]
async fn a_session_is_swept_a_day_after_its_absolute_lifetime_in_batches() {
    let (store, _folder) = store((1..=7).map(session).collect()).await;
    let end = session(1).expires_at;
    let sweep = |before| store.write(now(), move |unit| sweep(unit, before, 3));
    assert_eq!(sweep(end).await.unwrap(), 0, "not before");
    let mut swept = Vec::new();
    for _ in 0..4 {
        swept.push(sweep(end + Span::milliseconds(1)).await.unwrap());
    }
    assert_eq!(swept, [3, 3, 1, 0]);
}
