//! The number of accounts and sessions, for administrators.

use crate::accounts::Administration;
use crate::web::guards::Admin;
use crate::web::pages::context::PageContext;
use crate::web::pages::page::Page;
use crate::web::pages::response::{PageResponse, PageResult};
use rocket::{State, get};
use serde::Serialize;

#[derive(Serialize)]
pub struct AdminPage {
    accounts: i64,
    disabled: i64,
    admins: i64,
    sessions: i64,
}

impl PageContext for AdminPage {
    const TEMPLATE: &'static str = "admin/overview";

    fn samples() -> Vec<Self> {
        vec![
            AdminPage { accounts: 1, disabled: 0, admins: 1, sessions: 1 },
            AdminPage { accounts: 12_345, disabled: 67, admins: 8, sessions: 9_012 },
        ]
    }
}

#[get("/admin")]
pub async fn show(_guard: Admin, administration: &State<Administration>) -> PageResult<AdminPage> {
    let overview = administration.overview().await?;
    Ok(PageResponse::Html(Page::ok(AdminPage {
        accounts: overview.accounts,
        disabled: overview.disabled,
        admins: overview.administrators,
        sessions: overview.sessions,
    })))
}
