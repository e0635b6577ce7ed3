//! The device that sent a request: User-Agent and IP address.

use crate::domain::device::Device;
use crate::web::http::client_address::addresses;
use rocket::Request;
use rocket::request::{FromRequest, Outcome};
use std::convert::Infallible;

#[rocket::async_trait]
impl<'r> FromRequest<'r> for Device {
    type Error = Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Infallible> {
        Outcome::Success(device(request))
    }
}

pub fn device(request: &Request<'_>) -> Device {
    let user_agent = request.headers().get_one("User-Agent").unwrap_or_default();
    Device::new(user_agent, addresses(request).map(|addresses| addresses.client))
}
