/**
 * A session's number, in order records and in the events that answer one session alone: unique while the exchange
 * runs, so that a shard knows to which gateway an answer goes.
 *
 * ```
 *  bit 31     28 27                                0
 *     ┌─────────┬───────────────────────────────────┐
 *     │ gateway │ number within the gateway, from 1 │
 *     └─────────┴───────────────────────────────────┘
 * ```
 */
const GATEWAY_SHIFT = 28;
const NUMBERS = 1 << GATEWAY_SHIFT;

export function sessionNumber(gateway: number, count: number): number {
  return (gateway << GATEWAY_SHIFT) | (count % NUMBERS);
}

export function gatewayOfSession(session: number): number {
  return session >>> GATEWAY_SHIFT;
}
