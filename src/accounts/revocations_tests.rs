use super::*;
use crate::config::DatabaseUrl;
use crate::domain::account::{AccountId, Role};
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
    }
}

fn store() -> (Store, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Store::open(DatabaseUrl::Sqlite(folder.path().join("test.db"))).unwrap(), folder)
}

async fn write(store: &Store, revocation: Revocation, at: Time) {
    store.write(move |tx| store::revocations::insert(tx, &revocation, at)).await.unwrap();
}

#[test]
fn dead_up_to_a_generation_and_noting_it_twice_or_in_any_order_changes_nothing() {
    let until = start() + Span::minutes(15);
    let up_to = |generation| Revocation { session_id: id(1), generation, until };
    let map = Revocations::default();
    for order in [[3, 2, 3], [2, 3, 2]] {
        map.learn(&order.map(up_to), start());
        let verdicts = [2, 3, 4].map(|generation| map.judge(&claims(id(1), generation), start()));
        assert_eq!(verdicts, [Verdict::Superseded, Verdict::Superseded, Verdict::Alive]);
    }
    assert_eq!(map.judge(&claims(id(2), 1), start()), Verdict::Alive);
    map.learn(&[Revocation::of_ended(id(1), until)], start());
    assert_eq!(map.judge(&claims(id(1), 4), start()), Verdict::Dead);
}

#[test]
fn an_entry_expires_with_the_last_token_it_is_about() {
    let map = Revocations::default();
    map.learn(&[Revocation::of_ended(id(1), start() + Span::minutes(15))], start());
    map.learn(&[], start() + Span::minutes(15) - Span::milliseconds(1));
    assert_eq!(map.read().dead.len(), 1);
    map.learn(&[], start() + Span::minutes(15));
    assert_eq!(map.read().dead.len(), 0);
}

#[test]
fn a_map_older_than_five_seconds_is_not_believed_but_its_dead_stay_dead() {
    let map = Revocations::default();
    assert_eq!(map.judge(&claims(id(2), 1), start()), Verdict::Unsure, "never read");
    map.learn(&[Revocation::of_ended(id(1), start() + Span::hours(1))], start());
    let late = start() + Span::milliseconds(5_001);
    assert_eq!(map.judge(&claims(id(2), 1), start() + Span::seconds(5)), Verdict::Alive);
    assert_eq!(map.judge(&claims(id(2), 1), late), Verdict::Unsure);
    assert_eq!(map.judge(&claims(id(1), 1), late), Verdict::Dead);
}

#[tokio::test]
async fn what_others_wrote_is_loaded_at_the_start_and_caught_up_with_also_when_committed_late() {
    let (store, _folder) = store();
    let until = start() + Span::minutes(15);
    write(&store, Revocation::of_ended(id(1), until), start() - Span::minutes(1)).await;
    let map = Revocations::load(&store, &Clock::by_hand(start())).await.unwrap();
    assert_eq!(map.judge(&claims(id(1), 1), start()), Verdict::Dead);
    write(&store, Revocation::of_ended(id(2), until), start() - Span::seconds(29)).await;
    map.catch_up(&store, start()).await.unwrap();
    assert_eq!(map.judge(&claims(id(2), 1), start()), Verdict::Dead);
}

#[tokio::test]
async fn what_was_written_during_a_gap_is_caught_up_with() {
    let (store, _folder) = store();
    let map = Revocations::load(&store, &Clock::by_hand(start())).await.unwrap();
    write(
        &store,
        Revocation::of_ended(id(1), start() + Span::hours(1)),
        start() + Span::seconds(40),
    )
    .await;
    map.catch_up(&store, start() + Span::minutes(5)).await.unwrap();
    assert_eq!(map.judge(&claims(id(1), 1), start() + Span::minutes(5)), Verdict::Dead);
}

#[tokio::test]
async fn dead_records_are_swept_and_living_ones_are_not() {
    let (store, _folder) = store();
    write(&store, Revocation::of_ended(id(1), start()), start()).await;
    write(&store, Revocation::of_ended(id(2), start() + Span::hours(2)), start()).await;
    let map = Revocations::default();
    map.catch_up(&store, start() + Span::hours(1)).await.unwrap();
    let left = store.read(|tx| store::revocations::live(tx, Time::UNIX_EPOCH)).await.unwrap();
    assert_eq!(left.iter().map(|revocation| revocation.session_id).collect::<Vec<_>>(), [id(2)]);
}

#[tokio::test]
async fn the_record_of_a_session_is_swept_a_day_after_its_absolute_life() {
    use crate::domain::device::Device;
    use crate::domain::session::{SignIn, SignInMethod};
    let (store, _folder) = store();
    let day = Span::days(1);
    let lifetimes =
        Lifetimes { access: Span::minutes(15), idle: day, session: day, grace: Span::seconds(20) };
    let account = crate::domain::account::Account {
        id: AccountId(Uuid::nil()),
        email: crate::domain::email::EmailAddress::parse("ada@example.org").unwrap(),
        name: crate::domain::name::DisplayName::parse("Ada").unwrap(),
        role: Role::User,
        created_at: start(),
        disabled_at: None,
    };
    let sign_in =
        SignIn { method: SignInMethod::Password, persistent: true, device: Device::default() };
    let session = Session::start(id(1), account.id, sign_in, start(), &lifetimes);
    let hash = crate::domain::password::PasswordHash::from_phc(String::new());
    store
        .write(move |tx| {
            store::accounts::insert(tx, &account, &hash)?;
            store::sessions::insert(tx, &session)
        })
        .await
        .unwrap();
    for (now, kept) in
        [(start() + day * 2, true), (start() + day * 2 + Span::milliseconds(1), false)]
    {
        store.write(move |tx| sweep(tx, now)).await.unwrap();
        let found = store.read(|tx| store::sessions::find(tx, id(1))).await.unwrap();
        assert_eq!(found.is_some(), kept, "{now}");
    }
}
