use super::database::Database;
use super::visitor::Visitor;
use super::{EMAIL, PASSWORD};
use rocket::fairing::AdHoc;
use rocket::figment::Figment;
use rocket::local::asynchronous::Client;
use rocket::tokio::sync::oneshot;
use tempfile::TempDir;
use vestibule::accounts::Services;
use vestibule::accounts::administration::{ChangeOutcome, CreateOutcome};
use vestibule::clock::{Clock, Stopwatch};
use vestibule::config::Config;
use vestibule::domain::account::Account;
use vestibule::domain::{Span, Time};

/// The whole application in this process, on a database of its own.
pub struct TestApp {
    pub client: Client,
    pub clock: Clock,
    // Dropped before the folder it may lie in.
    pub database: Database,
    pub folder: TempDir,
}

impl TestApp {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts with these settings over the defaults.
    pub async fn start_with(environment: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::by_hand(Time::from_timestamp(1_800_000_000, 0).unwrap());
        let database = Database::create(&folder.path().join("data")).await;
        Self::start_on(folder, database, clock, environment).await
    }

    pub async fn start_on(
        folder: TempDir,
        database: Database,
        clock: Clock,
        environment: &[(&str, &str)],
    ) -> Self {
        let client = client(&folder, &database, &clock, environment).await;
        Self { client, clock, database, folder }
    }

    /// Another process on the same data and the same clock.
    pub async fn twin(&self) -> Client {
        client(&self.folder, &self.database, &self.clock, &[]).await
    }

    /// Another process with other settings.
    pub async fn twin_with(&self, environment: &[(&str, &str)]) -> Client {
        client(&self.folder, &self.database, &self.clock, environment).await
    }

    /// Another process whose clock is ahead by this much.
    pub async fn twin_with_clock(&self, ahead: Span) -> Client {
        client(&self.folder, &self.database, &self.clock.ahead_by(ahead), &[]).await
    }

    /// Another process behind a real socket, for requests that `Client` cannot send. Returns its
    /// port; the base URL is the same.
    pub async fn serve(&self) -> u16 {
        let (config, figment) = config(&self.folder, &self.database, &[]);
        let figment = figment.merge(("port", 0));
        let rocket = vestibule::build(config, figment, self.clock.clone()).await.unwrap();
        let (tell, told) = oneshot::channel();
        let ready = AdHoc::on_liftoff("ready", |rocket| {
            Box::pin(async move { tell.send(rocket.config().port).unwrap() })
        });
        tokio::spawn(rocket.attach(ready).launch());
        told.await.unwrap()
    }

    /// The operator's commands, run beside the application as another process would.
    pub async fn operator(&self) -> Services {
        self.operator_with(&[]).await
    }

    pub async fn operator_with(&self, environment: &[(&str, &str)]) -> Services {
        let (config, _) = config(&self.folder, &self.database, environment);
        vestibule::start(&config, self.clock.clone()).await.unwrap()
    }

    pub fn visitor(&self) -> Visitor<'_> {
        Visitor::new(&self.client)
    }

    /// Ada, who has just signed up and is signed in until the browser closes.
    pub async fn ada(&self) -> Visitor<'_> {
        let mut visitor = self.visitor();
        let reply = visitor
            .post(
                "/register",
                &[("name", "Ada Lovelace"), ("email", EMAIL), ("password", PASSWORD)],
            )
            .await;
        assert_eq!(
            (reply.status, reply.location.as_deref()),
            (303, Some("/profile")),
            "{}",
            reply.body
        );
        visitor
    }

    /// Ada on a device that keeps her signed in; signs her up first if needed.
    pub async fn kept_ada(&self) -> Visitor<'_> {
        if self.number("SELECT count(*) AS n FROM accounts") == 0 {
            self.ada().await.post("/logout", &[]).await;
        }
        let mut visitor = self.visitor();
        let reply = visitor
            .post("/login", &[("email", EMAIL), ("password", PASSWORD), ("remember", "on")])
            .await;
        assert_eq!(reply.status, 303, "{}", reply.body);
        visitor
    }

    pub fn wait(&self, span: Span) {
        self.clock.advance(span);
    }

    /// Waits until the access token and the leeway have expired.
    pub fn outlive_access_token(&self) {
        self.wait(Span::minutes(16));
    }
}

/// Waits until a condition holds: changes of other processes are read twice a second of real time.
pub async fn within_a_second(mut is_so: impl AsyncFnMut() -> bool) {
    let waited = Stopwatch::start();
    while !is_so().await {
        // On a busy machine it may take longer than a second.
        assert!(waited.micros() < 5_000_000, "the other process did not follow");
        tokio::task::yield_now().await;
    }
}

async fn client(
    folder: &TempDir,
    database: &Database,
    clock: &Clock,
    environment: &[(&str, &str)],
) -> Client {
    let (config, figment) = config(folder, database, environment);
    let rocket = vestibule::build(config, figment, clock.clone()).await.unwrap();
    Client::untracked(rocket).await.unwrap()
}

fn config(folder: &TempDir, database: &Database, given: &[(&str, &str)]) -> (Config, Figment) {
    let data_dir = folder.path().join("data");
    let mut environment = database.settings(&data_dir);
    if given.iter().any(|(name, _)| *name == "VESTIBULE_SECRET") {
        environment.retain(|(name, _)| name != "VESTIBULE_SECRET_FILE");
    }
    environment.extend(given.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())));
    environment.push(("VESTIBULE_DATA_DIR".to_owned(), data_dir.to_str().unwrap().to_owned()));
    let figment = figment();
    (Config::load(&figment, environment.into_iter()).unwrap(), figment)
}

fn figment() -> Figment {
    vestibule::figment().merge(("port", 8000))
}

/// The account of an outcome that must have succeeded.
pub trait Done {
    fn account(self) -> Account;
}

impl Done for ChangeOutcome {
    fn account(self) -> Account {
        let ChangeOutcome::Changed(account) = self else { panic!("{self:?}") };
        account
    }
}

impl Done for CreateOutcome {
    fn account(self) -> Account {
        let CreateOutcome::Created(account) = self else { panic!("{self:?}") };
        account
    }
}
