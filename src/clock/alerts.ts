import type { AlertCallback, TimerId } from './clock.js';

interface Alert {
  readonly id: TimerId;
  readonly callback: AlertCallback;
  /** Time between due times, 0 for an alert that fires once. */
  readonly intervalNs: number;
  dueNs: number;
  /** Its index in the heap, so that a cancel finds it without a search. */
  at: number;
}

/** What a repeating timer does about due times that have passed: fires for each, or for the latest only. */
export type MissedDues = 'each' | 'latest';

/**
 * The alerts of one clock: a binary heap by due time, then by id. It reads no time and arms nothing; a clock asks for
 * `nextDueNs` and calls `fireFirst` once that has come.
 */
export class Alerts {
  readonly #heap: Alert[] = [];
  readonly #byId = new Map<TimerId, Alert>();
  #lastId = 0;
  #closed = false;

  /** How many wait. */
  get size(): number {
    return this.#heap.length;
  }

  /** When the first of them is due, in ns since the clock's origin; Infinity where none waits. */
  get nextDueNs(): number {
    return this.#heap.length === 0 ? Number.POSITIVE_INFINITY : this.#heap[0]!.dueNs;
  }

  /** @throws RangeError where the time is not a whole number; Error after `close`. */
  addOnce(atNs: number, callback: AlertCallback): TimerId {
    // Past 2^53, after 104 days, times are still whole and only count in steps of 2: a clock must go on.
    if (!Number.isInteger(atNs)) throw new RangeError(`alert time ${atNs} ns is not a whole number`);
    return this.#add(atNs, 0, callback);
  }

  /** @throws RangeError where a time is not a whole number or the interval is under 1; Error after `close`. */
  addRepeating(firstAtNs: number, intervalNs: number, callback: AlertCallback): TimerId {
    if (!Number.isSafeInteger(intervalNs) || intervalNs < 1)
      throw new RangeError(`timer interval ${intervalNs} ns is not a whole number from 1`);
    if (!Number.isInteger(firstAtNs))
      throw new RangeError(`first time ${firstAtNs} ns of a timer is not a whole number`);
    return this.#add(firstAtNs, intervalNs, callback);
  }

  /** Returns false where nothing with this id waits. */
  cancel(id: TimerId): boolean {
    const alert = this.#byId.get(id);
    if (alert === undefined) return false;
    this.#remove(alert);
    return true;
  }

  /**
   * Fires the first alert, which must be due at `nowNs`. A repeating one is back in the heap before its callback runs,
   * so the callback can cancel it, and an exception does not end it.
   */
  fireFirst(nowNs: number, missed: MissedDues): void {
    const alert = this.#heap[0]!;
    let dueNs = alert.dueNs;
    if (alert.intervalNs === 0) {
      this.#remove(alert);
    } else {
      const lateNs = nowNs - dueNs;
      if (missed === 'latest') dueNs += lateNs - (lateNs % alert.intervalNs);
      alert.dueNs = dueNs + alert.intervalNs;
      this.#sink(alert);
    }
    alert.callback(dueNs);
  }

  /** Forgets all of them, and takes no more. */
  close(): void {
    this.#closed = true;
    this.#heap.length = 0;
    this.#byId.clear();
  }

  #add(dueNs: number, intervalNs: number, callback: AlertCallback): TimerId {
    if (this.#closed) throw new Error('the clock is closed: it takes no more alerts');
    this.#lastId++;
    const alert: Alert = { id: this.#lastId, callback, intervalNs, dueNs, at: this.#heap.length };
    this.#byId.set(alert.id, alert);
    this.#heap.push(alert);
    this.#rise(alert);
    return alert.id;
  }

  #remove(alert: Alert): void {
    this.#byId.delete(alert.id);
    const last = this.#heap.pop()!;
    if (last === alert) return;
    this.#put(last, alert.at);
    this.#rise(last);
    this.#sink(last);
  }

  #rise(alert: Alert): void {
    const { at: start } = alert;
    let at = start;
    while (at > 0) {
      const parent = this.#heap[(at - 1) >> 1]!;
      if (!isBefore(alert, parent)) break;
      this.#put(parent, at);
      at = (at - 1) >> 1;
    }
    if (at !== start) this.#put(alert, at);
  }

  #sink(alert: Alert): void {
    const { at: start } = alert;
    const { length } = this.#heap;
    let at = start;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= length) break;
      if (childAt + 1 < length && isBefore(this.#heap[childAt + 1]!, this.#heap[childAt]!)) childAt++;
      const child = this.#heap[childAt]!;
      if (!isBefore(child, alert)) break;
      this.#put(child, at);
      at = childAt;
    }
    if (at !== start) this.#put(alert, at);
  }

  #put(alert: Alert, at: number): void {
    this.#heap[at] = alert;
    alert.at = at;
  }
}

function isBefore(one: Alert, other: Alert): boolean {
  return one.dueNs < other.dueNs || (one.dueNs === other.dueNs && one.id < other.id);
}
