//! Databases of earlier versions are migrated, and nobody is signed out.
//!
//! `tests/dumps/` has, for each database, one dump for every migration: what an application of that
//! version left behind, with Ada signed in. Dumps and migrations are never edited. A new migration
//! needs new dumps; both databases write theirs when the stories run with `WRITE_DUMPS=1`.

use crate::support::{ACCESS, Database, Db, EMAIL, PASSWORD, REFRESH, TestApp, Visitor};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::fs;
use std::path::{Path, PathBuf};
use vestibule::accounts::signing_keys::KeyRotation;
use vestibule::clock::Clock;
use vestibule::domain::{Span, Time};

const SECRET: &str = "b41f7d0c9ae36258f5d0137cbb9e84a2660f3dd1785ce94b2a907c13ef46d85b";
/// When the dumps were written, by the clock of their application.
const WRITTEN: i64 = 1_800_000_600;

#[derive(QueryableByName)]
struct Definition {
    #[diesel(sql_type = Text)]
    definition: String,
}

#[rocket::async_test]
async fn a_database_of_every_earlier_version_is_migrated_and_nobody_is_signed_out() {
    let dumps = dumps();
    let newest = migrations().pop().unwrap();
    if std::env::var("WRITE_DUMPS").is_ok() && !dumps.iter().any(|dump| dump.ends_with(&newest)) {
        write(&newest).await;
    }
    assert_eq!(
        self::dumps().len(),
        migrations().len(),
        "the newest migration has no dump: run `WRITE_DUMPS=1 cargo test --test stories upgrades`, \
         and the same with `bin/postgres` before `cargo`"
    );
    for dump in self::dumps() {
        nobody_is_signed_out(&dump).await;
    }
}

#[rocket::async_test]
async fn a_migrated_database_has_the_same_tables_as_a_new_one() {
    let fresh = TestApp::start().await;
    for dump in dumps() {
        let app = load(&dump).await;
        assert_eq!(
            definitions(&app),
            definitions(&fresh),
            "a migration was edited after {}; write another one instead",
            dump.display()
        );
    }
}

async fn nobody_is_signed_out(dump: &Path) {
    let app = load(dump).await;
    let mut ada = with_cookies_of(dump, &app);
    assert!(ada.get("/profile").await.is_signed_in(), "by the access token: {}", dump.display());
    assert!(ada.get("/sessions").await.body.contains("Firefox"), "{}", dump.display());
    app.outlive_access_token();
    assert!(ada.get("/profile").await.is_signed_in(), "by the refresh token: {}", dump.display());
    assert_eq!(app.open_sessions(), 2);
    for kind in ["signed_up", "signed_in", "signed_out", "keys_rotated"] {
        assert!(app.events(kind) > 0, "{kind} is missing: {}", dump.display());
    }
    let reply = app.visitor().post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    assert_eq!(reply.status, 303, "{}", reply.body);
    assert_eq!(app.events("refresh_token_reused"), 0);
}

/// An application on the database of a dump.
async fn load(dump: &Path) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create_bare(&folder.path().join("data"));
    let sql = fs::read_to_string(dump).unwrap();
    database.connect().batch_execute(&sql).unwrap();
    let clock = Clock::by_hand(Time::from_timestamp(WRITTEN, 0).unwrap());
    TestApp::start_on(folder, database, clock, &[("VESTIBULE_SECRET", SECRET)]).await
}

/// Ada's browser, with the cookies in the comments at the top of a dump.
fn with_cookies_of<'a>(dump: &Path, app: &'a TestApp) -> Visitor<'a> {
    let sql = fs::read_to_string(dump).unwrap();
    let mut ada = app.visitor();
    for name in [ACCESS, REFRESH] {
        let value = sql.lines().find_map(|line| line.strip_prefix(&format!("-- {name}=")));
        ada.jar.insert(name.to_owned(), value.unwrap().to_owned());
    }
    ada
}

/// What Ada and the operator did before the dump: the access token is signed by a key that retires
/// since, a second device is signed in, and a third session has ended.
async fn write(migration: &str) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create(&folder.path().join("data")).await;
    let clock = Clock::by_hand(Time::from_timestamp(WRITTEN, 0).unwrap() - Span::minutes(10));
    let environment = [("VESTIBULE_SECRET", SECRET)];
    let app = TestApp::start_on(folder, database, clock, &environment).await;
    app.ada().await.post("/logout", &[]).await;
    let mut ada = app.kept_ada().await;
    let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    let mut other = app.visitor().with_header("User-Agent", firefox);
    other.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    app.wait(Span::minutes(10));
    assert!(ada.get("/profile").await.is_signed_in());
    app.operator_with(&environment).await.keys.rotate(KeyRotation::Ordinary).await.unwrap();

    let cookies = [ACCESS, REFRESH].map(|name| format!("-- {name}={}\n", ada.cookie(name)));
    let path = folder_of_dumps().join(migration);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("{}{}", cookies.concat(), app.database.dump())).unwrap();
}

fn definitions(app: &TestApp) -> Vec<String> {
    let query = match app.connect() {
        Db::Sqlite(_) => {
            "SELECT sql AS definition FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"
        }
        Db::Postgres(_) => {
            "SELECT definition FROM ( \
             SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, column_default, \
             is_identity) AS definition FROM information_schema.columns \
             WHERE table_schema = 'public' \
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' \
             UNION ALL SELECT concat_ws(' ', conrelid::regclass, pg_get_constraintdef(oid)) \
             FROM pg_constraint WHERE connamespace = 'public'::regnamespace) AS all_of_them \
             ORDER BY definition"
        }
    };
    let rows: Vec<Definition> = diesel::sql_query(query).load(&mut app.connect()).unwrap();
    rows.into_iter().map(|row| row.definition).collect()
}

/// The file name of a dump is that of the last migration it has.
fn migrations() -> Vec<String> {
    let names = fs::read_dir("migrations/sqlite").unwrap();
    let mut names: Vec<String> = names
        .map(|entry| format!("{}.sql", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    names.sort();
    names
}

fn dumps() -> Vec<PathBuf> {
    let Ok(files) = fs::read_dir(folder_of_dumps()) else { return Vec::new() };
    let mut files: Vec<PathBuf> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn folder_of_dumps() -> PathBuf {
    Path::new("tests/dumps").join(if Database::are_on_postgres() { "postgres" } else { "sqlite" })
}
