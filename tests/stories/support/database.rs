//! Queries on the database, for what no page shows.

use super::TestApp;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl TestApp {
    pub fn database(&self) -> SqliteConnection {
        let path = self.folder.path().join("data/vestibule.db");
        SqliteConnection::establish(path.to_str().unwrap()).unwrap()
    }

    /// The result of a query with one row and one column `n`.
    pub fn number(&self, query: &str) -> i64 {
        diesel::sql_query(query).get_result::<Number>(&mut self.database()).unwrap().n
    }

    pub fn events(&self, kind: &str) -> i64 {
        self.number(&format!("SELECT count(*) AS n FROM events WHERE kind = '{kind}'"))
    }

    /// The generation of the only open session.
    pub fn generation(&self) -> i64 {
        self.number("SELECT generation AS n FROM sessions WHERE ended_at IS NULL")
    }

    pub fn open_sessions(&self) -> i64 {
        self.number("SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL")
    }
}
