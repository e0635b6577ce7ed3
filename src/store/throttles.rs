//! Counters of attempts.

use super::column::{Column, millis};
use super::connection::on_either;
use super::schema::throttles;
use super::{StoreFault, Tx, Unit};
use crate::domain::Time;
use crate::domain::throttle::{Rate, Throttled, decide, refunded};
use diesel::prelude::*;

/// Whether an attempt would be allowed now. It is not counted.
pub fn look(tx: &mut Tx<'_>, key: &str, now: Time, rate: Rate) -> Result<Throttled, StoreFault> {
    Ok(decide(find(tx, key)?, now, rate))
}

/// Counts an attempt if it is allowed. Conditional updates decide races: the loser reads and
/// decides again.
pub fn count(unit: &mut Unit<'_>, key: &str, rate: Rate) -> Result<Throttled, StoreFault> {
    loop {
        let found = find(unit, key)?;
        let decision = decide(found, unit.now(), rate);
        let Throttled::Allowed(tat) = decision else { return Ok(decision) };
        let won = match found {
            Some(seen) => update(unit, key, seen, tat)?,
            None => insert(unit, key, tat)?,
        };
        if won {
            return Ok(decision);
        }
    }
}

/// Takes an attempt back. Nothing happens if its counter has been swept.
pub fn refund(unit: &mut Unit<'_>, key: &str, rate: Rate) -> Result<(), StoreFault> {
    while let Some(tat) = find(unit, key)? {
        if update(unit, key, tat, refunded(tat, rate))? {
            break;
        }
    }
    Ok(())
}

/// Deletes at most `limit` counters that are no longer needed; returns how many.
pub fn sweep(tx: &mut Tx<'_>, before: Time, limit: i64) -> Result<usize, StoreFault> {
    let old = throttles::table.filter(throttles::tat.lt(millis(before)));
    let keys: Vec<String> = old.select(throttles::key).limit(limit).load(tx.0)?;
    // The condition again: an attempt may have been counted in the meantime.
    let swept = throttles::table
        .filter(throttles::key.eq_any(keys))
        .filter(throttles::tat.lt(millis(before)));
    Ok(diesel::delete(swept).execute(tx.0)?)
}

/// Deletes a row that never exists: fails if the database is read-only.
pub fn try_to_write(unit: &mut Unit<'_>) -> Result<(), StoreFault> {
    diesel::delete(throttles::table.find("")).execute(unit.0)?;
    Ok(())
}

fn find(tx: &mut Tx<'_>, key: &str) -> Result<Option<Time>, StoreFault> {
    let tat: Option<i64> =
        throttles::table.find(key).select(throttles::tat).get_result(tx.0).optional()?;
    Column("throttles.tat").optional_time(tat)
}

fn insert(unit: &mut Unit<'_>, key: &str, tat: Time) -> Result<bool, StoreFault> {
    let values = (throttles::key.eq(key), throttles::tat.eq(millis(tat)));
    let inserted = on_either!(&mut *unit.0, connection => diesel::insert_into(throttles::table)
        .values(values)
        .on_conflict(throttles::key)
        .do_nothing()
        .execute(connection)?);
    Ok(inserted == 1)
}

fn update(unit: &mut Unit<'_>, key: &str, seen: Time, tat: Time) -> Result<bool, StoreFault> {
    let row = throttles::table.find(key).filter(throttles::tat.eq(millis(seen)));
    Ok(diesel::update(row).set(throttles::tat.eq(millis(tat))).execute(unit.0)? == 1)
}
