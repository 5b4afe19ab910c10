/** Where an order is in its life. The numbers are in the tables: never reuse one. */
export const OrderStatus = {
  /** It trades or rests. */
  Active: 1,
  AwaitsStop: 2,
  AwaitsAuction: 3,
  Filled: 4,
  /** It is gone with something left; `done_reason` says why. */
  Cancelled: 5,
} as const;
export type OrderStatus = (typeof OrderStatus)[keyof typeof OrderStatus];

/** The first that an order does not come back from. */
export const FIRST_DONE_STATUS = OrderStatus.Filled;

/** In JSON, and for people. */
export const orderStatusNames: Readonly<Record<number, string>> = {
  [OrderStatus.Active]: 'active',
  [OrderStatus.AwaitsStop]: 'awaitsStop',
  [OrderStatus.AwaitsAuction]: 'awaitsAuction',
  [OrderStatus.Filled]: 'filled',
  [OrderStatus.Cancelled]: 'cancelled',
};
