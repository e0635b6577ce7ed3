use super::super::seal::Secret;
use super::*;

fn sealer(byte: u8) -> Sealer {
    Sealer::new(&Secret::new(vec![byte; 32])).unwrap()
}

const fn kind(purpose: KeyPurpose, algorithm: Algorithm, state: KeyState) -> KeyKind {
    KeyKind { purpose, algorithm, state }
}

const ACCESS: KeyKind = kind(KeyPurpose::Access, Algorithm::EdDsa, KeyState::Active);
const REFRESH: KeyKind = kind(KeyPurpose::Refresh, Algorithm::Hs256, KeyState::Active);

fn made(kind: KeyKind) -> KeyRecord {
    new_key(kind, &sealer(1), Time::UNIX_EPOCH).unwrap()
}

fn records() -> Vec<KeyRecord> {
    vec![made(ACCESS), made(REFRESH)]
}

#[test]
fn keys_open_again_under_their_secret_only() {
    let records = records();
    let keyring = Keyring::open(&records, &sealer(1)).unwrap();
    assert_eq!(keyring.signing(KeyPurpose::Access).unwrap().algorithm, Algorithm::EdDsa);
    assert_eq!(keyring.signing(KeyPurpose::Refresh).unwrap().algorithm, Algorithm::Hs256);
    assert!(matches!(Keyring::open(&records, &sealer(2)), Err(KeyringError::OtherSecret(_))));
}

#[test]
fn a_key_of_one_purpose_is_never_found_for_the_other() {
    let keyring = Keyring::open(&records(), &sealer(1)).unwrap();
    let access = &keyring.signing(KeyPurpose::Access).unwrap().id;
    assert!(keyring.verifying(KeyPurpose::Access, access).is_some());
    assert!(keyring.verifying(KeyPurpose::Refresh, access).is_none());
}

#[test]
fn a_record_edited_to_another_purpose_or_algorithm_does_not_open() {
    for change in [
        |record: &mut KeyRecord| record.algorithm = Algorithm::Hs256,
        |record: &mut KeyRecord| record.purpose = KeyPurpose::Refresh,
        |record: &mut KeyRecord| record.id = "another".into(),
    ] {
        let mut records = records();
        change(&mut records[0]);
        assert!(matches!(Keyring::open(&records, &sealer(1)), Err(KeyringError::OtherSecret(_))));
    }
}

#[test]
fn a_ring_has_one_active_key_for_each_purpose_and_each_id_once() {
    let problem = |records: &[KeyRecord]| Keyring::open(records, &sealer(1)).err();
    assert_eq!(problem(&[made(ACCESS)]), Some(KeyringError::NoneActive(KeyPurpose::Refresh)));
    let two = [records(), vec![made(ACCESS)]].concat();
    assert_eq!(problem(&two), Some(KeyringError::TwoActive(KeyPurpose::Access)));
    let mut again = records();
    again.push(KeyRecord { state: KeyState::Retiring, ..again[0].clone() });
    assert_eq!(problem(&again), Some(KeyringError::DuplicateId(again[0].id.clone())));
}

#[test]
fn public_keys_of_every_state_are_told_with_their_thumbprint_and_symmetric_ones_are_not() {
    let next = kind(KeyPurpose::Access, Algorithm::Es256, KeyState::Next);
    let retiring = kind(KeyPurpose::Access, Algorithm::Hs256, KeyState::Retiring);
    let records = [records(), vec![made(next), made(retiring)]].concat();
    let told = Keyring::open(&records, &sealer(1)).unwrap().public_access_keys();
    let told = serde_json::to_value(&told).unwrap();
    let told: Vec<_> = told
        .as_array()
        .unwrap()
        .iter()
        .map(|key| (&key["alg"], &key["kid"], &key["use"]))
        .collect();
    let of = |i: usize, alg: &str| (alg.into(), records[i].id.as_str().into(), "sig".into());
    let expected: Vec<(serde_json::Value, serde_json::Value, serde_json::Value)> =
        vec![of(0, "EdDSA"), of(2, "ES256")];
    assert_eq!(told, expected.iter().map(|(a, k, u)| (a, k, u)).collect::<Vec<_>>());
}

#[test]
fn a_running_process_keeps_the_keys_it_has_opened_when_the_secret_changes_under_it() {
    let records = records();
    let ring = Keyring::open(&records, &sealer(1)).unwrap();
    let resealed = records.iter().map(|record| {
        let sealed = reseal(record, &sealer(1), &sealer(2)).unwrap();
        KeyRecord { sealed, ..record.clone() }
    });
    let mut resealed: Vec<KeyRecord> = resealed.collect();
    assert!(
        Keyring::open(&resealed, &sealer(2)).is_ok()
            && Keyring::open(&resealed, &sealer(1)).is_err()
    );
    resealed.push(
        new_key(KeyKind { state: KeyState::Next, ..ACCESS }, &sealer(2), Time::UNIX_EPOCH).unwrap(),
    );
    let old = ring;
    let ring = old.next(&resealed, &sealer(1)).unwrap();
    let problem = KeyringError::OtherSecret(resealed[2].id.clone());
    assert_eq!(ring.newly_unopenable(&old).collect::<Vec<_>>(), [&problem]);
    assert!(ring.is_unopenable(&resealed[2].id) && !ring.is_unopenable(&resealed[0].id));
    assert_eq!(
        ring.next(&resealed, &sealer(1)).unwrap().newly_unopenable(&ring).count(),
        0,
        "told once"
    );
    assert_eq!(ring.signing(KeyPurpose::Access).unwrap().id, records[0].id);
    resealed[0].state = KeyState::Retiring;
    resealed[2].state = KeyState::Active;
    let ring = ring.next(&resealed, &sealer(1)).unwrap();
    assert!(ring.verifying(KeyPurpose::Access, &records[0].id).is_some());
    assert!(ring.signing(KeyPurpose::Access).is_err(), "a retiring key does not sign");
    let ring = ring.next(&[], &sealer(1)).unwrap();
    assert!(
        ring.verifying(KeyPurpose::Access, &records[0].id).is_none(),
        "what was dropped verifies nothing"
    );
}
