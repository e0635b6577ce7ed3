-- Until when a key that no longer signs still verifies.
ALTER TABLE signing_keys ADD COLUMN retires_at TIMESTAMP;
-- The longest life in seconds that a server gives the access tokens it signs with this key.
ALTER TABLE signing_keys ADD COLUMN token_life BIGINT NOT NULL DEFAULT 0;
-- One signs, one waits; any number retire.
DROP INDEX signing_keys_by_state;
CREATE UNIQUE INDEX signing_keys_by_state ON signing_keys (purpose, state) WHERE state <> 'retiring';

-- A disabled account keeps its data, but nobody signs in to it.
ALTER TABLE accounts ADD COLUMN disabled_at TIMESTAMP;
