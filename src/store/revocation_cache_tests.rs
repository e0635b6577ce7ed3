use super::*;
use crate::config::DatabaseUrl;
use crate::domain::account::{AccountId, Role};
use crate::domain::authentication_method::AuthenticationMethods;
use crate::domain::session::Generation;
use crate::store::{Store, revocations};
use tempfile::TempDir;
use uuid::Uuid;

fn start() -> Time {
    Time::from_timestamp(1_800_000_000, 0).unwrap()
}

fn id(n: u128) -> SessionId {
    SessionId(Uuid::from_u128(n))
}

fn claims(session: SessionId, generation: Generation) -> AccessClaims {
    AccessClaims {
        account_id: AccountId(Uuid::nil()),
        session_id: session,
        generation,
        role: Role::User,
        issued_at: start(),
        expires_at: start() + Span::minutes(15),
        authenticated_at: start(),
        methods: AuthenticationMethods::default(),
    }
}

fn ended(n: u128, until: Time) -> Revocation {
    Revocation { session_id: id(n), tokens: RevokedTokens::All, until }
}

/// As another process wrote it, with this ID.
fn stored(id: i64, revocation: Revocation) -> StoredRevocation {
    StoredRevocation { id, revocation, lifetime: revocation.until - start() }
}

fn store() -> (Store, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Store::open(DatabaseUrl::Sqlite(folder.path().join("test.db")), "root").unwrap(), folder)
}

async fn write(store: &Store, revocation: Revocation, at: Time) {
    let insert = move |unit: &mut crate::store::Unit<'_>| {
        revocations::insert(unit, std::slice::from_ref(&revocation), at)
    };
    store.write(at, insert).await.unwrap();
}

#[test]
fn revocations_up_to_a_generation_apply_in_any_order_and_any_number_of_times() {
    let until = start() + Span::minutes(15);
    let up_to = |n| Revocation { session_id: id(1), tokens: RevokedTokens::UpTo(n), until };
    let cache = RevocationCache::default();
    for order in [[3, 2, 3], [2, 3, 2]] {
        cache.refresh(&order.map(|n| stored(n, up_to(n))), start());
        let found = [2, 3, 4].map(|generation| cache.judge(&claims(id(1), generation), start()));
        assert_eq!(found, [Revoked::Undecided, Revoked::Undecided, Revoked::No]);
    }
    assert_eq!(cache.judge(&claims(id(2), 1), start()), Revoked::No);
    cache.refresh(&[stored(1, ended(1, until))], start());
    cache.refresh(&[stored(1, up_to(9))], start());
    assert_eq!(cache.judge(&claims(id(1), 10), start()), Revoked::Ended);
}

#[test]
fn an_entry_is_removed_when_the_last_token_it_concerns_has_expired() {
    let cache = RevocationCache::default();
    cache.refresh(&[stored(1, ended(1, start() + Span::minutes(15)))], start());
    cache.refresh(&[], start() + Span::minutes(15) - Span::milliseconds(1));
    assert_eq!(cache.read().revoked.len(), 1);
    cache.refresh(&[], start() + Span::minutes(15));
    assert_eq!(cache.read().revoked.len(), 0);
}

#[test]
fn after_five_seconds_without_a_read_it_is_undecided_but_what_is_revoked_stays_revoked() {
    let cache = RevocationCache::default();
    assert_eq!(cache.judge(&claims(id(2), 1), start()), Revoked::Undecided, "never read");
    cache.refresh(&[stored(1, ended(1, start() + Span::hours(1)))], start());
    let late = start() + Span::milliseconds(5_001);
    assert_eq!(cache.judge(&claims(id(2), 1), start() + Span::seconds(5)), Revoked::No);
    assert_eq!(cache.judge(&claims(id(2), 1), late), Revoked::Undecided);
    assert_eq!(cache.judge(&claims(id(1), 1), late), Revoked::Ended);
}

#[tokio::test]
async fn revocations_of_other_processes_are_read_whatever_their_clocks_say() {
    let (store, _folder) = store();
    for (n, behind) in [(1, Span::minutes(1)), (2, Span::days(1)), (3, Span::days(-1))] {
        let there = start() - behind;
        write(&store, ended(n, there + Span::minutes(15)), there).await;
        store.sync_revocations(start()).await.unwrap();
        let almost = start() + Span::minutes(15) - Span::milliseconds(1);
        assert_eq!(store.is_revoked(&claims(id(n), 1), almost), Revoked::Ended, "{behind}");
    }
}

#[test]
fn a_row_may_become_visible_later_than_one_with_a_higher_id() {
    let cache = RevocationCache::default();
    let one = |n| [stored(n, ended(1, start() + Span::minutes(15)))];
    cache.refresh(&one(7), start());
    for _ in 1..OVERLAP {
        assert_eq!(cache.read_after(), 0, "everything, until transactions from before have ended");
        cache.refresh(&one(9), start());
    }
    assert_eq!(cache.read_after(), 7);
    cache.refresh(&[], start());
    assert_eq!(cache.read_after(), 9);
}

#[tokio::test]
async fn revocations_written_during_a_gap_are_read_after_it() {
    let (store, _folder) = store();
    store.sync_revocations(start()).await.unwrap();
    let during = start() + Span::seconds(40);
    write(&store, ended(1, start() + Span::hours(1)), during).await;
    let after = start() + Span::minutes(5);
    store.sync_revocations(after).await.unwrap();
    assert_eq!(store.is_revoked(&claims(id(1), 1), after), Revoked::Ended);
}
