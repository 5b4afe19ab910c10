import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { EventKind } from '../../src/model/event.js';
import { EventHash } from '../../src/wire/event-hash.js';
import { EngineHost } from './engine-host.js';
import { FEATURES, featuresOf } from './features.js';
import { RandomFlow } from './random-flow.js';
import { ReferenceHost } from './reference-host.js';
import { compareStream, streamOf } from './stream-plan.js';
import { TIME_BASE } from './venue.js';

/** `TICKLOOM_FEATURES=iceberg,hidden` (or `all,-linked`) compares over those alone; see `features.ts`. */
const features = featuresOf(process.env['TICKLOOM_FEATURES'] ?? 'all');
const isWhole = FEATURES.every((each) => features.has(each));

const range = (length: number, from: number) => Array.from({ length }, (_, i) => from + i);

describe('random streams', () => {
  it.each(range(24, 1))('equal the reference, event by event and level by level: seed %d', (seed) => {
    const { seen } = compareStream(seed, features, 1500);
    // A stream that did not reach the rules would prove nothing.
    const { Accepted, Fill, Amended } = EventKind;
    for (const kind of [Accepted, Fill, Amended]) expect(seen.get(`${kind}`)).toBeGreaterThan(0);
  });

  it.each(range(8, 501))('of plain orders alone equal the reference: seed %d', (seed) => {
    compareStream(seed, featuresOf(''), 1500);
  });

  it.each(FEATURES.map((each, i) => [each, 600 + 2 * i] as const))(
    'of plain orders and %s equal the reference: seed %d',
    (feature, seed) => {
      if (features.has(feature)) compareStream(seed, featuresOf(feature), 700);
    },
  );

  it.runIf(isWhole)('reach every rule', () => {
    const seen = new Set<string>();
    const engine = (window: number) => new ReferenceHost(0, window);
    for (const seed of range(12, 2000))
      for (const key of compareStream(seed, features, 4000, { engine, checkBooksEvery: 50 }).seen.keys())
        seen.add(key);
    // Events of all kinds, cancels of all reasons but no room, and what a new order can be rejected for.
    const events = [1, 3, 5, 6, 7, 8, 9, 10, 11, 16, 17, 18, 19, 20, 21, 22];
    const cancels = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
    const rejects = [
      103, 104, 105, 106, 113, 300, 301, 302, 305, 306, 307, 308, 309, 400, 401, 402, 403, 404, 405, 406, 407,
      408, 409, 411,
    ];
    const wanted = [
      ...events.map((kind) => `${kind}`),
      ...cancels.map((code) => `${EventKind.Cancelled}.${code}`),
      ...rejects.map((code) => `${EventKind.Rejected}.${code}`),
    ];
    expect(wanted.filter((key) => !seen.has(key))).toEqual([]);
  });
});

describe('the engine', () => {
  function hashOf(seed: number, hashSalt = 0): string {
    const options = { ...streamOf(seed, features), accounts: 40 };
    const flow = new RandomFlow(new SeededRandomness(seed), options, TIME_BASE);
    const host = new EngineHost({ shard: 0, clientIdWindow: options.window!, hashSalt });
    const hash = new EventHash();
    for (const instrument of flow.instruments) host.apply({ kind: 'list', instrument }, TIME_BASE);
    for (let i = 0; i < 3000; i++) {
      const command = flow.next();
      flow.observe(host.apply(command, flow.time));
      const { words, length } = host.engine.events;
      hash.update(words, 0, length);
    }
    return hash.toString();
  }

  it('gives the same bytes for the same commands', () => {
    expect(hashOf(77)).toBe(hashOf(77));
    expect(hashOf(77)).not.toBe(hashOf(78));
  });

  it('gives the same bytes whatever the salt of the hash tables', () => {
    for (const hashSalt of [1, 0x9e3779b9, 2 ** 32 - 1]) expect(hashOf(79, hashSalt)).toBe(hashOf(79));
  });
});
