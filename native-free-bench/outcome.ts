/** What came of a flow: the same for every engine that matches by price, then time. */
export interface Outcome {
  readonly trades: number;
  readonly tradedLots: number;
  readonly bestBidTicks: number;
  readonly bestAskTicks: number;
}

const fields = [
  'trades',
  'tradedLots',
  'bestBidTicks',
  'bestAskTicks',
] as const satisfies readonly (keyof Outcome)[];

/** In what an outcome differs from the one that was expected, in one sentence; undefined where it does not. */
export function outcomeFault(outcome: Outcome, expected: Outcome): string | undefined {
  const faults = fields
    .filter((field) => outcome[field] !== expected[field])
    .map((field) => `${field} ${outcome[field]} instead of ${expected[field]}`);
  return faults.length === 0 ? undefined : faults.join(', ');
}
