DROP TABLE throttles;
DROP TABLE events;
DROP TABLE signing_keys;
DROP TABLE revocations;
DROP TABLE sessions;
DROP TABLE credentials;
DROP TABLE accounts;
