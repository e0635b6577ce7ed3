//! The tables, the same on both databases. The migrations document the columns.

diesel::table! {
    accounts (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        role -> Text,
        created_at -> BigInt,
        disabled_at -> Nullable<BigInt>,
        devices_forgotten_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    credentials (id) {
        id -> Text,
        account_id -> Text,
        kind -> Text,
        secret -> Text,
        version -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        account_id -> Text,
        generation -> BigInt,
        parent -> BigInt,
        parent_leaf -> Nullable<Text>,
        rotated_at -> BigInt,
        replay_until -> BigInt,
        confirmed -> Bool,
        persistent -> Bool,
        methods -> Text,
        created_at -> BigInt,
        authenticated_at -> BigInt,
        last_seen_at -> BigInt,
        idle_expires_at -> BigInt,
        expires_at -> BigInt,
        user_agent -> Text,
        address -> Nullable<Text>,
        ended_at -> Nullable<BigInt>,
        end_reason -> Nullable<Text>,
    }
}

diesel::table! {
    revocations (id) {
        id -> BigInt,
        session_id -> Text,
        generation -> Nullable<BigInt>,
        created_at -> BigInt,
        until -> BigInt,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> Text,
        purpose -> Text,
        algorithm -> Text,
        state -> Text,
        sealed -> Binary,
        created_at -> BigInt,
        retires_at -> Nullable<BigInt>,
        max_token_lifetime -> BigInt,
    }
}

diesel::table! {
    events (id) {
        id -> Text,
        at -> BigInt,
        kind -> Text,
        outcome -> Text,
        actor -> Text,
        subject -> Nullable<Text>,
        session_id -> Nullable<Text>,
        address -> Nullable<Text>,
        device -> Nullable<Text>,
        details -> Nullable<Text>,
    }
}

diesel::table! {
    throttles (key) {
        key -> Text,
        tat -> BigInt,
    }
}

// Of diesel itself.
diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

diesel::joinable!(credentials -> accounts (account_id));
diesel::allow_tables_to_appear_in_same_query!(accounts, credentials);
