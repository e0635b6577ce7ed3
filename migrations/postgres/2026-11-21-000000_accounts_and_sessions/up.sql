-- Ids are UUIDv7 as text, times are UTC, e-mail addresses are in canonical form.
CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

-- One row a sign-in, updated in place; it is the whole refresh token family.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    generation BIGINT NOT NULL,
    parent BIGINT NOT NULL,
    rotated_at TIMESTAMP NOT NULL,
    replay_until TIMESTAMP NOT NULL,
    confirmed BOOLEAN NOT NULL,
    persistent BOOLEAN NOT NULL,
    method TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    authenticated_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL,
    idle_expires_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    user_agent TEXT NOT NULL,
    ip TEXT,
    ended_at TIMESTAMP,
    end_reason TEXT
);
CREATE INDEX sessions_by_account ON sessions (account_id);

-- Key material is sealed under the operator's secret.
CREATE TABLE signing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at TIMESTAMP NOT NULL
);
-- One signs at a time, one waits: two processes starting on an empty database cannot both make keys.
CREATE UNIQUE INDEX signing_keys_by_state ON signing_keys (purpose, state);

-- The audit log: only ever added to.
CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    session_id TEXT,
    kind TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    ip TEXT
);
CREATE INDEX events_by_account ON events (account_id, at);
