import type { AccountRule, AccountRules } from './account-rules.js';
import { type Accounts, UNLIMITED } from './accounts.js';

/*
 * How many orders of an account may live: its own limit where the operator has set one, else the usual one of the shard. What
 * is kept of each account is the room that is left (see `Accounts`), so that a plain order compares one word.
 */

/** The part of an engine's room that limits are about. */
interface LimitRoom {
  readonly accounts: Accounts;
  readonly accountRules: AccountRules;
}

/** The most open orders of accounts without a limit of their own; 0: any number. */
export function usualOpenOrders({ usualLimit }: Accounts): number {
  return usualLimit === UNLIMITED ? 0 : usualLimit;
}

/** Sets the limit of all accounts that have none of their own; 0: any number. */
export function limitAll({ accounts, accountRules }: LimitRoom, maxOpenOrders: number): void {
  const before = accounts.usualLimit;
  accounts.usualLimit = maxOpenOrders === 0 ? UNLIMITED : maxOpenOrders;
  // Slot 0 is nobody.
  for (let slot = 1; slot < accounts.count; slot++)
    if ((accountRules.of(slot)?.openOrders ?? 0) === 0) accounts.addRoom(slot, accounts.usualLimit - before);
}

/** Sets the limit of one account; 0: the usual one. */
export function limitOne(room: LimitRoom, slot: number, rule: AccountRule, openOrders: number): void {
  const { accounts } = room;
  const before = limitOf(accounts, rule);
  rule.openOrders = openOrders;
  accounts.addRoom(slot, limitOf(accounts, rule) - before);
}

/** Orders of an account that live, in all books together. */
export function liveOrdersOf({ accounts, accountRules }: LimitRoom, slot: number): number {
  const rule = accountRules.of(slot);
  return (rule === undefined ? accounts.usualLimit : limitOf(accounts, rule)) - accounts.room(slot);
}

function limitOf({ usualLimit }: Accounts, { openOrders }: AccountRule): number {
  return openOrders === 0 ? usualLimit : Math.min(openOrders, UNLIMITED);
}
