//! Databases of other versions, and processes that start together.

use crate::support::Database;
use diesel::connection::SimpleConnection;
use rocket::futures::future::join_all;
use vestibule::accounts::Services;

#[rocket::async_test]
async fn processes_that_start_together_on_an_empty_database_all_start_with_the_same_keys() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create_bare(folder.path());
    // The secret is the first process's to create, or given.
    drop(database.settings(folder.path()));
    let started = join_all((0..8).map(|_| database.start(folder.path()))).await;
    let keys = async |services: Services| {
        let keys = services.keys.list().await.unwrap();
        keys.into_iter().map(|key| key.id).collect::<Vec<_>>()
    };
    let mut seen = Vec::new();
    for services in started {
        seen.push(keys(services.unwrap()).await);
    }
    seen.dedup();
    assert!(seen.len() == 1 && seen[0].len() == 4, "{seen:?}");
}

#[rocket::async_test]
async fn a_database_of_a_newer_version_is_refused_with_advice_and_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create_bare(folder.path());
    drop(database.start(folder.path()).await.unwrap());
    let newer = "INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101')";
    database.connect().batch_execute(newer).unwrap();
    let refused = database.start(folder.path()).await.map(drop).unwrap_err().to_string();
    assert_eq!(
        refused,
        "this database was migrated by a newer version; use that version or restore the backup from before"
    );
}
