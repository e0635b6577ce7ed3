//! Two transactions, interleaved step by step.

use super::TestApp;
use super::database::{Database, Db};
use diesel::connection::SimpleConnection;
use rocket::futures::future::{Either, select};
use std::pin::pin;

/// The advisory lock that a paused transaction waits for.
const PAUSE: i64 = 77;

impl TestApp {
    /// Runs `first` up to the moment before `step`, such as `INSERT ON sessions`; then `second`,
    /// until it is done, waits for the first one or is before that step too; then both to their ends.
    ///
    /// SQLite has one writer and nothing to interleave: there, both only run at the same time.
    pub async fn interleave<A, B>(
        &self,
        step: &str,
        first: impl Future<Output = A>,
        second: impl Future<Output = B>,
    ) -> (A, B) {
        if let Database::Sqlite(_) = self.database {
            return rocket::tokio::join!(first, second);
        }
        self.execute(&format!(
            "CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = '10s' \
             AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared({PAUSE}); RETURN new; END $$; \
             CREATE TRIGGER pause BEFORE {step} FOR EACH ROW EXECUTE FUNCTION pause()"
        ));
        let mut gate = self.connect();
        gate.batch_execute(&format!("SELECT pg_advisory_lock({PAUSE})")).unwrap();
        let second = async {
            self.until(waits_at_the_gate).await;
            let second = pin!(second);
            let blocked = pin!(self.until(waits_too));
            match select(second, blocked).await {
                Either::Left((done, _)) => {
                    open(gate);
                    done
                }
                Either::Right(((), second)) => {
                    open(gate);
                    second.await
                }
            }
        };
        rocket::tokio::join!(first, second)
    }

    async fn until(&self, condition: impl Fn(i64, i64) -> bool) {
        let waiting = "SELECT count(*) AS n FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
                       WHERE a.datname = current_database() AND NOT l.granted AND";
        let gate = format!("l.locktype = 'advisory' AND l.objid = {PAUSE}");
        super::within_a_second(async || {
            let at_the_gate = self.number(&format!("{waiting} ({gate})"));
            let for_another = self.number(&format!("{waiting} NOT ({gate})"));
            condition(at_the_gate, for_another)
        })
        .await;
    }
}

fn waits_at_the_gate(at_the_gate: i64, _: i64) -> bool {
    at_the_gate > 0
}

fn waits_too(at_the_gate: i64, for_another: i64) -> bool {
    at_the_gate > 1 || for_another > 0
}

fn open(mut gate: Db) {
    gate.batch_execute(&format!("SELECT pg_advisory_unlock({PAUSE})")).unwrap();
}
