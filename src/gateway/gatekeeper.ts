import { anybody } from './actor.js';
import type { Identified } from './admission.js';
import type { HttpRequest, Refusal, UpgradeRequest } from './transport/transport.js';

/** Finds out who a request is from, and keeps count of what each key does. Times are those of the exchange's clock. */
export interface Gatekeeper {
  /** Whether requests must show credentials. */
  readonly isKeyed: boolean;
  /** Who wants a WebSocket, or why it gets none. */
  identifyUpgrade(request: UpgradeRequest): Identified<UpgradeRequest> | Refusal;
  /** Who sends a request, or why it is refused. */
  identify(request: HttpRequest): Identified<HttpRequest> | Refusal;
  /** Counts a message; false where it is one too many. */
  takeMessage(budget: number, nowNs: number): boolean;
  /** Counts what a cancel-all costs more than another message; false where that is too much. */
  takeCancelAll(budget: number, nowNs: number): boolean;
  /** Counts orders; false where they are too many. */
  takeOrders(budget: number, count: number, nowNs: number): boolean;
  /** What is left of a budget, and when there is more. */
  budgetOf(budget: number, nowNs: number): RemainingBudget;
}

export interface RemainingBudget {
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until all of it is there again. */
  readonly resetSeconds: number;
}

/** Lets everybody in: for an exchange without keys, which listens on loopback alone. */
export const openGate: Gatekeeper = {
  isKeyed: false,
  identifyUpgrade: (request) => ({ actor: anybody, request }),
  identify: (request) => ({ actor: anybody, request }),
  takeMessage: () => true,
  takeCancelAll: () => true,
  takeOrders: () => true,
  budgetOf: () => ({ limit: 0, remaining: 0, resetSeconds: 0 }),
};
