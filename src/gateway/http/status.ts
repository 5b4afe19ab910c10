import { RejectCode } from '../../model/reject.js';

const byCode: Readonly<Record<number, number>> = {
  [RejectCode.MessageTooLarge]: 413,
  [RejectCode.UnknownInstrument]: 404,
  [RejectCode.AccountNotYours]: 403,
  [RejectCode.ScopeMissing]: 403,
  [RejectCode.MessageRate]: 429,
  [RejectCode.OrderRate]: 429,
  [RejectCode.BadSubscription]: 400,
  [RejectCode.NoMarketData]: 503,
  [RejectCode.Stale]: 503,
  [RejectCode.UnknownOrder]: 404,
  [RejectCode.ClientIdReused]: 409,
  [RejectCode.TooLate]: 409,
  [RejectCode.TooManyOrders]: 429,
};

/** Statuses that pass by themselves: the answer says when to come back. */
export const passingStatuses: ReadonlySet<number> = new Set([429, 503]);

/** The HTTP status for a reject code: by name where one fits, else by the code's range. */
export function httpStatus(code: number): number {
  const status = byCode[code];
  if (status !== undefined) return status;
  if (code < 200) return 400;
  return code < 500 ? 422 : 503;
}
