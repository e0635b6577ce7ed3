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
