//! The database of a story, and queries on it for what no page shows.
//!
//! A SQLite file; or, if `TEST_POSTGRES_URL` names a server, a PostgreSQL database of its own: a copy
//! of one that was migrated once.

use super::{TestApp, query_plans};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde_json::Value;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use vestibule::BuildError;
use vestibule::accounts::Services;
use vestibule::clock::Clock;
use vestibule::config::Config;

/// The server on which PostgreSQL stories run.
static SERVER: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("TEST_POSTGRES_URL").ok());

/// Where the application of a story keeps its data.
pub enum Database {
    Sqlite(PathBuf),
    /// The URL of the server, and the name of the database.
    Postgres(&'static str, String),
}

#[derive(diesel::MultiConnection)]
pub enum Db {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

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

impl Database {
    /// An empty one.
    pub async fn create(data_dir: &Path) -> Self {
        query_plans::note();
        let Some(server) = SERVER.as_deref() else {
            return Self::Sqlite(data_dir.join("vestibule.db"));
        };
        let template = template(server).await;
        let name = new_name();
        run(server, &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Self::Postgres(server, name)
    }

    /// One without tables.
    pub fn create_bare(data_dir: &Path) -> Self {
        let Some(server) = SERVER.as_deref() else {
            std::fs::create_dir_all(data_dir).unwrap();
            return Self::Sqlite(data_dir.join("vestibule.db"));
        };
        let name = new_name();
        run(server, &format!("CREATE DATABASE {name}"));
        Self::Postgres(server, name)
    }

    /// The services on it, as a process starts them.
    pub async fn start(&self, data_dir: &Path) -> Result<Services, BuildError> {
        let mut environment = self.settings(data_dir);
        let data_dir = data_dir.to_str().unwrap().to_owned();
        environment.push(("VESTIBULE_DATA_DIR".to_owned(), data_dir));
        let config = Config::load(&vestibule::figment(), environment.into_iter()).unwrap();
        vestibule::start(&config, Clock::system()).await
    }

    /// The settings that lead to it.
    pub fn settings(&self, data_dir: &Path) -> Vec<(String, String)> {
        match self {
            Self::Sqlite(_) => Vec::new(),
            Self::Postgres(server, name) => settings(server, name, data_dir),
        }
    }

    /// Whether the stories run on PostgreSQL.
    pub fn are_on_postgres() -> bool {
        SERVER.is_some()
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(..))
    }

    pub fn connect(&self) -> Db {
        let mut connection = match self {
            Self::Sqlite(path) => {
                let mut file = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
                // The application sweeps in the background.
                file.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
                Db::Sqlite(file)
            }
            Self::Postgres(server, name) => {
                Db::Postgres(PgConnection::establish(&url(server, name)).unwrap())
            }
        };
        query_plans::ignore(&mut connection);
        connection
    }

    /// All of it as SQL, by the database's own program.
    pub fn dump(&self) -> String {
        let output = match self {
            Self::Sqlite(path) => Command::new("sqlite3").arg(path).arg(".dump").output(),
            Self::Postgres(server, name) => {
                let options = ["--inserts", "--no-owner", "--no-privileges"];
                Command::new("pg_dump").args(options).arg(url(server, name)).output()
            }
        };
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let sql = String::from_utf8(output.stdout).unwrap();
        // Commands of psql, which no server understands.
        sql.split_inclusive('\n').filter(|line| !line.starts_with('\\')).collect()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let scans = query_plans::scans(self);
        if let Self::Postgres(server, name) = self {
            run(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
        assert!(std::thread::panicking() || scans.is_empty(), "no index:\n{}", scans.join("\n"));
    }
}

fn new_name() -> String {
    format!("story_{}", uuid::Uuid::new_v4().simple())
}

/// The database that stories copy; the first one creates it.
async fn template(server: &'static str) -> &'static str {
    const NAME: &str = "template_of_stories";
    static CREATED: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
    let create = || async {
        run(server, &format!("DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"));
        run(server, &format!("CREATE DATABASE {NAME}"));
        let folder = tempfile::tempdir().unwrap();
        let environment = settings(server, NAME, folder.path());
        let config = Config::load(&vestibule::figment(), environment.into_iter()).unwrap();
        drop(vestibule::start(&config, Clock::system()).await.unwrap());
        run(&url(server, NAME), "DELETE FROM signing_keys");
        // Its pool closes its connections later; one that is open would keep it from being copied.
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname";
        run(server, &format!("{others} = '{NAME}'"));
    };
    CREATED.get_or_init(create).await;
    NAME
}

/// The settings that lead to a database. All processes of a story have the same secret.
fn settings(server: &str, name: &str, data_dir: &Path) -> Vec<(String, String)> {
    let secret = data_dir.join("secret");
    if !secret.exists() {
        DirBuilder::new().recursive(true).mode(0o700).create(data_dir).unwrap();
        let half = || uuid::Uuid::new_v4().simple().to_string();
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&secret);
        file.as_mut().unwrap().write_all((half() + &half()).as_bytes()).unwrap();
    }
    vec![
        ("DATABASE_URL".to_owned(), url(server, name)),
        ("VESTIBULE_SECRET_FILE".to_owned(), secret.to_str().unwrap().to_owned()),
    ]
}

/// The URL of a database on this server.
fn url(server: &str, name: &str) -> String {
    let (server, _) = server.rsplit_once('/').unwrap();
    format!("{server}/{name}")
}

fn run(url: &str, sql: &str) {
    let mut connection = Db::Postgres(PgConnection::establish(url).unwrap());
    query_plans::ignore(&mut connection);
    connection.batch_execute(sql).unwrap();
}

impl TestApp {
    /// A connection beside those of the application.
    pub fn connect(&self) -> Db {
        self.database.connect()
    }

    pub fn execute(&self, sql: &str) {
        self.connect().batch_execute(sql).unwrap();
    }

    /// The result of a query with one row and one column `n`.
    pub fn number(&self, query: &str) -> i64 {
        diesel::sql_query(query).get_result::<Number>(&mut self.connect()).unwrap().n
    }

    pub fn events(&self, kind: &str) -> i64 {
        self.number(&format!("SELECT count(*) AS n FROM events WHERE kind = '{kind}'"))
    }

    /// The details of the only event of this kind.
    pub fn event_details(&self, kind: &str) -> Value {
        let query = format!("SELECT details FROM events WHERE kind = '{kind}'");
        let [Details { details }] =
            &diesel::sql_query(query).load(&mut self.connect()).unwrap()[..]
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

    /// Whether a text is anywhere in the database.
    pub fn stores(&self, text: &str) -> bool {
        match &self.database {
            Database::Sqlite(path) => ["", "-wal"].iter().any(|suffix| {
                let file = format!("{}{suffix}", path.display());
                let bytes = std::fs::read(file).unwrap();
                bytes.windows(text.len()).any(|bytes| bytes == text.as_bytes())
            }),
            Database::Postgres(..) => {
                let rows = "query_to_xml(format('SELECT * FROM %I', tablename), true, true, '')";
                let tables = "SELECT count(*) AS n FROM pg_tables WHERE schemaname = 'public'";
                self.number(&format!("{tables} AND {rows}::text LIKE '%{text}%'")) > 0
            }
        }
    }

    /// Lets no session be confirmed, as if the disk were full.
    pub fn fail_confirmations(&self) {
        self.execute(match &self.database {
            Database::Sqlite(_) => {
                "CREATE TRIGGER fails BEFORE UPDATE OF confirmed ON sessions WHEN new.confirmed = 1 \
                 BEGIN SELECT RAISE(FAIL, 'disk full'); END"
            }
            Database::Postgres(..) => {
                "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql \
                 AS $$ BEGIN RAISE EXCEPTION 'disk full'; END $$; \
                 CREATE TRIGGER fails BEFORE UPDATE OF confirmed ON sessions FOR EACH ROW \
                 WHEN (new.confirmed) EXECUTE FUNCTION fails()"
            }
        });
    }

    /// Takes `fail_confirmations` back.
    pub fn let_confirmations_succeed(&self) {
        self.execute(match &self.database {
            Database::Sqlite(_) => "DROP TRIGGER fails",
            Database::Postgres(..) => "DROP TRIGGER fails ON sessions",
        });
    }

    /// A connection that keeps all others from the tables, until it is rolled back.
    pub fn block(&self) -> Db {
        let mut blocker = self.connect();
        let block = match &self.database {
            Database::Sqlite(_) => "BEGIN EXCLUSIVE",
            Database::Postgres(..) => "BEGIN; LOCK TABLE accounts, sessions, revocations, events",
        };
        blocker.batch_execute(block).unwrap();
        blocker
    }
}
