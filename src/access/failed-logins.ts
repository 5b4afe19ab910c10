import { FAILED_LOGIN_BURST, FAILED_LOGINS_PER_SECOND, MAX_FAILED_ADDRESSES } from '../model/limits.js';
import { addressGroup } from './address-group.js';

/** Bounds of failed logins of one address. */
export interface FailedLoginBounds {
  /** So many at once. */
  readonly burst: number;
  /** So many come back in a second. */
  readonly perSecond: number;
  /** Addresses that are remembered; past them, that whose last failure is the longest ago is forgotten. */
  readonly addresses: number;
}

const defaultBounds: FailedLoginBounds = {
  burst: FAILED_LOGIN_BURST,
  perSecond: FAILED_LOGINS_PER_SECOND,
  addresses: MAX_FAILED_ADDRESSES,
};

/**
 * Failed logins by address, of one gateway, so that nobody has it verify wrong signatures all day. Logins that go well
 * cost nothing. IPv6 counts by networks of 64 bits.
 */
export class FailedLogins {
  readonly #bounds: FailedLoginBounds;
  readonly #tokenNs: number;
  /** When the bucket of an address is full again, the last failure last. Those that are full already are not kept long. */
  readonly #fullNs = new Map<string, number>();

  constructor(bounds: FailedLoginBounds = defaultBounds) {
    this.#bounds = bounds;
    this.#tokenNs = Math.ceil(1e9 / bounds.perSecond);
  }

  /** Addresses that are remembered. */
  get size(): number {
    return this.#fullNs.size;
  }

  /** Whether this address may try, to be asked before anything is verified. */
  mayTry(address: string, nowNs: number): boolean {
    return this.waitNs(address, nowNs) === 0;
  }

  /** Nanoseconds until this address may try; 0 where it may now. */
  waitNs(address: string, nowNs: number): number {
    if (this.#fullNs.size === 0) return 0;
    const fullNs = this.#fullNs.get(addressGroup(address));
    if (fullNs === undefined) return 0;
    return Math.max(0, fullNs - nowNs - (this.#bounds.burst - 1) * this.#tokenNs);
  }

  /** Notes that a login of this address has failed. */
  failed(address: string, nowNs: number): void {
    const group = addressGroup(address);
    const fullNs = Math.max(this.#fullNs.get(group) ?? 0, nowNs) + this.#tokenNs;
    // Those at the front have failed the longest ago.
    this.#fullNs.delete(group);
    for (const [oldest, oldestFullNs] of this.#fullNs) {
      if (oldestFullNs > nowNs && this.#fullNs.size < this.#bounds.addresses) break;
      this.#fullNs.delete(oldest);
    }
    this.#fullNs.set(group, fullNs);
  }
}
