/** Names one alert or timer of one clock. Never used again by that clock. */
export type TimerId = number;

/** Called when an alert is due, with the time for which it was set, in ns since the origin. */
export type AlertCallback = (dueNs: number) => void;

/** Live: time is the monotonic counter. Test: time stands still until somebody moves it. */
export type ClockMode = 'live' | 'test';

/**
 * What time it is, and who wants to be told. Everything in Tickloom that depends on time is given one of these.
 *
 * Times inside are whole nanoseconds since the clock's origin, in a JavaScript number: exact for 104 days (2^53 ns),
 * after which they count in steps of 2. Epoch nanoseconds do not fit a number and are bigint, at the edges only.
 *
 * Alerts fire in order of due time, then of id (the one set first is first), and never before their due time. On a
 * live clock they come from the event loop, a millisecond or two late, more where the loop is busy.
 */
export interface Clock {
  /** Nanoseconds since 1970 at the moment at which `nowNs()` was 0. */
  readonly originEpochNs: bigint;

  /** Nanoseconds since the origin: whole, from 0, never decreasing. */
  nowNs(): number;

  /** Nanoseconds since 1970: `originEpochNs + nowNs()`. It does not follow later changes of the wall clock. */
  epochNs(): bigint;

  /**
   * Calls back once, at `atNs`. A time at or before now is due at once: it fires in the next turn of the event loop, on
   * a `TestClock` in the next `advance` (of 0 too), and never inside `setAlert`.
   *
   * @throws RangeError where `atNs` is not a whole number; Error where the clock is closed.
   */
  setAlert(atNs: number, callback: AlertCallback): TimerId;

  /**
   * Calls back at `firstAtNs` (`intervalNs` from now, where it is left out) and then every `intervalNs`. The due times
   * are exact: a late callback does not move the ones after it.
   *
   * Where several due times have passed, a live clock fires for the latest only, so that a stall is not followed by a
   * burst; under a test clock each one fires, so that the number of calls depends on the time alone.
   *
   * @throws RangeError where a time is not whole or the interval is under 1; Error where the clock is closed.
   */
  setTimer(intervalNs: number, callback: AlertCallback, firstAtNs?: number): TimerId;

  /** Returns true where that alert or timer was waiting, and now never fires again. */
  cancel(id: TimerId): boolean;

  /**
   * Forgets all alerts: no callback fires after this. The time stays readable. A clock needs no closing for the process
   * to end: what waits for a later time does not keep it alive.
   */
  close(): void;
}

/** A clock whose time moves only when told to. */
export interface AdvanceableClock extends Clock {
  /**
   * Moves the time on by `byNs` and fires what is due on the way, before it returns. What a callback sets takes part
   * too, so a callback that always sets another alert for now never ends.
   *
   * An exception in a callback comes out of here. What was left fires with the next `advance` (of 0 too), or before
   * it from the event loop where the clock has one.
   *
   * @throws RangeError where `byNs` is negative or not whole; Error inside a callback of the same clock.
   */
  advance(byNs: number): void;

  /** As `advance`, to a time in ns since the origin. @throws RangeError also where that is before now. */
  advanceTo(atNs: number): void;
}

/** The time that an `advance` or `advanceTo` leads to. @throws RangeError where it leads nowhere. */
export function advancedNs(
  nowNs: number,
  target: { readonly byNs: number } | { readonly atNs: number },
): number {
  if ('byNs' in target) {
    if (!Number.isSafeInteger(target.byNs) || target.byNs < 0)
      throw new RangeError(`cannot advance by ${target.byNs} ns: it is not a whole number from 0`);
    if (!Number.isSafeInteger(nowNs + target.byNs))
      throw new RangeError(`cannot advance by ${target.byNs} ns: that is over 2^53 ns after the origin`);
    return nowNs + target.byNs;
  }
  if (!Number.isSafeInteger(target.atNs))
    throw new RangeError(`cannot advance to ${target.atNs} ns: it is not a whole number under 2^53`);
  if (target.atNs < nowNs)
    throw new RangeError(`cannot go back to ${target.atNs} ns: it is ${nowNs} ns already`);
  return target.atNs;
}
