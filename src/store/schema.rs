//! The tables, as diesel sees them. The same on both databases.

diesel::table! {
    accounts (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        role -> Text,
        password_hash -> Text,
        created_at -> Timestamp,
        disabled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        account_id -> Text,
        generation -> BigInt,
        parent -> BigInt,
        rotated_at -> Timestamp,
        replay_until -> Timestamp,
        confirmed -> Bool,
        persistent -> Bool,
        method -> Text,
        created_at -> Timestamp,
        authenticated_at -> Timestamp,
        last_seen_at -> Timestamp,
        idle_expires_at -> Timestamp,
        expires_at -> Timestamp,
        user_agent -> Text,
        ip -> Nullable<Text>,
        ended_at -> Nullable<Timestamp>,
        end_reason -> Nullable<Text>,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> Text,
        purpose -> Text,
        algorithm -> Text,
        state -> Text,
        sealed -> Binary,
        created_at -> Timestamp,
        retires_at -> Nullable<Timestamp>,
        token_life -> BigInt,
    }
}

diesel::table! {
    events (id) {
        id -> Text,
        account_id -> Text,
        session_id -> Nullable<Text>,
        kind -> Text,
        at -> Timestamp,
        ip -> Nullable<Text>,
    }
}

diesel::table! {
    revocations (id) {
        id -> BigInt,
        session_id -> Text,
        generation -> BigInt,
        created_at -> Timestamp,
        until -> Timestamp,
    }
}
