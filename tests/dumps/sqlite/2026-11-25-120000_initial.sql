-- __Host-access-8000=eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6IlV6emNaN3B4UGFZVS1feC16ZVh4Ym5Da0x2ZzhIMDM5UVpjeWJUSnExdjAifQ.eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjgwMDAiLCJhdWQiOiJodHRwOi8vbG9jYWxob3N0OjgwMDAiLCJzdWIiOiIwMWEzMTg1Yy01MDAwLTc4OGEtOWVjMi01ZjcyMzY2Zjg5MWYiLCJzaWQiOiIwMWEzMTg1Yy01MDAwLTdlODQtYjlkZS05NTg0NWZmNTI2NzEiLCJnZW4iOjEsImp0aSI6IjAxYTMxODVjLTUwMDAtN2MzNy1iOWM4LTEwYjk5MWFjZTU4ZiIsImlhdCI6MTgwMDAwMDAwMCwiZXhwIjoxODAwMDAwOTAwLCJjbGllbnRfaWQiOiJ2ZXN0aWJ1bGUiLCJyb2xlIjoidXNlciIsImF1dGhfdGltZSI6MTgwMDAwMDAwMCwiYW1yIjpbInB3ZCJdfQ.JfpNEv85_AwjHVhsQ99S8quOkfIydF0NhA_NgXFDs3W7_DBrC3DjO033sdmqDPTBCBB1BvAdn5HXE_stYK7dBw
-- __Host-refresh-8000=eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCIsImtpZCI6IlVSUkx2Ny1TdXpFaUdvU2VSSFRUQUEifQ.eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjgwMDAiLCJhdWQiOiJodHRwOi8vbG9jYWxob3N0OjgwMDAvYXBpL2F1dGgvcmVmcmVzaCIsInN1YiI6IjAxYTMxODVjLTUwMDAtNzg4YS05ZWMyLTVmNzIzNjZmODkxZiIsInNpZCI6IjAxYTMxODVjLTUwMDAtN2U4NC1iOWRlLTk1ODQ1ZmY1MjY3MSIsImdlbiI6MSwianRpIjoiZWUwZWYzMWEtNDI4ZC00ZjM5LWJlYTAtMGI4N2E1MTg2OWQ2IiwiaWF0IjoxODAwMDAwMDAwLCJleHAiOjE4MDA2MDQ4MDB9.JitKxZWHixY3H00cuEq14bqG_zJlu9H3WG_sRGDriac
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE __diesel_schema_migrations (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations VALUES('20261125120000','2026-11-26 11:37:39');
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
INSERT INTO accounts VALUES('01a3185c-5000-788a-9ec2-5f72366f891f','ada@example.org','Ada Lovelace','user',1800000000000,NULL,NULL);
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
INSERT INTO credentials VALUES('01a3185c-5000-7634-8a07-b935acf237f1','01a3185c-5000-788a-9ec2-5f72366f891f','password','$argon2id$v=19$m=19456,t=2,p=1$w5e31Z5j113RCFVWiviuzA$rXwoBqGXdmUPfva1UcX/3hWrrXDGGw3GbuuhdlubcWQ',1,1800000000000);
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
INSERT INTO sessions VALUES('01a3185c-5000-7491-bed2-15fedd7c9c25','01a3185c-5000-788a-9ec2-5f72366f891f',1,1,NULL,1800000000000,1800000000000,0,0,'pwd',1800000000000,1800000000000,1800000000000,1800043200000,1802592000000,'','127.0.0.1',1800000000000,'signed_out');
INSERT INTO sessions VALUES('01a3185c-5000-7e84-b9de-95845ff52671','01a3185c-5000-788a-9ec2-5f72366f891f',1,1,NULL,1800000000000,1800000000000,1,1,'pwd',1800000000000,1800000000000,1800000600000,1800604800000,1802592000000,'','127.0.0.1',NULL,NULL);
INSERT INTO sessions VALUES('01a3185c-5000-75ec-973b-982277ae4e12','01a3185c-5000-788a-9ec2-5f72366f891f',1,1,NULL,1800000000000,1800000000000,0,0,'pwd',1800000000000,1800000000000,1800000000000,1800043200000,1802592000000,'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0','127.0.0.1',NULL,NULL);
CREATE TABLE revocations (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    session_id TEXT NOT NULL,
    -- Up to which generation; null: all tokens of the session.
    generation BIGINT,
    created_at BIGINT NOT NULL,
    until BIGINT NOT NULL
);
INSERT INTO revocations VALUES(1,'01a3185c-5000-7491-bed2-15fedd7c9c25',NULL,1800000000000,1800000910000);
CREATE TABLE signing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL,
    -- When a retiring key stops verifying.
    retires_at BIGINT,
    -- The longest lifetime in seconds that a server gives the access tokens it signs with this key.
    max_token_lifetime BIGINT NOT NULL
);
INSERT INTO signing_keys VALUES('UzzcZ7pxPaYU-_x-zeXxbnCkLvg8H039QZcybTJq1v0','access','EdDSA','retiring',X'937fccab2b0513a4a188814da5158652ef2a2c4be0b739acf7e7eb057109aee994df6f87183badcdc82f5302ee53d70e8c0737c11261b8fc0fc2659c787d44db3ff4750c5a3e71d0e856bafc59a013976afa52c55a473c373e193ade633808542c2f8489a1507282c09ef1cb3be0037e370930f69b2bd8dc0c2b34',1800000000000,1800001565000,900);
INSERT INTO signing_keys VALUES('EpnorDddcPCmLTsJX3UTA8m1h84bw9r5xPup3Uyfj_g','access','EdDSA','active',X'944c8dfb9dafc87af6fc4e8a2b926a8f317a6aeca4a48d57caee7440eeaf6c2f95e0e5ca3ccf10b4afe7067523f39912385ee20aadf592a663cd2e58d82c907831501070700811713699a7224d1861b669c0cf9f59394e0301d77e9c6fdbec6672f613bbdcb541d4d3133918e2bd0ccd93c2069466d405006435e5',1800000000000,NULL,900);
INSERT INTO signing_keys VALUES('URRLv7-SuzEiGoSeRHTTAA','refresh','HS256','retiring',X'a9d3676b4982b64c66fc2c1179bafaad04e4fb73d68abbfcdae52c418b98eea6dca2dd16cc67137adef99fc9cc092987578760aaad88310e1d2b129f8b667c2dc83a0aeca830eaa6',1800000000000,1802592660000,900);
INSERT INTO signing_keys VALUES('mZjLT795hvVFh67LIjOAIQ','refresh','HS256','active',X'6e6ec6ede81494fb0238cc45dde81b6f0ae8d257cb697f30ecef19ee975a83405b96f5eeb71409a72ce67dbf265177050ba67d8117c1d2c7a489467848591200d803f0358fcebfde',1800000000000,NULL,900);
INSERT INTO signing_keys VALUES('yR37vapmTN71wmbufiFz_Nbqm4Qppgb4LzVQHVnmMLY','access','EdDSA','next',X'b33caed4d85330941d7dec1194d69c9cbd6f52f8671d7371de62e128bf45a703cedb7e83debfe4560f1bf8b1ad2e8b6bf01f865d3e928249d41f5d859906c8752487a08672082ef3cf9aadd2d68edcab7c2da583aff3f2c445b64dd9f755761aedb412d12a68f723feec6501af3d3f4bfdcbff23559cc0e98ccbd0',1800000600000,NULL,900);
INSERT INTO signing_keys VALUES('EHwFsCXp_hjA6oACBbQbzA','refresh','HS256','next',X'30ea61275a563279702f3010f027f0a027b192e4046b7361df068275fd9b8253439bd1c71280f3e16aaecd4748d037dbfdf51b90413ee653a229368b4f679853118249a112b9f85a',1800000600000,NULL,0);
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
INSERT INTO events VALUES('01a3185c-5000-7000-82f2-58faadbdd092',1800000000000,'signed_up','success','01a3185c-5000-788a-9ec2-5f72366f891f','01a3185c-5000-788a-9ec2-5f72366f891f','01a3185c-5000-7491-bed2-15fedd7c9c25','127.0.0.1','',NULL);
INSERT INTO events VALUES('01a3185c-5000-7000-83fc-ed482b249de2',1800000000000,'signed_out','success','01a3185c-5000-788a-9ec2-5f72366f891f','01a3185c-5000-788a-9ec2-5f72366f891f','01a3185c-5000-7491-bed2-15fedd7c9c25','127.0.0.1','','{"reason":"signed_out"}');
INSERT INTO events VALUES('01a3185c-5000-7000-808c-ace50ce80bc8',1800000000000,'signed_in','success','01a3185c-5000-788a-9ec2-5f72366f891f','01a3185c-5000-788a-9ec2-5f72366f891f','01a3185c-5000-7e84-b9de-95845ff52671','127.0.0.1','',NULL);
INSERT INTO events VALUES('01a3185c-5000-7000-82e4-85502a95c07a',1800000000000,'signed_in','success','01a3185c-5000-788a-9ec2-5f72366f891f','01a3185c-5000-788a-9ec2-5f72366f891f','01a3185c-5000-75ec-973b-982277ae4e12','127.0.0.1','Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',NULL);
INSERT INTO events VALUES('01a31865-77c0-7000-829d-cdb61ee613a5',1800000600000,'keys_rotated','success','operator',NULL,NULL,NULL,NULL,'{"system_user":"root"}');
CREATE TABLE throttles (
    key TEXT NOT NULL PRIMARY KEY,
    -- Theoretical arrival time: once it has passed, the row is no longer needed.
    tat BIGINT NOT NULL
);
INSERT INTO throttles VALUES('7K7okuXcPxrcfNnf6jcEug',1800000000000);
INSERT INTO throttles VALUES('UQcSrceA4MeosgKJRcQjYg',1800000060000);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('revocations',1);
CREATE INDEX accounts_by_creation ON accounts (created_at);
CREATE INDEX accounts_by_role ON accounts (role);
CREATE INDEX accounts_disabled ON accounts (disabled_at) WHERE disabled_at IS NOT NULL;
CREATE INDEX credentials_by_account ON credentials (account_id, kind);
CREATE UNIQUE INDEX credentials_one_password ON credentials (account_id) WHERE kind = 'password';
CREATE INDEX sessions_by_account ON sessions (account_id);
CREATE INDEX sessions_open_by_account ON sessions (account_id, last_seen_at) WHERE ended_at IS NULL;
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_open_by_idle_expiry ON sessions (idle_expires_at) WHERE ended_at IS NULL;
CREATE INDEX revocations_by_end ON revocations (until);
CREATE UNIQUE INDEX signing_keys_by_state ON signing_keys (purpose, state) WHERE state <> 'retiring';
CREATE INDEX events_by_subject ON events (subject, at);
CREATE INDEX events_by_foreign_actor ON events (actor) WHERE actor <> subject;
CREATE INDEX events_by_time ON events (at);
CREATE INDEX throttles_by_tat ON throttles (tat);
COMMIT;
