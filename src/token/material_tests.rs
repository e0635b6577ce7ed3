use super::*;
use crate::domain::key::Algorithm::{EdDsa, Es256, Hs256, Rs256};
use aws_lc_rs::signature::ECDSA_P384_SHA384_FIXED_SIGNING;
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;
use strum::VariantArray;

#[test]
fn every_algorithm_makes_keys_that_open_and_sign_for_it_alone() {
    for algorithm in Algorithm::VARIANTS.iter().copied() {
        let clear = generate(algorithm).unwrap();
        let material = open(algorithm, &clear).unwrap();
        let name = super::super::jws::library(algorithm);
        let signature = jsonwebtoken::crypto::sign(b"text", &material.encoding, name).unwrap();
        assert_eq!(
            jsonwebtoken::crypto::verify(&signature, b"text", &material.decoding, name),
            Ok(true)
        );
        assert_eq!(
            jsonwebtoken::crypto::verify(&signature, b"tex", &material.decoding, name),
            Ok(false)
        );
        // Any bytes of enough length are an HMAC key: there the seal holds the algorithm.
        for other in [EdDsa, Es256, Rs256].into_iter().filter(|other| *other != algorithm) {
            assert!(
                open(other, &clear).is_none(),
                "{} as {}",
                algorithm.into_str(),
                other.into_str()
            );
        }
    }
}

#[test]
fn an_rsa_key_has_3072_bits_and_the_usual_exponent() {
    let jwk = open(Rs256, &generate(Rs256).unwrap()).unwrap().public_jwk(Rs256).unwrap();
    let jwk = serde_json::to_value(&jwk).unwrap();
    assert_eq!(BASE64URL_NOPAD.decode(jwk["n"].as_str().unwrap().as_bytes()).unwrap().len(), 384);
    assert_eq!(jwk["e"], "AQAB");
}

#[test]
fn smaller_rsa_keys_are_refused() {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let document: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let inner = PrivateKeyInfoRef::try_from(document.as_ref()).unwrap();
    assert!(open(Rs256, inner.private_key.as_bytes()).is_none());
}

#[test]
fn keys_on_another_curve_or_with_a_changed_public_half_are_refused() {
    let random = SystemRandom::new();
    let p384 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P384_SHA384_FIXED_SIGNING, &random).unwrap();
    assert!(open(Es256, p384.as_ref()).is_none());
    for algorithm in [Es256, Rs256] {
        let clear = generate(algorithm).unwrap();
        let mut changed = clear.to_vec();
        let at = if algorithm == Es256 { changed.len() - 1 } else { 100 };
        changed[at] ^= 1;
        assert!(open(algorithm, &changed).is_none(), "{}", algorithm.into_str());
        assert!(open(algorithm, &clear[..clear.len() - 1]).is_none());
    }
}

/// DER of a list of unsigned integers (X.690 section 8.3), to write an RSA key of the vectors as
/// PKCS#1 (RFC 8017 appendix A.1.2).
fn pkcs1(parts: &[Vec<u8>]) -> Vec<u8> {
    fn wrapped(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], length.as_slice(), content].concat()
    }
    let integer = |bytes: &Vec<u8>| wrapped(2, &[&[0], bytes.as_slice()].concat());
    let integers: Vec<u8> = parts.iter().flat_map(integer).collect();
    wrapped(0x30, &[&[2, 1, 0], integers.as_slice()].concat())
}

/// A key of the vectors the way ours are stored.
fn stored(jwk: &Value) -> Option<(Algorithm, Vec<u8>)> {
    let bytes =
        |name: &str| BASE64URL_NOPAD.decode(jwk[name].as_str().unwrap().as_bytes()).unwrap();
    match jwk["kty"].as_str().unwrap() {
        "oct" if jwk["alg"] == "HS256" => Some((Hs256, bytes("k"))),
        "RSA" if jwk["alg"] == "RS256" => {
            Some((Rs256, pkcs1(&["n", "e", "d", "p", "q", "dp", "dq", "qi"].map(bytes))))
        }
        _ => None,
    }
}

/// Wycheproof, `json_web_key_test`: weak keys (RSA of 1024 bits, with the ROCA weakness, with
/// exponent 1; short and empty HMAC keys).
#[test]
fn the_weak_keys_of_wycheproof_are_refused() {
    let text = include_str!("../../tests/vectors/wycheproof/json_web_key_test.json");
    let vectors: Value = serde_json::from_str(text).unwrap();
    let mut refused = Vec::new();
    for group in vectors["testGroups"].as_array().unwrap() {
        let case = group["tests"][0]["tcId"].as_u64().unwrap();
        let keys = group["private"]["keys"].as_array().unwrap();
        let [key] = keys.as_slice() else { continue };
        match stored(key) {
            Some((algorithm, clear)) if case == 13 => {
                assert!(open(algorithm, &clear).is_some(), "a long key is sound");
            }
            Some((algorithm, clear)) => {
                assert!(open(algorithm, &clear).is_none(), "case {case}");
                refused.push(case);
            }
            None => {}
        }
    }
    assert_eq!(refused, [5, 7, 8, 9, 10, 16], "5 is sound for others, but has 2048 bits");
}
