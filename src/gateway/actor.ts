/** Who a request or a session is, and what it may do. */
export interface Actor {
  /** Id of its key; empty where the exchange knows no keys. */
  readonly keyId: string;
  readonly mayTrade: boolean;
  /** May act for account 0, the operator's, and for every other. */
  readonly isOperator: boolean;
  /** The accounts that it may act for; undefined: all there are. */
  readonly accounts: readonly number[] | undefined;
  /** Where its budget of messages and orders is kept; negative where nothing bounds it. */
  readonly budget: number;
}

/** Where no keys are, whoever can connect is trusted: that is loopback alone. */
export const anybody: Actor = {
  keyId: '',
  mayTrade: true,
  isOperator: true,
  accounts: undefined,
  budget: -1,
};

/** Whether somebody may act for an account; 0 is the operator's. */
export function mayActFor(actor: Actor, account: number): boolean {
  if (actor.isOperator) return true;
  return account !== 0 && (actor.accounts === undefined || actor.accounts.includes(account));
}
