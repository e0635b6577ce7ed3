-- The feed by which every process learns within a second which access tokens died before their time.
CREATE TABLE revocations (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL,
    generation BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    until TIMESTAMP NOT NULL
);
CREATE INDEX revocations_by_time ON revocations (created_at);
