-- __Host-access-8000=eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCIsImtpZCI6IjJvMkxUd2pKZ0ZVcFZoN09MbzI0UVdpWkV2eTRuWWNZN1hRZ2J2ZTZ4aUUifQ.eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjgwMDAiLCJhdWQiOiJodHRwOi8vbG9jYWxob3N0OjgwMDAiLCJzdWIiOiIwMWEzMTg1Yy01MDAwLTcyYTUtOTczNi1iNGE5NmJlYzc5NzEiLCJzaWQiOiIwMWEzMTg1Yy01MDAwLTc0M2QtYjA0Ny1lYzExZDhhNjEyNjIiLCJnZW4iOjEsImp0aSI6IjAxYTMxODVjLTUwMDAtN2Y1Zi1hODc1LTY0YWM5MDg4YjE1NiIsImlhdCI6MTgwMDAwMDAwMCwiZXhwIjoxODAwMDAwOTAwLCJjbGllbnRfaWQiOiJ2ZXN0aWJ1bGUiLCJyb2xlIjoidXNlciIsImF1dGhfdGltZSI6MTgwMDAwMDAwMCwiYW1yIjpbInB3ZCJdfQ.g-OwT6IRWTBAQt3QBmplB37XAjPie2rYtcAW9izkWVjDHzgJLhiUBgLP_Whv3tVui1S8AyMtKWT25Omz8e6rDA
-- __Host-refresh-8000=eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCIsImtpZCI6IlJ5R1lha2FSVXJ2ZTIxRmxNMWNPQVEifQ.eyJpc3MiOiJodHRwOi8vbG9jYWxob3N0OjgwMDAiLCJhdWQiOiJodHRwOi8vbG9jYWxob3N0OjgwMDAvYXBpL2F1dGgvcmVmcmVzaCIsInN1YiI6IjAxYTMxODVjLTUwMDAtNzJhNS05NzM2LWI0YTk2YmVjNzk3MSIsInNpZCI6IjAxYTMxODVjLTUwMDAtNzQzZC1iMDQ3LWVjMTFkOGE2MTI2MiIsImdlbiI6MSwianRpIjoiOTVjODhhYmYtYWZhZi00Y2IxLWI0ZjQtMjJiYjY2MjM0NTViIiwiaWF0IjoxODAwMDAwMDAwLCJleHAiOjE4MDA2MDQ4MDB9.31_ORK5M_XPmyi1TMoouMKo_Iv-gFZMzGSKshA3a4kY
--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: __diesel_schema_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);


--
-- Name: accounts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts (
    id text NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    role text NOT NULL,
    created_at bigint NOT NULL,
    disabled_at bigint,
    devices_forgotten_at bigint
);


--
-- Name: credentials; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.credentials (
    id text NOT NULL,
    account_id text NOT NULL,
    kind text NOT NULL,
    secret text NOT NULL,
    version bigint NOT NULL,
    created_at bigint NOT NULL
);


--
-- Name: events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.events (
    id text NOT NULL,
    at bigint NOT NULL,
    kind text NOT NULL,
    outcome text NOT NULL,
    actor text NOT NULL,
    subject text,
    session_id text,
    address text,
    device text,
    details text
);


--
-- Name: revocations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.revocations (
    id bigint NOT NULL,
    session_id text NOT NULL,
    generation bigint,
    created_at bigint NOT NULL,
    until bigint NOT NULL
);


--
-- Name: revocations_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.revocations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: revocations_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.revocations_id_seq OWNED BY public.revocations.id;


--
-- Name: sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sessions (
    id text NOT NULL,
    account_id text NOT NULL,
    generation bigint NOT NULL,
    parent bigint NOT NULL,
    parent_leaf text,
    rotated_at bigint NOT NULL,
    replay_until bigint NOT NULL,
    confirmed boolean NOT NULL,
    persistent boolean NOT NULL,
    methods text NOT NULL,
    created_at bigint NOT NULL,
    authenticated_at bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    idle_expires_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    user_agent text NOT NULL,
    address text,
    ended_at bigint,
    end_reason text
);


--
-- Name: signing_keys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.signing_keys (
    id text NOT NULL,
    purpose text NOT NULL,
    algorithm text NOT NULL,
    state text NOT NULL,
    sealed bytea NOT NULL,
    created_at bigint NOT NULL,
    retires_at bigint,
    max_token_lifetime bigint NOT NULL
);


--
-- Name: throttles; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.throttles (
    key text NOT NULL,
    tat bigint NOT NULL
);


--
-- Name: revocations id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.revocations ALTER COLUMN id SET DEFAULT nextval('public.revocations_id_seq'::regclass);


--
-- Data for Name: __diesel_schema_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.__diesel_schema_migrations VALUES ('20261125120000', '2026-11-26 11:37:53.24626');


--
-- Data for Name: accounts; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.accounts VALUES ('01a3185c-5000-72a5-9736-b4a96bec7971', 'ada@example.org', 'Ada Lovelace', 'user', 1800000000000, NULL, NULL);


--
-- Data for Name: credentials; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.credentials VALUES ('01a3185c-5000-79c1-9425-00e14e190caa', '01a3185c-5000-72a5-9736-b4a96bec7971', 'password', '$argon2id$v=19$m=19456,t=2,p=1$LJbR52Nq2DmOL2Yx1ZJ4uw$LOk/HRx/7p+dGFbQgmwnUeUcZLXEucAHdZi/YIEdqIg', 1, 1800000000000);


--
-- Data for Name: events; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.events VALUES ('01a3185c-5000-7000-8087-790ed0115140', 1800000000000, 'signed_up', 'success', '01a3185c-5000-72a5-9736-b4a96bec7971', '01a3185c-5000-72a5-9736-b4a96bec7971', '01a3185c-5000-72b6-864a-b6e56132b517', '127.0.0.1', '', NULL);
INSERT INTO public.events VALUES ('01a3185c-5000-7000-8252-0fb1b51b9b1d', 1800000000000, 'signed_out', 'success', '01a3185c-5000-72a5-9736-b4a96bec7971', '01a3185c-5000-72a5-9736-b4a96bec7971', '01a3185c-5000-72b6-864a-b6e56132b517', '127.0.0.1', '', '{"reason":"signed_out"}');
INSERT INTO public.events VALUES ('01a3185c-5000-7000-83cb-f77bd2e2eade', 1800000000000, 'signed_in', 'success', '01a3185c-5000-72a5-9736-b4a96bec7971', '01a3185c-5000-72a5-9736-b4a96bec7971', '01a3185c-5000-743d-b047-ec11d8a61262', '127.0.0.1', '', NULL);
INSERT INTO public.events VALUES ('01a3185c-5000-7000-83c2-a66487fa3c26', 1800000000000, 'signed_in', 'success', '01a3185c-5000-72a5-9736-b4a96bec7971', '01a3185c-5000-72a5-9736-b4a96bec7971', '01a3185c-5000-7193-b7d7-37f9780d01b8', '127.0.0.1', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', NULL);
INSERT INTO public.events VALUES ('01a31865-77c0-7000-8289-c1df3089c490', 1800000600000, 'keys_rotated', 'success', 'operator', NULL, NULL, NULL, NULL, '{"system_user":"root"}');


--
-- Data for Name: revocations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.revocations VALUES (1, '01a3185c-5000-72b6-864a-b6e56132b517', NULL, 1800000000000, 1800000910000);


--
-- Data for Name: sessions; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.sessions VALUES ('01a3185c-5000-72b6-864a-b6e56132b517', '01a3185c-5000-72a5-9736-b4a96bec7971', 1, 1, NULL, 1800000000000, 1800000000000, false, false, 'pwd', 1800000000000, 1800000000000, 1800000000000, 1800043200000, 1802592000000, '', '127.0.0.1', 1800000000000, 'signed_out');
INSERT INTO public.sessions VALUES ('01a3185c-5000-7193-b7d7-37f9780d01b8', '01a3185c-5000-72a5-9736-b4a96bec7971', 1, 1, NULL, 1800000000000, 1800000000000, false, false, 'pwd', 1800000000000, 1800000000000, 1800000000000, 1800043200000, 1802592000000, 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '127.0.0.1', NULL, NULL);
INSERT INTO public.sessions VALUES ('01a3185c-5000-743d-b047-ec11d8a61262', '01a3185c-5000-72a5-9736-b4a96bec7971', 1, 1, NULL, 1800000000000, 1800000000000, true, true, 'pwd', 1800000000000, 1800000000000, 1800000600000, 1800604800000, 1802592000000, '', '127.0.0.1', NULL, NULL);


--
-- Data for Name: signing_keys; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.signing_keys VALUES ('2o2LTwjJgFUpVh7OLo24QWiZEvy4nYcY7XQgbve6xiE', 'access', 'EdDSA', 'retiring', '\x59ff938edfae7576206d528fcf73eaa3f9476d7ef4f6cf07e3299e2be1bc62c9dcf13f8bdeb03207ac21e7994d8be6e9b4606eceda7066a71042aebb189dea040d821d2c8ecfa16726643d75dbd3a360ccfc3416e6d82c04e4b93f107e7d769517188cd953a5feba6e4b0900013e4d763f5b651424c2798e95d671', 1800000000000, 1800001565000, 900);
INSERT INTO public.signing_keys VALUES ('5qxPlfpftSN9WpBthoEU5YV1k0jIxmG7eWB4DFM_uNQ', 'access', 'EdDSA', 'active', '\x81694289880ed707e99f4b66ea123682c76beae654161b8fdf89bae03be869996e99d269fc4f9a1a19cfc4be9bb7ed7b89b92e41da91e9482706823c9ebce75774e8f4ef0fbe1cedd813389c8636ac1c3bbd365ffa1a1cc3833a653975797da6976afd82d86397f6cece4e27f413890f0cd842cd110ec7ccebf1bc', 1800000000000, NULL, 900);
INSERT INTO public.signing_keys VALUES ('RyGYakaRUrve21FlM1cOAQ', 'refresh', 'HS256', 'retiring', '\x1a30e70e3339f95ac138095bcc5022e37620ac8581022bf66c6ecb2059a3055a9af57debdb2cf64ebb80d9ff0fb95e790887f1dd7250221d1f8642a8f7689981175db97dffe67c83', 1800000000000, 1802592660000, 900);
INSERT INTO public.signing_keys VALUES ('DhvCSWkEL57Vr9s1NzgPGQ', 'refresh', 'HS256', 'active', '\x3aa1f014414a558c41b2b11b0e9d05563d17f5229337ca7dbbd0f6767ebca61c876ffc3782591cba29a007f634fcc3cfc519d05caafb035d910dd054e497576056ea904023fa1a19', 1800000000000, NULL, 900);
INSERT INTO public.signing_keys VALUES ('7lqRGPsrzzF_XqSJq-ncyQ', 'refresh', 'HS256', 'next', '\x8937ba9514baf3e570a45bb121a174691d0916f434fc9ed7f0627f41dd4e9865678159e21046ff60281de320d5f051e503b049485bb741b40f2c3fe23f1ab09ff22540e62a1b8d6d', 1800000600000, NULL, 0);
INSERT INTO public.signing_keys VALUES ('gyg0VfFi2R8BSQode4rPZBUqUnaCkuqlsqG5TM0BUdY', 'access', 'EdDSA', 'next', '\x432460b07793d655a6f9d36ebdd3b071b7898a8ca7014a44d1584fde91b94c81fde0efcfb0e5d330dbb73fe0c1e6ffa9b7cf1d2acf8ebde284d21dc5ca86df616140ff1df41c796a7ef64ae75251afb4108bdac15e5d942578669571ab7d7d18b09954bb558eb66d77c2f492b68d2979bc68f411dc6e5abdaab2a4', 1800000600000, NULL, 900);


--
-- Data for Name: throttles; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.throttles VALUES ('7K7okuXcPxrcfNnf6jcEug', 1800000000000);
INSERT INTO public.throttles VALUES ('gph1ts05Rdbp_lqVXmeiCQ', 1800000060000);


--
-- Name: revocations_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.revocations_id_seq', 1, true);


--
-- Name: __diesel_schema_migrations __diesel_schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);


--
-- Name: accounts accounts_email_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_email_key UNIQUE (email);


--
-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);


--
-- Name: credentials credentials_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_pkey PRIMARY KEY (id);


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);


--
-- Name: revocations revocations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.revocations
    ADD CONSTRAINT revocations_pkey PRIMARY KEY (id);


--
-- Name: sessions sessions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);


--
-- Name: signing_keys signing_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (id);


--
-- Name: throttles throttles_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.throttles
    ADD CONSTRAINT throttles_pkey PRIMARY KEY (key);


--
-- Name: accounts_by_creation; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX accounts_by_creation ON public.accounts USING btree (created_at);


--
-- Name: accounts_by_role; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX accounts_by_role ON public.accounts USING btree (role);


--
-- Name: accounts_disabled; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX accounts_disabled ON public.accounts USING btree (disabled_at) WHERE (disabled_at IS NOT NULL);


--
-- Name: credentials_by_account; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX credentials_by_account ON public.credentials USING btree (account_id, kind);


--
-- Name: credentials_one_password; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX credentials_one_password ON public.credentials USING btree (account_id) WHERE (kind = 'password'::text);


--
-- Name: events_by_foreign_actor; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX events_by_foreign_actor ON public.events USING btree (actor) WHERE (actor <> subject);


--
-- Name: events_by_subject; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX events_by_subject ON public.events USING btree (subject, at);


--
-- Name: events_by_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX events_by_time ON public.events USING btree (at);


--
-- Name: revocations_by_end; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX revocations_by_end ON public.revocations USING btree (until);


--
-- Name: sessions_by_account; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_by_account ON public.sessions USING btree (account_id);


--
-- Name: sessions_by_expiry; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_by_expiry ON public.sessions USING btree (expires_at);


--
-- Name: sessions_open_by_account; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_open_by_account ON public.sessions USING btree (account_id, last_seen_at) WHERE (ended_at IS NULL);


--
-- Name: sessions_open_by_idle_expiry; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_open_by_idle_expiry ON public.sessions USING btree (idle_expires_at) WHERE (ended_at IS NULL);


--
-- Name: signing_keys_by_state; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX signing_keys_by_state ON public.signing_keys USING btree (purpose, state) WHERE (state <> 'retiring'::text);


--
-- Name: throttles_by_tat; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX throttles_by_tat ON public.throttles USING btree (tat);


--
-- Name: credentials credentials_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.credentials
    ADD CONSTRAINT credentials_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;


--
-- Name: sessions sessions_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--


