//! Accounts and their password hashes.

use super::row::{from_column, id, known, to_column};
use super::schema::accounts;
use super::{StoreFault, Tx};
use crate::domain::Time;
use crate::domain::account::{Account, AccountId, Role};
use crate::domain::email::EmailAddress;
use crate::domain::name::DisplayName;
use crate::domain::password::PasswordHash;
use chrono::NaiveDateTime;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = accounts)]
struct Row {
    id: String,
    email: String,
    name: String,
    role: String,
    password_hash: String,
    created_at: NaiveDateTime,
    disabled_at: Option<NaiveDateTime>,
}

/// Whether an insert found its unique value free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    Yes,
    /// Another account has this e-mail address.
    EmailTaken,
}

/// Adds an account; the unique index over the e-mail address decides races.
///
/// # Errors
/// `StoreFault`.
pub fn insert(
    tx: &mut Tx<'_>,
    account: &Account,
    hash: &PasswordHash,
) -> Result<Inserted, StoreFault> {
    let row = Row {
        id: account.id.0.to_string(),
        email: account.email.as_str().to_owned(),
        name: account.name.as_str().to_owned(),
        role: account.role.into_str().to_owned(),
        password_hash: hash.as_phc().to_owned(),
        created_at: to_column(account.created_at),
        disabled_at: account.disabled_at.map(to_column),
    };
    match diesel::insert_into(accounts::table).values(&row).execute(tx.0) {
        Ok(_) => Ok(Inserted::Yes),
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Ok(Inserted::EmailTaken)
        }
        Err(error) => Err(error.into()),
    }
}

/// # Errors
/// `StoreFault`.
pub fn find(tx: &mut Tx<'_>, id: AccountId) -> Result<Option<Account>, StoreFault> {
    Ok(find_with_hash(tx, id)?.map(|(account, _)| account))
}

/// An account and its password hash.
///
/// # Errors
/// `StoreFault`.
pub fn find_with_hash(
    tx: &mut Tx<'_>,
    id: AccountId,
) -> Result<Option<(Account, PasswordHash)>, StoreFault> {
    let row =
        accounts::table.find(id.0.to_string()).select(Row::as_select()).first(tx.0).optional()?;
    row.map(Row::account).transpose()
}

/// The account with this address and its password hash.
///
/// # Errors
/// `StoreFault`.
pub fn find_by_email(
    tx: &mut Tx<'_>,
    email: &EmailAddress,
) -> Result<Option<(Account, PasswordHash)>, StoreFault> {
    let of_email = accounts::table.filter(accounts::email.eq(email.as_str()));
    let row = of_email.select(Row::as_select()).first(tx.0).optional()?;
    row.map(Row::account).transpose()
}

/// Renames; false if the account is gone.
///
/// # Errors
/// `StoreFault`.
pub fn rename(tx: &mut Tx<'_>, id: AccountId, name: &DisplayName) -> Result<bool, StoreFault> {
    let account = accounts::table.find(id.0.to_string());
    let changed = diesel::update(account).set(accounts::name.eq(name.as_str())).execute(tx.0)?;
    Ok(changed == 1)
}

/// Replaces a password hash; false if it was changed meanwhile.
///
/// # Errors
/// `StoreFault`.
pub fn rehash(
    tx: &mut Tx<'_>,
    id: AccountId,
    old: &PasswordHash,
    new: &PasswordHash,
) -> Result<bool, StoreFault> {
    let account =
        accounts::table.find(id.0.to_string()).filter(accounts::password_hash.eq(old.as_phc()));
    Ok(diesel::update(account).set(accounts::password_hash.eq(new.as_phc())).execute(tx.0)? == 1)
}

/// All accounts, oldest first.
///
/// # Errors
/// `StoreFault`.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Account>, StoreFault> {
    let rows = accounts::table.order(accounts::created_at).select(Row::as_select()).load(tx.0)?;
    rows.into_iter().map(|row| row.account().map(|(account, _)| account)).collect()
}

/// # Errors
/// `StoreFault`.
pub fn set_role(tx: &mut Tx<'_>, id: AccountId, role: Role) -> Result<(), StoreFault> {
    let account = accounts::table.find(id.0.to_string());
    diesel::update(account).set(accounts::role.eq(role.into_str())).execute(tx.0)?;
    Ok(())
}

/// Disables since then, or enables again.
///
/// # Errors
/// `StoreFault`.
pub fn set_disabled(tx: &mut Tx<'_>, id: AccountId, since: Option<Time>) -> Result<(), StoreFault> {
    let account = accounts::table.find(id.0.to_string());
    diesel::update(account).set(accounts::disabled_at.eq(since.map(to_column))).execute(tx.0)?;
    Ok(())
}

/// Deletes an account with its sessions and its part of the audit log.
///
/// # Errors
/// `StoreFault`.
pub fn delete(tx: &mut Tx<'_>, id: AccountId) -> Result<(), StoreFault> {
    diesel::delete(accounts::table.find(id.0.to_string())).execute(tx.0)?;
    Ok(())
}

/// How many accounts there are.
///
/// # Errors
/// `StoreFault`.
pub fn count(tx: &mut Tx<'_>) -> Result<i64, StoreFault> {
    Ok(accounts::table.count().get_result(tx.0)?)
}

/// How many of them are disabled.
///
/// # Errors
/// `StoreFault`.
pub fn count_disabled(tx: &mut Tx<'_>) -> Result<i64, StoreFault> {
    Ok(accounts::table.filter(accounts::disabled_at.is_not_null()).count().get_result(tx.0)?)
}

/// How many administrators can sign in.
///
/// # Errors
/// `StoreFault`.
pub fn count_admins(tx: &mut Tx<'_>) -> Result<i64, StoreFault> {
    let admins = accounts::table.filter(accounts::role.eq(Role::Admin.into_str()));
    Ok(admins.filter(accounts::disabled_at.is_null()).count().get_result(tx.0)?)
}

impl Row {
    fn account(self) -> Result<(Account, PasswordHash), StoreFault> {
        let account = Account {
            id: AccountId(id(&self.id, "accounts", "id")?),
            email: known(EmailAddress::parse(&self.email).ok(), "accounts", "email")?,
            name: known(DisplayName::parse(&self.name).ok(), "accounts", "name")?,
            role: known(self.role.parse().ok(), "accounts", "role")?,
            created_at: from_column(self.created_at),
            disabled_at: self.disabled_at.map(from_column),
        };
        Ok((account, PasswordHash::from_phc(self.password_hash)))
    }
}
