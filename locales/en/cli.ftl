# The output of commands. Help and configuration errors are in the program itself.

cli-account-created = Created the account { $email } ({ $id }).
cli-account-role-changed = { $email } ({ $id }) now has the role { $role }.
cli-account-renamed = { $email } ({ $id }) has its new name.
cli-account-email-changed = The account { $id } now signs in with { $email }.
cli-account-password-changed = { $email } ({ $id }) has its new password and was signed out everywhere.
cli-account-disabled = Disabled { $email } ({ $id }) and signed it out everywhere.
cli-account-enabled = Enabled { $email } ({ $id }).
cli-account-signed-out = Signed out { $email } ({ $id }) everywhere.
cli-account-signed-out-all = { $sessions ->
    [0] Nobody was signed in.
    [one] Ended { $sessions-text } session. Everybody has to sign in again.
   *[other] Ended { $sessions-text } sessions. Everybody has to sign in again.
}
cli-account-deleted = Deleted { $email } ({ $id }).
cli-account-not-found = There is no such account. List all accounts with: vestibule account list
cli-account-email-taken = There is already an account with this email address. Use another address.
cli-account-last-administrator = This is the last administrator who can sign in. First give another account the role, or enable a disabled administrator: vestibule account role <ACCOUNT> admin, vestibule account enable <ACCOUNT>
cli-account-no-sessions = The account is not signed in anywhere.
cli-account-confirm-sign-out-all = This ends all sessions of all accounts. Everybody has to sign in again.
cli-account-confirm-deletion = This deletes the account of { $name } and all of its data. It cannot be undone.

cli-session-ended = Ended the session { $id }.
cli-session-already-ended = The session { $id } has ended before. Nothing was changed.
cli-session-not-found = There is no session { $id }. List the sessions of an account with: vestibule session list <ACCOUNT>

cli-state-enabled = enabled
cli-state-disabled = disabled { $since }

cli-column-id = ID
cli-column-email = EMAIL
cli-column-name = NAME
cli-column-role = ROLE
cli-column-state = STATE
cli-column-created = CREATED
cli-column-expires = EXPIRES
cli-column-signed-in = SIGNED IN
cli-column-last-seen = LAST SEEN
cli-column-address = ADDRESS
cli-column-browser = BROWSER
cli-column-tokens = TOKENS
cli-column-time = TIME
cli-column-event = EVENT
cli-column-outcome = OUTCOME
cli-column-account = ACCOUNT
cli-column-actor = ACTOR
cli-column-details = DETAILS
cli-column-algorithm = ALGORITHM

cli-keys-rotated = The next keys now sign. The old keys verify until their last token has expired.
cli-keys-confirm-emergency = This deletes all keys. Everybody has to sign in again.
cli-keys-replaced = All old keys are deleted; every process stops using them within a second. Everybody has to sign in again, including anybody who signs in before that.
cli-keys-algorithm-changed = Access tokens are now signed with { $new } instead of { $old }. Services that verify them must accept { $new }, and { $old } until its last token has expired.
cli-keys-algorithm-symmetric = Access tokens are now signed with { $new } instead of { $old }. No other service can verify them.
cli-keys-unpublished = This access token key is newer than the copies of the key set that other services may keep for { $minutes } minutes. They have to fetch the key set again when they see its ID, as docs/INTEGRATING.md shows.
cli-keys-retired = Deleted the key { $id }.
cli-keys-not-found = There is no key { $id }. List all keys with: vestibule keys list
cli-keys-next = The key { $id } has not signed anything yet. Only a retiring key can be deleted; to replace this one, run twice: vestibule keys rotate
cli-keys-in-use = The key { $id } is { $state }. Only a retiring key can be deleted; first run: vestibule keys rotate
cli-keys-resealed = { $count ->
    [one] { $count-text } key is
   *[other] { $count-text } keys are
} sealed under the new secret. Configure it instead of the old one (VESTIBULE_SECRET, the file of VESTIBULE_SECRET_FILE, or the file `secret` in the data directory) and restart every process.
cli-secret-invalid = The new secret is not hex or base64 of at least 32 random bytes. Create one with: openssl rand -hex 32

cli-passwords-imported = { $count ->
    [one] Imported { $count-text } password.
   *[other] Imported { $count-text } passwords.
} Restart the server: it then refuses them, and asks people who sign in with one to change it.
cli-passwords-list-unreadable = The list { $path } cannot be read: { $error }. Check its path and permissions.
cli-passwords-list-empty = The list { $path } is empty. Download it again.
cli-passwords-line-invalid = Line { $line } of { $path } is not a SHA-1 hash in hexadecimal, a colon and a number. Use a list of SHA-1 hashes, not of NTLM hashes, and download it again if it is incomplete.
cli-passwords-not-built = The file could not be built. Run the command again with another number after --top.
cli-passwords-file-failed = The file { $path } cannot be written: { $error }. Check the free space and the permissions of the data directory. An existing file is unchanged.

cli-backup-made = Backed up { $database } to { $file } ({ $size } KiB).
cli-backup-secret-file = The secret is not in the backup, and without it the backup is of little use: keep a copy of { $file } in another place.
cli-backup-secret-setting = The secret is not in the backup, and without it the backup is of little use: keep a copy of what VESTIBULE_SECRET or VESTIBULE_SECRET_FILE is set to, in another place.
cli-backup-no-backup = Nothing was backed up: { $file } belongs to the database, or is there and no backup. Name another file.
cli-backup-exists = { $file } exists. Name another file, or keep several backups with --keep.
cli-backup-running = Another backup is being made. Wait for it.
cli-backup-failed = { $file } cannot be written: { $error }. Check its folder, the permissions, the free space, and that the disk is mounted writable. Earlier backups are unchanged.
cli-backup-not-made = No backup was made: { $error }. Earlier backups are unchanged.
cli-backup-postgres = PostgreSQL is backed up with its own program: pg_dump --format=custom --file={ $file } --dbname="$DATABASE_URL"

cli-restored = Restored { $file } to { $database }.
cli-restore-ended = Ended { $count ->
    [one] { $count-text } session
   *[other] { $count-text } sessions
} of the backup. Start the server.
cli-restore-kept = The database from before is in { $file }. Delete it once you do not need it any more.
cli-restore-refused = Nothing was restored: { $error }
cli-restore-other-secret = Nothing was restored: { $error }. A backup needs the secret of its time: put that into VESTIBULE_SECRET, the file of VESTIBULE_SECRET_FILE or the file `secret` in the data directory, and run this again.
cli-restore-secret-missing = Nothing was restored: there is no secret to open the keys of the backup. Put the secret of its time into { $file }, readable for its owner alone, or set VESTIBULE_SECRET or VESTIBULE_SECRET_FILE, and run this again.
cli-restore-same = Nothing was restored: { $file } is the database itself. Name the backup.
cli-restore-earlier = Nothing was restored: { $file } is from an earlier restore. Move it away, or delete it, and run this again.
cli-restore-file = Nothing was restored: { $file } cannot be read or written ({ $error }). Check its name, the permissions and the free space.
cli-restore-postgres = PostgreSQL is restored with its own program. Stop every server, then run: pg_restore --clean --if-exists --single-transaction --no-owner --dbname="$DATABASE_URL" { $file }. Then end all sessions: vestibule account sign-out --all

cli-start-settings = Listening on { $address }. Database: { $database }. Registration is { $registration }.
cli-start-open = open
cli-start-closed = closed
cli-start-accounts = Accounts: { $accounts }. Administrators who can sign in: { $administrators }.
cli-start-no-administrator = Accounts: { $accounts }. There is no administrator. Create one: vestibule account create <EMAIL> --name <NAME> --role admin
cli-start-uncounted = The accounts cannot be counted: { $error }.

cli-migrate-current = The database is up to date.
cli-migrate-pending = { $count ->
    [one] { $count-text } migration is
   *[other] { $count-text } migrations are
} missing. Back up the database, then run: vestibule migrate
cli-migrate-done = Ran { $count ->
    [one] { $count-text } migration
   *[other] { $count-text } migrations
}. The database is up to date.
cli-migrate-failed = The database cannot be migrated: { $error }.

cli-config-correct = The configuration is correct, and the database and its keys open.
cli-config-new = The configuration is correct. There is no database at { $path } yet: the first start creates it.

cli-doctor-ok = ok
cli-doctor-warning = warning
cli-doctor-problem = problem
cli-doctor-problems = Problems found: { $count }. The lines that begin with "problem" say what to do.

check-setting = { $warning }.
check-address-ok = People open { $url }, and the server listens on port { $port }.
check-address-differs = People open { $url }, but the server listens on port { $port }. Set VESTIBULE_BASE_URL to the address that people open.
check-proxies-ok = Client addresses are those of connections, or come from trusted proxies.
check-proxies-missing = People open { $url }, so there is a proxy with TLS in front, but VESTIBULE_TRUSTED_PROXIES is not set: all clients seem to have its address, and share its limits. Set it to the address the proxy connects from.
check-modes-ok = Only their owner can access { $path } and what is in it.
check-mode-open = Other users can access { $path }. Run: chmod go= { $path }
check-path-unreadable = { $path } cannot be read: { $error }. Run this as the user who runs the server, or correct VESTIBULE_DATA_DIR.
check-data-dir-missing = There is no data directory at { $path }. Set VESTIBULE_DATA_DIR as for the server, or start the server first.
check-database-ok = The database can be read and written, and is up to date.
check-database-missing = There is no database at { $path }. Set VESTIBULE_DATA_DIR or DATABASE_URL as for the server, or start the server first.
check-database-unusable = The database cannot be used: { $error }.
check-database-pending = The database lacks migrations: { $migrations }. Start the server, or run: vestibule migrate
check-database-read-only = The database cannot be written: { $error }. Check the free space and the permissions of its disk, and with PostgreSQL that DATABASE_URL names the primary server.
check-keys-ok = The keys open with this secret. The active ones are { $days } days old.
check-keys-old = The active keys are { $days } days old. Run: vestibule keys rotate
check-keys-unusable = The keys cannot be opened: { $error }.
check-clock-ok = The clock agrees with that of the database.
check-clock-differs = The clock of the database is { $seconds } seconds ahead of this machine's. Synchronise both (NTP), or people are signed out early.
check-clock-behind = A key was created { $seconds } seconds in the future of this machine's clock. Synchronise the clock (NTP).
check-administrators-ok = There are { $count } administrators who can sign in.
check-administrator-missing = There is no administrator who can sign in. Create one: vestibule account create <EMAIL> --name <NAME> --role admin
check-backup-ok = The last backup was made { $hours } hours ago.
check-backup-old = The last backup was made { $days } days ago. Check the job that makes them, or run: vestibule backup <FILE>
check-backup-never = No backup was made yet. docs/OPERATING.md, "Backup and restore", says how.
check-backup-unknown = { $path } does not contain a time such as 2026-01-31T08:00:00Z. Correct it, or make a backup.

cli-data-dir-missing = There is no data directory at { $path }. Set VESTIBULE_DATA_DIR as for the server, or start the server first.
cli-database-missing = There is no database at { $path }. Set VESTIBULE_DATA_DIR or DATABASE_URL as for the server, or start the server first.
cli-database-unreadable = The database at { $path } cannot be opened: { $error }. Run this as the user who runs the server, or correct VESTIBULE_DATA_DIR or DATABASE_URL.
cli-database-new = Creating a new database at { $path }. If the server already has one, set VESTIBULE_DATA_DIR or DATABASE_URL as for the server.
cli-failed = The command failed: { $error }. Check the database. Before you run the command again, check with `list` what was done.

cli-man-not-written = The manual pages cannot be written to { $path }: { $error }. Name a folder that you may write to.

cli-confirmation-impossible = This cannot be undone, and there is no terminal to ask for confirmation on. If you are sure, run the command again with --yes.
cli-prompt-password = Password:
cli-prompt-secret = New secret:
cli-prompt-repeat-password = Repeat password:
cli-prompt-repeat-secret = Repeat new secret:
cli-prompt-confirm = Type { $word } to continue:
cli-input-different = The two entries are different. Run the command again.
cli-input-too-long = The input is longer than { $bytes } bytes. Check what is piped in.
cli-input-unreadable = The input cannot be read: { $error }. Type it on a terminal, or pipe it in.
cli-nothing-changed = Nothing was changed.
cli-output-failed = The command succeeded, but its output cannot be written: { $error }. Check the disk space.
