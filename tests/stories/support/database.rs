//! Queries on the database, for what no page shows.

use super::TestApp;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde_json::Value;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Details {
    #[diesel(sql_type = Text)]
    details: String,
}

impl TestApp {
    pub fn database(&self) -> SqliteConnection {
        let path = self.folder.path().join("data/vestibule.db");
        let mut database = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        // The application sweeps in the background.
        database.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
        database
    }

    /// The result of a query with one row and one column `n`.
    pub fn number(&self, query: &str) -> i64 {
        diesel::sql_query(query).get_result::<Number>(&mut self.database()).unwrap().n
    }

    pub fn events(&self, kind: &str) -> i64 {
        self.number(&format!("SELECT count(*) AS n FROM events WHERE kind = '{kind}'"))
    }

    /// The details of the only event of this kind.
    pub fn event_details(&self, kind: &str) -> Value {
        let query = format!("SELECT details FROM events WHERE kind = '{kind}'");
        let [Details { details }] =
            &diesel::sql_query(query).load(&mut self.database()).unwrap()[..]
        else {
            panic!("not one {kind}")
        };
        serde_json::from_str(details).unwrap()
    }

    /// The generation of the only open session.
    pub fn generation(&self) -> i64 {
        self.number("SELECT generation AS n FROM sessions WHERE ended_at IS NULL")
    }

    pub fn open_sessions(&self) -> i64 {
        self.number("SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL")
    }
}
