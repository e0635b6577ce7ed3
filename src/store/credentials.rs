//! What accounts sign in with.

use super::accounts::Row as AccountRow;
use super::column::millis;
use super::schema::{accounts, credentials};
use super::{LockedAccount, StoreFault, Tx, Unit};
use crate::domain::account::{Account, AccountId};
use crate::domain::email::EmailAddress;
use crate::domain::new_id;
use crate::domain::password::PasswordHash;
use diesel::prelude::*;

const PASSWORD: &str = "password";

/// A stored password: its hash, and a version that increases when the password changes, but not
/// when the same password is hashed again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPassword {
    pub hash: PasswordHash,
    pub version: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = credentials)]
struct PasswordRow {
    secret: String,
    version: i64,
}

/// Inserts the password of a new account.
pub fn insert_password(
    unit: &mut Unit<'_>,
    account: &LockedAccount,
    hash: &PasswordHash,
) -> Result<(), StoreFault> {
    let now = unit.now();
    let values = (
        credentials::id.eq(new_id(now).to_string()),
        credentials::account_id.eq(account.id.0.to_string()),
        credentials::kind.eq(PASSWORD),
        credentials::secret.eq(hash.as_phc()),
        credentials::version.eq(1),
        credentials::created_at.eq(millis(now)),
    );
    diesel::insert_into(credentials::table).values(values).execute(unit.0)?;
    Ok(())
}

pub fn find_password(
    tx: &mut Tx<'_>,
    account: AccountId,
) -> Result<Option<StoredPassword>, StoreFault> {
    let row: Option<PasswordRow> =
        password_of(account).select(PasswordRow::as_select()).get_result(tx.0).optional()?;
    Ok(row.map(StoredPassword::from))
}

/// The account with this address, and its password.
pub fn find_by_email(
    tx: &mut Tx<'_>,
    email: &EmailAddress,
) -> Result<Option<(Account, StoredPassword)>, StoreFault> {
    let found = accounts::table
        .inner_join(credentials::table)
        .filter(accounts::email.eq(email.as_str()))
        .filter(credentials::kind.eq(PASSWORD))
        .select((AccountRow::as_select(), PasswordRow::as_select()));
    let row: Option<(AccountRow, PasswordRow)> = found.get_result(tx.0).optional()?;
    row.map(|(account, password)| Ok((account.account()?, password.into()))).transpose()
}

/// Stores another hash of the same password.
pub fn rehash_password(
    unit: &mut Unit<'_>,
    account: &LockedAccount,
    hash: &PasswordHash,
) -> Result<(), StoreFault> {
    diesel::update(password_of(account.id))
        .set(credentials::secret.eq(hash.as_phc()))
        .execute(unit.0)?;
    Ok(())
}

/// Replaces the password.
pub fn change_password(
    unit: &mut Unit<'_>,
    account: &LockedAccount,
    hash: &PasswordHash,
) -> Result<(), StoreFault> {
    let change =
        (credentials::secret.eq(hash.as_phc()), credentials::version.eq(credentials::version + 1));
    diesel::update(password_of(account.id)).set(change).execute(unit.0)?;
    Ok(())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn password_of(account: AccountId) -> _ {
    let id: String = account.0.to_string();
    let kind: &'static str = PASSWORD;
    credentials::table.filter(credentials::account_id.eq(id)).filter(credentials::kind.eq(kind))
}

impl From<PasswordRow> for StoredPassword {
    fn from(row: PasswordRow) -> Self {
        Self { hash: PasswordHash::from_phc(row.secret), version: row.version }
    }
}
