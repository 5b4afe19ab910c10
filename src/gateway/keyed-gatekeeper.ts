import { Budget } from '../access/budget.js';
import { FailedLogins } from '../access/failed-logins.js';
import { type AccessRequest, isRefusal, KeyRing, type RingKey } from '../access/key-ring.js';
import type { SlottedKey } from '../access/key-slots.js';
import type { AccessRefusal } from '../access/refusal.js';
import { splitTarget } from '../access/signed-text.js';
import { UsedNonces } from '../access/used-nonces.js';
import type { Clock } from '../clock/clock.js';
import { CANCEL_ALL_MESSAGES, MAX_KEYS } from '../model/limits.js';
import type { Actor } from './actor.js';
import type { Identified } from './admission.js';
import type { Gatekeeper, RemainingBudget } from './gatekeeper.js';
import type { LogNote } from './log-note.js';
import type { HttpRequest, Refusal, UpgradeRequest } from './transport/transport.js';

/** Keys, and what all gateways share about them. */
export interface KeyedAccess {
  readonly keys: readonly SlottedKey[];
  readonly nonces: SharedArrayBuffer;
  readonly windowNs: number;
  readonly messageBudgets: SharedArrayBuffer;
  readonly orderBudgets: SharedArrayBuffer;
  readonly gateways: number;
  /** For keys that have no rates of their own. */
  readonly messagesPerSecond: number;
  readonly ordersPerSecond: number;
}

const SETTLE_NS = 1e9;

const nothing = new Uint8Array(0);

/** Lets in who shows a key of the keys file. */
export class KeyedGatekeeper implements Gatekeeper {
  readonly isKeyed = true;
  readonly #access: KeyedAccess;
  readonly #clock: Clock;
  readonly #realTime: Clock;
  readonly #log: (note: LogNote) => void;
  readonly #ring: KeyRing;
  readonly #messages: Budget;
  readonly #orders: Budget;
  readonly #failed = new FailedLogins();
  /** Messages a second, by slot. */
  readonly #limits = new Float64Array(MAX_KEYS);
  #settledNs = 0;
  readonly #actors = new WeakMap<RingKey, Actor>();

  /**
   * @param clock the exchange's: signatures are made for it
   * @param realTime for the bound on failed logins, where that stands still
   */
  constructor(access: KeyedAccess, clock: Clock, realTime: Clock, log: (note: LogNote) => void) {
    this.#access = access;
    this.#clock = clock;
    this.#realTime = realTime;
    this.#log = log;
    this.#ring = new KeyRing(new UsedNonces(access.nonces, access.windowNs));
    this.#messages = new Budget(access.messageBudgets, access.gateways);
    this.#orders = new Budget(access.orderBudgets, access.gateways);
    this.update(access.keys);
  }

  /** Takes the keys of a file that has changed; returns the ids of those whose sessions must end. */
  update(keys: readonly SlottedKey[]): readonly string[] {
    const { messagesPerSecond, ordersPerSecond } = this.#access;
    for (const { key, slot } of keys) {
      const limit = key.messagesPerSecond ?? messagesPerSecond;
      this.#limits[slot] = limit;
      this.#messages.setRate(slot, limit);
      this.#orders.setRate(slot, key.ordersPerSecond ?? ordersPerSecond);
    }
    return this.#ring.update(keys);
  }

  identify(request: HttpRequest): Identified<HttpRequest> | Refusal {
    const { method, body } = request;
    const found = this.#authenticate(request, { method, body, isUpgrade: false });
    return 'status' in found ? found : { actor: found, request };
  }

  identifyUpgrade(request: UpgradeRequest): Identified<UpgradeRequest> | Refusal {
    const found = this.#authenticate(request, { method: 'GET', body: nothing, isUpgrade: true });
    if ('status' in found) return found;
    const [path = '', query = ''] = splitTarget(targetOf(request)).target.split('?');
    return { actor: found, request: { ...request, path, query } };
  }

  takeMessage(budget: number, nowNs: number): boolean {
    // What this gateway holds of keys that have gone to another one is given back, now and then.
    if (nowNs - this.#settledNs >= SETTLE_NS) {
      this.#settledNs = nowNs;
      this.#messages.settle(nowNs);
      this.#orders.settle(nowNs);
    }
    return this.#messages.take(budget, 1, nowNs) === 0;
  }

  takeCancelAll(budget: number, nowNs: number): boolean {
    const most = Math.floor(this.#limits[budget]! / 2);
    // It has been counted as a message already.
    const more = Math.min(CANCEL_ALL_MESSAGES, most) - 1;
    return more < 1 || this.#messages.take(budget, more, nowNs) === 0;
  }

  takeOrders(budget: number, count: number, nowNs: number): boolean {
    return count === 0 || this.#orders.take(budget, count, nowNs) === 0;
  }

  budgetOf(budget: number, nowNs: number): RemainingBudget {
    const limit = this.#limits[budget]!;
    const remaining = Math.min(limit, this.#messages.remaining(budget, nowNs));
    return { limit, remaining, resetSeconds: Math.ceil((limit - remaining) / limit) };
  }

  #authenticate(
    request: HttpRequest | UpgradeRequest,
    rest: Pick<AccessRequest, 'method' | 'body' | 'isUpgrade'>,
  ): Actor | Refusal {
    const { address, credentials } = request;
    const waitNs = this.#failed.waitNs(address, this.#realTime.nowNs());
    if (waitNs > 0)
      return {
        status: 429,
        reason: 'too-many-failures',
        sentence: 'Too many requests from your address were not what they said; wait a moment.',
        retryAfter: Math.ceil(waitNs / 1e9),
      };
    const target = targetOf(request);
    const header = (name: string) => headerOf(credentials, name);
    const found = this.#ring.authenticate({ ...rest, target, header }, this.#clock.epochNs());
    if (!isRefusal(found)) return this.#actorOf(found);
    this.#refused(request, found);
    return found;
  }

  /** Who shows nothing at all has not tried anything. */
  #refused(
    { address, credentials, path, query }: HttpRequest | UpgradeRequest,
    refusal: AccessRefusal,
  ): void {
    const { status, reason } = refusal;
    if (status !== 401 || (credentials === undefined && !query.includes('signature='))) return;
    this.#failed.failed(address, this.#realTime.nowNs());
    const key = credentials?.key || (new URLSearchParams(query).get('key') ?? '');
    this.#log({ level: 'warn', event: 'not-authenticated', address, reason, path, key: key.slice(0, 36) });
  }

  #actorOf(key: RingKey): Actor {
    const known = this.#actors.get(key);
    if (known !== undefined) return known;
    const isOperator = key.may('admin');
    const actor: Actor = {
      keyId: key.id,
      mayTrade: key.may('trade'),
      isOperator,
      accounts: isOperator && key.accounts.length === 0 ? undefined : key.accounts,
      budget: key.slot,
    };
    this.#actors.set(key, actor);
    return actor;
  }
}

/** Path and query as they came. */
function targetOf({ path, query }: HttpRequest | UpgradeRequest): string {
  return query === '' ? path : `${path}?${query}`;
}

function headerOf(credentials: HttpRequest['credentials'], name: string): string {
  if (credentials === undefined) return '';
  if (name === 'authorization') return credentials.authorization;
  const field = name.slice('tickloom-'.length) as 'key' | 'timestamp' | 'nonce' | 'signature';
  return credentials[field];
}
