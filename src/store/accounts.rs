//! Accounts.

use super::column::{Column, millis};
use super::connection::{Db, on_either};
use super::schema::accounts;
use super::{LockedAccount, LockedAdministrators, StoreFault, Tx, Unit};
use crate::domain::Time;
use crate::domain::account::{Account, AccountId, Role};
use crate::domain::email::EmailAddress;
use crate::domain::name::DisplayName;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts)]
pub(super) struct Row {
    id: String,
    email: String,
    name: String,
    role: String,
    created_at: i64,
    disabled_at: Option<i64>,
}

/// Inserts an account; none if the email address is taken. The unique index decides races.
pub fn insert(unit: &mut Unit<'_>, account: &Account) -> Result<Option<LockedAccount>, StoreFault> {
    let row = Row {
        id: account.id.0.to_string(),
        email: account.email.as_str().to_owned(),
        name: account.name.as_str().to_owned(),
        role: account.role.into_str().to_owned(),
        created_at: millis(account.created_at),
        disabled_at: account.disabled_at.map(millis),
    };
    let inserted = on_either!(&mut *unit.0, connection => diesel::insert_into(accounts::table)
        .values(&row)
        .on_conflict(accounts::email)
        .do_nothing()
        .execute(connection)?);
    Ok((inserted == 1).then(|| LockedAccount(account.clone())))
}

pub fn find(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>, StoreFault> {
    let row = accounts::table.find(id.0.to_string()).select(Row::as_select());
    row.get_result(tx.0).optional()?.map(Row::account).transpose()
}

pub fn find_by_email(tx: &mut Tx<'_>, email: &EmailAddress) -> Result<Option<Account>, StoreFault> {
    let of_email = accounts::table.filter(accounts::email.eq(email.as_str()));
    let row: Option<Row> = of_email.select(Row::as_select()).get_result(tx.0).optional()?;
    row.map(Row::account).transpose()
}

/// Finds an account and locks its row. On SQLite, a writer has locked the whole database already.
pub(super) fn find_for_update(
    tx: &mut Tx<'_>,
    id: AccountId,
) -> Result<Option<Account>, StoreFault> {
    let account = accounts::table.find(id.0.to_string());
    let row: Option<Row> = match &mut *tx.0 {
        Db::Sqlite(connection) => {
            account.select(Row::as_select()).get_result(connection).optional()?
        }
        Db::Postgres(connection) => {
            account.for_update().select(Row::as_select()).get_result(connection).optional()?
        }
    };
    row.map(Row::account).transpose()
}

/// All accounts, oldest first.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Account>, StoreFault> {
    let rows = accounts::table.order(accounts::created_at).select(Row::as_select()).load(tx.0)?;
    rows.into_iter().map(Row::account).collect()
}

pub fn rename(
    unit: &mut Unit<'_>,
    account: &LockedAccount,
    name: &DisplayName,
) -> Result<(), StoreFault> {
    let row = accounts::table.find(account.id.0.to_string());
    diesel::update(row).set(accounts::name.eq(name.as_str())).execute(unit.0)?;
    Ok(())
}

/// Changes the email address. If another account has just got it, the unique index refuses, and the
/// unit of work is run again.
pub fn set_email(
    unit: &mut Unit<'_>,
    account: &LockedAccount,
    email: &EmailAddress,
) -> Result<(), StoreFault> {
    let row = accounts::table.find(account.id.0.to_string());
    diesel::update(row).set(accounts::email.eq(email.as_str())).execute(unit.0)?;
    Ok(())
}

pub fn set_role(
    unit: &mut Unit<'_>,
    account: &LockedAccount,
    _administrators: &LockedAdministrators,
    role: Role,
) -> Result<(), StoreFault> {
    let row = accounts::table.find(account.id.0.to_string());
    diesel::update(row).set(accounts::role.eq(role.into_str())).execute(unit.0)?;
    Ok(())
}

/// Disables an account since then, or enables it.
pub fn set_disabled(
    unit: &mut Unit<'_>,
    account: &LockedAccount,
    _administrators: &LockedAdministrators,
    since: Option<Time>,
) -> Result<(), StoreFault> {
    let row = accounts::table.find(account.id.0.to_string());
    diesel::update(row).set(accounts::disabled_at.eq(since.map(millis))).execute(unit.0)?;
    Ok(())
}

/// When the account's devices were last forgotten.
pub fn devices_forgotten_at(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Time>, StoreFault> {
    let row = accounts::table.find(id.0.to_string()).select(accounts::devices_forgotten_at);
    let at: Option<Option<i64>> = row.get_result(tx.0).optional()?;
    Column("accounts.devices_forgotten_at").optional_time(at.flatten())
}

/// Makes all devices unknown on which the account has signed in.
pub(super) fn forget_devices(
    unit: &mut Unit<'_>,
    account: &LockedAccount,
) -> Result<(), StoreFault> {
    let (row, now) = (accounts::table.find(account.id.0.to_string()), millis(unit.now()));
    diesel::update(row).set(accounts::devices_forgotten_at.eq(now)).execute(unit.0)?;
    Ok(())
}

/// Deletes an account with its credentials and sessions. Its events are kept.
pub fn delete(
    unit: &mut Unit<'_>,
    account: &LockedAccount,
    _administrators: &LockedAdministrators,
) -> Result<(), StoreFault> {
    diesel::delete(accounts::table.find(account.id.0.to_string())).execute(unit.0)?;
    Ok(())
}

pub fn count(tx: &mut Tx<'_>) -> Result<i64, StoreFault> {
    Ok(accounts::table.count().get_result(tx.0)?)
}

pub fn count_disabled(tx: &mut Tx<'_>) -> Result<i64, StoreFault> {
    Ok(accounts::table.filter(accounts::disabled_at.is_not_null()).count().get_result(tx.0)?)
}

/// How many administrators can sign in.
pub fn count_administrators(tx: &mut Tx<'_>) -> Result<i64, StoreFault> {
    let administrators = accounts::table.filter(accounts::role.eq(Role::Admin.into_str()));
    Ok(administrators.filter(accounts::disabled_at.is_null()).count().get_result(tx.0)?)
}

impl Row {
    pub(super) fn account(self) -> Result<Account, StoreFault> {
        let email = EmailAddress::parse(&self.email).ok();
        let name = DisplayName::parse(&self.name).ok();
        Ok(Account {
            id: AccountId(Column("accounts.id").id(&self.id)?),
            email: Column("accounts.email").known(email)?,
            name: Column("accounts.name").known(name)?,
            role: Column("accounts.role").known(self.role.parse().ok())?,
            created_at: Column("accounts.created_at").time(self.created_at)?,
            disabled_at: Column("accounts.disabled_at").optional_time(self.disabled_at)?,
        })
    }
}
