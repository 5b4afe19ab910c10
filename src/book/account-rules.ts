/** What the operator has set for one account. */
export class AccountRule {
  /** Most new, amend and mass-quote commands in one second; 0: no limit. */
  ordersPerSecond = 0;
  /** Most live orders; 0: as many as accounts without a limit of their own. */
  openOrders = 0;
  /** Self-trade group; 0: none. */
  group = 0;
  /** The kill switch is thrown. */
  isStopped = false;
  /** Beginning of the second that is counted, ns since the epoch in two halves, and commands in it. */
  secondLow = 0;
  secondHigh = 0;
  inSecond = 0;

  /** Whether orders of the account need more checks than those of others. Open orders are counted for every account. */
  get isSpecial(): boolean {
    return this.ordersPerSecond !== 0 || this.isStopped;
  }
}

const SECOND_NS = 1_000_000_000;
const TWO_32 = 4_294_967_296;

/** The rules of the accounts that have some, by account slot. */
export class AccountRules {
  readonly #rules: (AccountRule | undefined)[] = [];

  /** The rule of an account, undefined where nothing was ever set. */
  of(accountSlot: number): AccountRule | undefined {
    return this.#rules[accountSlot];
  }

  /** The rule of an account, made where it has none. */
  make(accountSlot: number): AccountRule {
    while (this.#rules.length <= accountSlot) this.#rules.push(undefined);
    this.#rules[accountSlot] ??= new AccountRule();
    return this.#rules[accountSlot];
  }

  /** True where two accounts are one for self-trade prevention. */
  areSame(a: number, b: number): boolean {
    if (a === b) return true;
    const group = this.#rules[a]?.group ?? 0;
    return group !== 0 && this.#rules[b]?.group === group;
  }
}

/** True where one more command now would be more than the rule allows in one second. */
export function isOverRate(rule: AccountRule, timeLow: number, timeHigh: number): boolean {
  if (rule.ordersPerSecond === 0) return false;
  return !isNewSecond(rule, timeLow, timeHigh) && rule.inSecond >= rule.ordersPerSecond;
}

/** Counts an accepted command. */
export function countCommand(rule: AccountRule, timeLow: number, timeHigh: number): void {
  if (rule.ordersPerSecond === 0) return;
  if (isNewSecond(rule, timeLow, timeHigh)) {
    rule.secondLow = timeLow;
    rule.secondHigh = timeHigh;
    rule.inSecond = 0;
  }
  rule.inSecond++;
}

function isNewSecond(rule: AccountRule, timeLow: number, timeHigh: number): boolean {
  if (rule.inSecond === 0) return true;
  // A difference of times is exact, far beyond a second.
  const elapsedNs =
    ((timeHigh >>> 0) - (rule.secondHigh >>> 0)) * TWO_32 + ((timeLow >>> 0) - (rule.secondLow >>> 0));
  return elapsedNs >= SECOND_NS;
}
