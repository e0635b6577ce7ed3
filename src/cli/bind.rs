//! An address that the server cannot listen on.

use rocket::figment::Figment;
use std::io::{Error, ErrorKind};
use std::net::{IpAddr, SocketAddr};

/// Where Rocket will listen.
pub fn address(figment: &Figment) -> String {
    let (address, port) =
        (figment.extract_inner::<IpAddr>("address"), figment.extract_inner("port"));
    match (address, port) {
        (Ok(address), Ok(port)) => SocketAddr::new(address, port).to_string(),
        _ => "its address".to_owned(),
    }
}

/// What to do about it, as the end of a sentence.
pub fn advice(error: &Error) -> &'static str {
    match error.kind() {
        ErrorKind::AddrInUse => {
            "Another program listens there, perhaps another Vestibule: stop it, or set another ROCKET_PORT"
        }
        ErrorKind::AddrNotAvailable => {
            "It is not an address of this machine: correct ROCKET_ADDRESS"
        }
        ErrorKind::PermissionDenied => {
            "Ports below 1024 are for the system: set ROCKET_PORT to 8000, and put a proxy in front"
        }
        _ => "Set another ROCKET_PORT or ROCKET_ADDRESS",
    }
}
