import { describe, expect, it } from 'vitest';
import { clockSettingsFrom } from '../../src/clock/settings.js';
import { SharedClock } from '../../src/clock/shared-clock.js';

const startOf = (start: string) =>
  clockSettingsFrom({ TICKLOOM_CLOCK: 'test', TICKLOOM_CLOCK_START: start }).startEpochNs;

describe('clock settings', () => {
  it('are live where nothing is said', () => {
    expect(clockSettingsFrom({})).toEqual({ mode: 'live' });
    expect(clockSettingsFrom({ TICKLOOM_CLOCK: '', TICKLOOM_CLOCK_START: '' })).toEqual({ mode: 'live' });
    expect(clockSettingsFrom({ TICKLOOM_CLOCK: 'live' })).toEqual({ mode: 'live' });
  });

  it('are what a shared clock is allocated from', () => {
    const settings = clockSettingsFrom({ TICKLOOM_CLOCK: 'test', TICKLOOM_CLOCK_START: '1' });
    const clock = new SharedClock(SharedClock.allocate(settings));
    expect(clock.mode).toBe('test');
    expect(clock.epochNs()).toBe(1n);
    expect(new SharedClock(SharedClock.allocate(clockSettingsFrom({}))).mode).toBe('live');
    expect(clockSettingsFrom({ TICKLOOM_CLOCK: 'test' })).toEqual({ mode: 'test' });
  });

  it.each([
    ['0', 0n],
    ['1767225600000000001', 1_767_225_600_000_000_001n],
    ['1970-01-01T00:00:00Z', 0n],
    ['2026-01-01T00:00:00Z', 1_767_225_600_000_000_000n],
    ['2026-01-01T00:00:00.1Z', 1_767_225_600_100_000_000n],
    ['2026-01-01T00:00:00.000000001Z', 1_767_225_600_000_000_001n],
    ['2026-01-01T00:00:00.123456789Z', 1_767_225_600_123_456_789n],
    ['2026-01-01T02:30:00+02:30', 1_767_225_600_000_000_000n],
    ['2025-12-31T19:00:00.5-05:00', 1_767_225_600_500_000_000n],
    ['2024-02-29T12:00:00Z', 1_709_208_000_000_000_000n],
    ['1970-01-01T00:00:00-01:00', 3_600_000_000_000n],
  ])('take %s as a start', (text, epochNs) => {
    expect(startOf(text)).toBe(epochNs);
  });

  it.each([
    'yesterday',
    '2026-01-01',
    '2026-01-01T00:00:00', // no offset: another moment on every machine
    '2026-01-01T00:00Z',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00.1234567890Z',
    '2026-02-30T00:00:00Z',
    '2025-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T23:59:60Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+01:60',
    '-1',
    '1.5',
    '1e18',
    ' 1',
  ])('refuse %s as a start', (text) => {
    expect(() => startOf(text)).toThrow(`TICKLOOM_CLOCK_START is "${text}": it must be a time like`);
  });

  it.each([
    '1969-12-31T23:59:59Z',
    '1970-01-01T00:00:00+00:01',
    '2262-01-01T00:00:00Z',
    '9223372036854775808',
  ])('refuse %s, which a clock cannot count', (text) => {
    expect(() => startOf(text)).toThrow(
      `TICKLOOM_CLOCK_START is "${text}": a clock starts in 1970 at the earliest and in 2261 at the latest`,
    );
  });

  it('refuse a mode that they do not know, with its value', () => {
    expect(() => clockSettingsFrom({ TICKLOOM_CLOCK: 'Test' })).toThrow(
      'TICKLOOM_CLOCK is "Test": it must be live or test',
    );
  });

  it('refuse a start for a live clock', () => {
    for (const mode of ['live', undefined])
      expect(() => clockSettingsFrom({ TICKLOOM_CLOCK: mode, TICKLOOM_CLOCK_START: '5' })).toThrow(
        'TICKLOOM_CLOCK_START is "5", but a live clock starts now',
      );
  });

  it('say what is wrong in one line', () => {
    for (const environment of [
      { TICKLOOM_CLOCK: 'a\nb' },
      { TICKLOOM_CLOCK: 'test', TICKLOOM_CLOCK_START: 'a\nb' },
      { TICKLOOM_CLOCK_START: 'a\nb' },
    ])
      expect(() => clockSettingsFrom(environment)).toThrow(/^[^\n]+$/);
  });
});
