ALTER TABLE accounts DROP COLUMN disabled_at;
DELETE FROM signing_keys WHERE state = 'retiring';
DROP INDEX signing_keys_by_state;
CREATE UNIQUE INDEX signing_keys_by_state ON signing_keys (purpose, state);
ALTER TABLE signing_keys DROP COLUMN token_life;
ALTER TABLE signing_keys DROP COLUMN retires_at;
