import type { ClockMode } from './clock.js';
import { MAX_START_EPOCH_NS } from './origin.js';

/** Which clock an exchange runs on: what `SharedClock.allocate` takes. */
export interface ClockSettings {
  readonly mode: ClockMode;
  /** Test mode: where the time starts, in nanoseconds since 1970. */
  readonly startEpochNs?: bigint;
}

/** Date, time to the second or finer, and an offset: without one a text means another moment on another machine. */
const ISO_TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * Reads `TICKLOOM_CLOCK` (`live`, or `test`; live where it is missing or empty) and, for a test clock,
 * `TICKLOOM_CLOCK_START`: ISO 8601 with up to nine decimals and `Z` or an offset, or nanoseconds since 1970 in digits.
 *
 * @throws Error of one line that names the variable and its value.
 */
export function clockSettingsFrom(environment: Readonly<Record<string, string | undefined>>): ClockSettings {
  const { TICKLOOM_CLOCK: clock, TICKLOOM_CLOCK_START: start } = environment;
  const mode = clock === undefined || clock === '' ? 'live' : clock;
  if (mode !== 'live' && mode !== 'test')
    throw new Error(`TICKLOOM_CLOCK is ${JSON.stringify(mode)}: it must be live or test`);
  if (start === undefined || start === '') return { mode };
  if (mode === 'live')
    throw new Error(
      `TICKLOOM_CLOCK_START is ${JSON.stringify(start)}, but a live clock starts now: set TICKLOOM_CLOCK=test too, or leave it out`,
    );
  const startEpochNs = epochNsOf(start);
  if (startEpochNs === undefined)
    throw new Error(
      `TICKLOOM_CLOCK_START is ${JSON.stringify(start)}: it must be a time like 2026-01-31T09:30:00.123456789Z, or nanoseconds since 1970 in digits`,
    );
  if (startEpochNs < 0n || startEpochNs > MAX_START_EPOCH_NS)
    throw new Error(
      `TICKLOOM_CLOCK_START is ${JSON.stringify(start)}: a clock starts in 1970 at the earliest and in 2261 at the latest`,
    );
  return { mode, startEpochNs };
}

/** Nanoseconds since 1970; undefined where the text is no time, or a day or hour that does not exist. */
function epochNsOf(text: string): bigint | undefined {
  if (/^\d+$/.test(text)) return BigInt(text);
  const match = ISO_TIME.exec(text);
  if (match === null) return undefined;
  const [, time, fraction = '', sign, offsetHours = '0', offsetMinutes = '0'] = match;
  const utcMs = Date.parse(`${time}Z`);
  // Date.parse may take 31 February for 3 March, and 24:00 for the next day: what it made must read as what was asked.
  if (Number.isNaN(utcMs) || new Date(utcMs).toISOString() !== `${time}.000Z`) return undefined;
  if (Number(offsetHours) > 23 || Number(offsetMinutes) > 59) return undefined;
  const offsetMs = (sign === '-' ? -1 : 1) * (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  return BigInt(utcMs - offsetMs) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
