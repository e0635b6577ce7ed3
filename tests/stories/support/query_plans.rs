//! Every query that the application sends in any story must use an index: with a million accounts, a
//! scan of a table takes seconds.
//!
//! The queries are noted as they are sent, so that a new one cannot be forgotten, and planned when a
//! story ends, on its database. PostgreSQL is told that each table has a million rows; SQLite assumes
//! large tables by itself.

use super::database::{Database, Db};
use diesel::connection::{InstrumentationEvent, SimpleConnection, set_default_instrumentation};
use diesel::prelude::*;
use diesel::sql_types::Text;
use std::collections::BTreeSet;
use std::sync::{Mutex, Once};

/// Queries that read all rows, and why they may.
const EXCEPTIONS: [(&str, &str); 6] = [
    ("signing_keys", "a few rows"),
    ("__diesel_schema_migrations", "a few rows"),
    ("SELECT COUNT(*) FROM", "the overview of administrators, at most once a minute"),
    ("WHERE (\"sessions\".\"ended_at\" IS NULL)", "an emergency ends all sessions"),
    ("ORDER BY \"accounts\".\"created_at\"", "the operator's list of all accounts"),
    ("(1=0)", "an empty list: nothing is read"),
];

/// All queries, and those that were planned.
struct Queries {
    noted: BTreeSet<String>,
    planned: BTreeSet<String>,
}

static QUERIES: Mutex<Queries> =
    Mutex::new(Queries { noted: BTreeSet::new(), planned: BTreeSet::new() });

#[derive(QueryableByName)]
struct SqlitePlan {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct PostgresPlan {
    #[diesel(sql_type = Text)]
    #[diesel(column_name = "QUERY PLAN")]
    line: String,
}

/// From now on, the queries of all new connections are noted.
pub fn note() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| set_default_instrumentation(|| Some(Box::new(note_query))).unwrap());
}

/// Lets the queries of a story's own connection pass.
pub fn ignore(connection: &mut Db) {
    connection.set_instrumentation(|_: InstrumentationEvent<'_>| ());
}

fn note_query(event: InstrumentationEvent<'_>) {
    let InstrumentationEvent::StartQuery { query, .. } = event else { return };
    let query = query.to_string();
    let sql = query.split(" -- binds").next().unwrap_or_default().to_owned();
    let reads = ["SELECT", "UPDATE", "DELETE"].iter().any(|verb| sql.starts_with(verb));
    if reads && (sql.contains(" FROM ") || sql.contains(" SET ")) {
        QUERIES.lock().unwrap().noted.insert(without_repetition(&sql));
    }
}

/// `IN (?, ?, ?)` of any length is one query.
fn without_repetition(sql: &str) -> String {
    let mut sql = sql.replace('`', "\"");
    while sql.contains("?, ?, ?") {
        sql = sql.replace("?, ?, ?", "?, ?");
    }
    sql
}

/// Plans the queries that no story has planned yet. Returns those that scan a table.
pub fn scans(database: &Database) -> Vec<String> {
    let mut connection = database.connect();
    let empty = pretend_to_be_large(&mut connection);
    let mut queries = QUERIES.lock().unwrap();
    let new: Vec<String> = queries.noted.difference(&queries.planned).cloned().collect();
    let mut scans = Vec::new();
    for sql in new {
        // PostgreSQL knows better of a table without a page, and a story may have renamed one: the
        // next one plans the query.
        if empty.iter().any(|table| sql.contains(&format!("\"{table}\""))) {
            continue;
        }
        let Ok(plan) = plan(&mut connection, &sql) else { continue };
        let excepted = EXCEPTIONS.iter().any(|(of, _)| sql.contains(of));
        if !excepted && is_scan(database, &sql, &plan) {
            scans.push(format!("{sql}\n    {}", plan.join("\n    ")));
        }
        queries.planned.insert(sql);
    }
    scans
}

/// Tells PostgreSQL's planner that all tables have a million rows. It does not believe it of those
/// that are empty, which are returned.
fn pretend_to_be_large(connection: &mut Db) -> Vec<String> {
    let Db::Postgres(server) = connection else { return Vec::new() };
    server
        .batch_execute(
            "SET plan_cache_mode = force_generic_plan; \
             UPDATE pg_class SET reltuples = 1000000, relpages = 1 \
             WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')",
        )
        .unwrap();
    let empty = "SELECT relname::text AS name FROM pg_class WHERE relkind = 'r' \
                 AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) = 0";
    let empty: Vec<Table> = diesel::sql_query(empty).load(server).unwrap();
    empty.into_iter().map(|table| table.name).collect()
}

fn plan(connection: &mut Db, sql: &str) -> QueryResult<Vec<String>> {
    match connection {
        Db::Sqlite(file) => {
            let rows: Vec<SqlitePlan> =
                diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(file)?;
            Ok(rows.into_iter().map(|row| row.detail).collect())
        }
        Db::Postgres(server) => {
            let parameters = (1..100).take_while(|n| sql.contains(&format!("${n}"))).count();
            let nulls = vec!["NULL"; parameters].join(", ");
            let execute =
                if nulls.is_empty() { "planned".to_owned() } else { format!("planned({nulls})") };
            server.batch_execute(&format!("DEALLOCATE ALL; PREPARE planned AS {sql}"))?;
            let rows: Vec<PostgresPlan> =
                diesel::sql_query(format!("EXPLAIN EXECUTE {execute}")).load(server)?;
            Ok(rows.into_iter().map(|row| row.line).collect())
        }
    }
}

fn is_scan(database: &Database, sql: &str, plan: &[String]) -> bool {
    if database.is_postgres() {
        let reads_in_order = plan.first().is_some_and(|line| line.starts_with("Limit"));
        let by_condition =
            |at: usize| plan.get(at + 1).is_some_and(|line| line.contains("Index Cond"));
        let scans = |(at, line): (usize, &String)| {
            line.contains("Seq Scan")
                || (line.contains("Index") && line.contains("Scan using"))
                    && !by_condition(at)
                    && !reads_in_order
        };
        return plan.iter().enumerate().any(scans);
    }
    let reads_in_order = |line: &str| sql.contains("LIMIT") && line.contains("USING INDEX");
    plan.iter().any(|line| line.starts_with("SCAN") && !reads_in_order(line))
}
