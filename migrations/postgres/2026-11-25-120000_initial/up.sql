-- The same tables on SQLite and PostgreSQL.
-- Ids are UUIDv7 as text: they can be read, logged and pasted into a command; 20 bytes more a key are the price.
-- Times are integers, milliseconds since 1970 in UTC: they compare exactly and have no time zone on either database.
-- Names of states, kinds and reasons are text, as they stand in the API and in logs.

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    -- Canonical form, so that the index decides which addresses are the same.
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Since when nobody can sign in to it.
    disabled_at BIGINT,
    -- When all of its sessions were last ended: devices it signed in on before are unknown.
    devices_forgotten_at BIGINT
);
CREATE INDEX accounts_by_creation ON accounts (created_at);
CREATE INDEX accounts_by_role ON accounts (role);
CREATE INDEX accounts_disabled ON accounts (disabled_at) WHERE disabled_at IS NOT NULL;

-- What an account signs in with. An account may have none, or several of a kind, but one password.
CREATE TABLE credentials (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    -- For a password its hash in PHC form.
    secret TEXT NOT NULL,
    -- Grows when the owner changes it, and stays when the same password is hashed again.
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX credentials_by_account ON credentials (account_id, kind);
CREATE UNIQUE INDEX credentials_one_password ON credentials (account_id) WHERE kind = 'password';

-- One row a sign-in, updated in place; it is the whole refresh token family (RFC 9700 section 4.14).
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    generation BIGINT NOT NULL,
    parent BIGINT NOT NULL,
    -- The leaf (jti) of the refresh token with which the parent was superseded; null before the first rotation.
    parent_leaf TEXT,
    rotated_at BIGINT NOT NULL,
    replay_until BIGINT NOT NULL,
    confirmed BOOLEAN NOT NULL,
    persistent BOOLEAN NOT NULL,
    -- Authentication methods (RFC 8176), separated by spaces: the amr claim.
    methods TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    authenticated_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    user_agent TEXT NOT NULL,
    address TEXT,
    ended_at BIGINT,
    end_reason TEXT
);
-- All of an account, for its deletion; the open ones, for lists, limits and ending them.
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_open_by_account ON sessions (account_id, last_seen_at) WHERE ended_at IS NULL;
-- For sweeps and for the last end of all.
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
-- For counting those that are alive.
CREATE INDEX sessions_open_by_idle_expiry ON sessions (idle_expires_at) WHERE ended_at IS NULL;

-- Access tokens revoked before they expired, for every process to read within a second.
CREATE TABLE revocations (
    id BIGSERIAL NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL,
    -- Up to which generation; null: all tokens of the session.
    generation BIGINT,
    created_at BIGINT NOT NULL,
    until BIGINT NOT NULL
);
CREATE INDEX revocations_by_end ON revocations (until);

-- Key material is sealed under the operator's secret.
CREATE TABLE signing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    -- When a retiring key stops verifying.
    retires_at BIGINT,
    -- The longest lifetime in seconds that a server gives the access tokens it signs with this key.
    max_token_lifetime BIGINT NOT NULL
);
-- One signs, one waits; any number retire. Two processes that start on an empty database cannot both create keys.
CREATE UNIQUE INDEX signing_keys_by_state ON signing_keys (purpose, state) WHERE state <> 'retiring';

-- Security events: only ever added to, and kept when the account is deleted (then without address, device and details).
CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    outcome TEXT NOT NULL,
    -- Who did it: an account id, 'operator', or 'anonymous'.
    actor TEXT NOT NULL,
    -- The account it happened to; null: the whole service.
    subject TEXT,
    session_id TEXT,
    address TEXT,
    device TEXT,
    -- JSON.
    details TEXT
);
CREATE INDEX events_by_subject ON events (subject, at);
-- What an account did to others, for its deletion.
CREATE INDEX events_by_foreign_actor ON events (actor) WHERE actor <> subject;
CREATE INDEX events_by_time ON events (at);

-- Counters of attempts (GCRA), for example to sign in to one account. Their keys are keyed hashes: no address is stored.
CREATE TABLE throttles (
    key TEXT NOT NULL PRIMARY KEY,
    -- Theoretical arrival time: once it has passed, the row is no longer needed.
    tat BIGINT NOT NULL
);
CREATE INDEX throttles_by_tat ON throttles (tat);
