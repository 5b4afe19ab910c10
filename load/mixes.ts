/** What kinds of orders a flow is made of. */
export interface Mix {
  /** Part of the orders that trade at once: half of them GTC through the mid, half IOC far through it. */
  readonly marketableShare: number;
  /** Orders that are not cancelled yet, over all accounts: the depth at which news and cancels balance. */
  readonly outstanding: number;
  /** Parts of all commands; together with `marketableShare` under 1. */
  readonly marketShare: number;
  readonly icebergShare: number;
  /** Mass quotes: each replaces those that its account had before. */
  readonly quoteShare: number;
}

const plain = { marketShare: 0, icebergShare: 0, quoteShare: 0 } as const;

/** The flows that a load run can send, by name. */
export const mixes = {
  /** 47.5 % passive limit orders, 47.5 % cancels, 5 % that trade. */
  steady: { ...plain, marketableShare: 0.05, outstanding: 10_000 },
  /** No cancels: the book grows. */
  grow: { ...plain, marketableShare: 0.05, outstanding: Number.POSITIVE_INFINITY },
  /** Orders that live for a moment, and hardly a trade. */
  'cancel-heavy': { ...plain, marketableShare: 0.005, outstanding: 64 },
  /** Market makers: every other command is a mass quote. */
  quotes: { ...plain, marketableShare: 0.05, outstanding: 10_000, quoteShare: 0.5 },
  /** A bit of everything: market orders, icebergs and mass quotes beside what `steady` has. */
  varied: {
    marketableShare: 0.04,
    outstanding: 10_000,
    marketShare: 0.04,
    icebergShare: 0.1,
    quoteShare: 0.1,
  },
} as const satisfies Readonly<Record<string, Mix>>;

export type MixName = keyof typeof mixes;

export const mixNames = Object.keys(mixes) as readonly MixName[];
