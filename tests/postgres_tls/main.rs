//! TLS to PostgreSQL: what is accepted, what is refused and why, and what becomes of a cut
//! connection.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod certificates;
mod server;

use certificates::Authority;
use server::Server;
use std::fs;
use std::sync::Arc;
use tempfile::TempDir;
use vestibule::BuildError;
use vestibule::accounts::Services;
use vestibule::accounts::administration::{AccountDraft, CreateOutcome};
use vestibule::clock::{Clock, Stopwatch};
use vestibule::config::Config;
use vestibule::domain::account::Role;
use vestibule::domain::email::EmailAddress;
use vestibule::domain::name::DisplayName;
use vestibule::domain::password::Password;

const SECRET: &str = "b41f7d0c9ae36258f5d0137cbb9e84a2660f3dd1785ce94b2a907c13ef46d85b";

/// An authority's file, and the data directories of processes.
struct Site {
    folder: TempDir,
    authority: Authority,
}

impl Site {
    fn new() -> Self {
        let (folder, authority) = (tempfile::tempdir().unwrap(), Authority::new());
        fs::write(folder.path().join("authority.pem"), authority.certificate()).unwrap();
        Self { folder, authority }
    }

    /// Starts on these hosts, trusting the authority.
    async fn start(&self, hosts: &str, mode: &str) -> Result<Services, BuildError> {
        let authority = self.folder.path().join("authority.pem");
        self.start_with(hosts, &format!("sslmode={mode}&sslrootcert={}", authority.display())).await
    }

    async fn start_with(&self, hosts: &str, parameters: &str) -> Result<Services, BuildError> {
        let url = format!("postgres://vestibule:it%27s%20secret@{hosts}/postgres?{parameters}");
        let data = self.folder.path().join("data").to_str().unwrap().to_owned();
        let environment = [
            ("DATABASE_URL", url),
            ("VESTIBULE_SECRET", SECRET.to_owned()),
            ("VESTIBULE_DATA_DIR", data),
        ];
        let environment = environment.into_iter().map(|(name, value)| (name.to_owned(), value));
        let config = Config::load(&vestibule::figment(), environment).unwrap();
        vestibule::start(&config, Clock::system()).await
    }

    async fn refusal(&self, hosts: &str, mode: &str) -> String {
        self.start(hosts, mode).await.map(drop).unwrap_err().to_string()
    }
}

fn host(server: &Server) -> String {
    format!("localhost:{}", server.port)
}

async fn create(services: &Services, email: &str) -> bool {
    let created = services.administration.create(AccountDraft {
        name: DisplayName::parse("Ada").unwrap(),
        email: EmailAddress::parse(email).unwrap(),
        password: Password::parse("three unrelated words").unwrap(),
        role: Role::User,
    });
    let created = created.await;
    matches!(created, Ok(CreateOutcome::Created(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_demands_tls_gets_it() {
    let site = Site::new();
    let server = Server::with_tls(&site.authority.issue("localhost"));
    let refused = site.start_with(&host(&server), "sslmode=disable").await.map(drop).unwrap_err();
    assert!(refused.to_string().contains("no encryption"), "{refused}");
    let services = site.start(&host(&server), "verify-full").await.unwrap();
    assert!(create(&services, "ada@example.org").await);
    let of_ours = "SELECT count(*) AS n FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
                   WHERE application_name = 'vestibule'";
    assert!(server.number(&format!("{of_ours} AND ssl AND version = 'TLSv1.3'")) > 0);
    assert_eq!(server.number(&format!("{of_ours} AND NOT ssl")), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_for_another_name_is_refused_unless_only_its_authority_counts() {
    let site = Site::new();
    let server = Server::with_tls(&site.authority.issue("elsewhere.example.org"));
    let refusal = site.refusal(&host(&server), "verify-full").await;
    assert!(refusal.contains("not for the name localhost: use a name that is in it"), "{refusal}");
    site.start(&host(&server), "verify-ca").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_another_authority_is_refused_unless_none_is_asked_for() {
    let site = Site::new();
    let server = Server::with_tls(&Authority::new().issue("localhost"));
    for mode in ["verify-full", "verify-ca", "require"] {
        let refusal = site.refusal(&host(&server), mode).await;
        assert!(refusal.contains("sslrootcert of DATABASE_URL"), "{mode}: {refusal}");
    }
    site.start_with(&host(&server), "sslmode=require").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_certificate_is_refused() {
    let site = Site::new();
    let server = Server::with_tls(&site.authority.issue_expired("localhost"));
    for mode in ["verify-full", "verify-ca"] {
        let refusal = site.refusal(&host(&server), mode).await;
        assert!(refusal.contains("has expired: renew it"), "{mode}: {refusal}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_gets_neither_password_nor_query() {
    let site = Site::new();
    let server = Server::without_tls();
    for mode in ["verify-full", "verify-ca", "require"] {
        let refusal = site.refusal(&host(&server), mode).await;
        assert!(refusal.contains("does not offer TLS: set ssl = on"), "{mode}: {refusal}");
    }
    site.start_with(&host(&server), "sslmode=disable").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_a_missing_file_are_told() {
    let site = Site::new();
    let server = Server::with_tls(&site.authority.issue("localhost"));
    server.execute("ALTER ROLE vestibule PASSWORD 'another'");
    let refusal = site.refusal(&host(&server), "verify-full").await;
    assert!(refusal.contains("password authentication failed"), "{refusal}");
    let refusal =
        site.start_with(&host(&server), "sslmode=verify-full&sslrootcert=/no/such.pem").await;
    let refusal = refusal.map(drop).unwrap_err().to_string();
    assert!(
        refusal.contains("/no/such.pem") && refusal.contains("correct sslrootcert"),
        "{refusal}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_cut_in_the_middle_of_a_transaction_leaves_nothing_half_done() {
    let site = Site::new();
    let server = Arc::new(Server::with_tls(&site.authority.issue("localhost")));
    let services = site.start(&host(&server), "verify-full").await.unwrap();
    // The transaction stops after the account and before its credentials, until its connection is cut.
    server.execute(
        "CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$; \
         CREATE TRIGGER stop BEFORE INSERT ON credentials FOR EACH ROW EXECUTE FUNCTION stop()",
    );
    let holder = server.hold();
    let cutter = std::thread::spawn({
        let server = Arc::clone(&server);
        move || {
            let waiting = "FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
            let waited = Stopwatch::start();
            while server.number(&format!("SELECT count(*) AS n {waiting}")) == 0 {
                assert!(waited.micros() < 20_000_000, "no transaction waits");
            }
            server.execute(&format!("SELECT pg_terminate_backend(pid) {waiting}"));
        }
    });
    let created = create(&services, "ada@example.org").await;
    cutter.join().unwrap();
    drop(holder);
    assert!(!created, "its connection was cut");
    assert_eq!(server.number("SELECT count(*) AS n FROM accounts"), 0, "half an account");
    server.execute("DROP TRIGGER stop ON credentials");
    assert!(create(&services, "ada@example.org").await, "the next one works");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_down_or_only_reads_is_passed_over() {
    let site = Site::new();
    let issued = site.authority.issue("localhost");
    let (first, second) = (Server::with_tls(&issued), Server::with_tls(&issued));
    let hosts = format!("{},{}", host(&first), host(&second));
    let accounts = |server: &Server| server.number("SELECT count(*) AS n FROM accounts");

    first.stop();
    let services = site.start(&hosts, "verify-full").await.unwrap();
    assert!(create(&services, "one@example.org").await);
    assert_eq!(accounts(&second), 1);
    drop(services);

    first.start();
    first.set_read_only(true);
    let services = site.start(&hosts, "verify-full").await.unwrap();
    assert!(create(&services, "two@example.org").await);
    assert_eq!(accounts(&second), 2);
    drop(services);

    // One takes over from the other while the process runs.
    first.set_read_only(false);
    second.set_read_only(true);
    let services = site.start(&hosts, "verify-full").await.unwrap();
    assert!(create(&services, "three@example.org").await);
    assert_eq!((accounts(&first), accounts(&second)), (1, 2));
    first.set_read_only(true);
    second.set_read_only(false);
    let waited = Stopwatch::start();
    while !create(&services, "four@example.org").await {
        assert!(waited.micros() < 10_000_000, "the process stayed with a host that only reads");
    }
    assert_eq!((accounts(&first), accounts(&second)), (1, 3));
}
