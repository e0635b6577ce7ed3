//! docs/EVENTS.md names every kind of event and every field.

use crate::program::{Program, agent, source};
use std::collections::BTreeSet;
use strum::VariantArray;
use vestibule::domain::event::{EventKind, StrangerEvent};
use vestibule::domain::session::EndReason;

/// The words of the document in back quotes, below this heading.
fn documented(heading: &str) -> BTreeSet<String> {
    let document = source("docs/EVENTS.md");
    let (_, section) = document.split_once(&format!("\n## {heading}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    section.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_kind_and_every_reason_is_documented() {
    let known = documented("Kinds");
    let kinds = EventKind::VARIANTS.iter().map(EventKind::into_str);
    let strangers = StrangerEvent::VARIANTS.iter().map(StrangerEvent::into_str);
    for name in kinds.chain(strangers) {
        assert!(known.contains(name), "{name} is not documented");
    }
    for reason in EndReason::VARIANTS {
        let by_itself = [EndReason::Expired, EndReason::Idle].contains(reason);
        // Reuse is an event of its own.
        let elsewhere = [EndReason::SignedOut, EndReason::Reuse];
        let recorded = !by_itself && !elsewhere.contains(reason);
        assert!(!recorded || known.contains(reason.into_str()), "{reason:?} is not documented");
    }
}

#[test]
fn every_field_of_a_log_line_and_of_json_is_documented() {
    let program = Program::serve();
    let api = |path: &str, body| {
        agent()
            .post(program.url(path))
            .send_json(body)
            .unwrap()
            .body_mut()
            .read_to_string()
            .unwrap()
    };
    let ada = serde_json::json!(
        { "name": "Ada", "email": "ada@example.org", "password": "three unrelated words" }
    );
    api("/api/auth/register", &ada);
    api("/api/auth/register", &ada);
    api("/api/auth/register", &ada);
    api("/api/auth/refresh", &serde_json::json!({ "refresh_token": "forged" }));
    program.run(&["account", "disable", "ada@example.org"], "");
    let (lines, fields) = (documented("Log lines"), documented("Fields of an event"));
    let (mut requests, mut events) = (BTreeSet::new(), BTreeSet::new());
    for line in program.log_lines() {
        let names = line.as_object().unwrap().keys().cloned();
        let found = match line["message"].as_str().unwrap() {
            "request" => &mut requests,
            "security event" => &mut events,
            _ => continue,
        };
        found.extend(names);
        // Commands handle no request.
        let by_request = line["message"] == "security event" && line["actor"] != "operator";
        assert!(!by_request || line["span"]["request_id"].is_string(), "{line}");
    }
    for field in ["method", "path", "status", "micros", "request_id"] {
        assert!(requests.contains(field), "{field} is missing in {requests:?}");
    }
    for field in
        ["event", "outcome", "actor", "account", "session", "address", "details", "repeated"]
    {
        assert!(events.contains(field), "{field} is missing in {events:?}");
    }
    for field in requests.union(&events) {
        assert!(lines.contains(field) || fields.contains(field), "{field} is not documented");
    }
    let shown = program.run(&["events", "--json"], "");
    for line in shown.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        for field in line.as_object().unwrap().keys() {
            assert!(fields.contains(field), "{field} is not documented");
        }
    }
}
