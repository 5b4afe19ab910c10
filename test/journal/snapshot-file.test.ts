import { describe, expect, it } from 'vitest';
import type { Engine } from '../../src/book/engine.js';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { shardDirectory } from '../../src/journal/segment.js';
import {
  BadSnapshot,
  SnapshotWriting,
  snapshotName,
  snapshotSequences,
} from '../../src/journal/snapshot-file.js';
import { restoreSnapshot } from '../../src/shard/recovery.js';
import { EngineHost } from '../book/engine-host.js';
import { featuresOf } from '../book/features.js';
import { RandomFlow } from '../book/random-flow.js';
import { TIME_BASE } from '../book/venue.js';
import { FlippedDisk } from './flipped-disk.js';
import { seeded } from './journal-fixture.js';
import { PowerCut, SimulatedDisk } from './simulated-disk.js';

const DIRECTORY = shardDirectory('/data', 0);
const HASH = { low: -5, high: 7 };

/** An engine with orders of all kinds, whose snapshot has some thousand bytes. */
function tradedEngine(): Engine {
  const host = new EngineHost({ shard: 0, clientIdWindow: 20 });
  const flow = new RandomFlow(
    new SeededRandomness(3),
    { features: featuresOf('all'), instruments: 2 },
    TIME_BASE,
  );
  for (const instrument of flow.instruments) host.apply({ kind: 'list', instrument }, TIME_BASE);
  for (let i = 0; i < 150; i++) flow.observe(host.apply(flow.next(), flow.time));
  host.engine.events.clear();
  return host.engine;
}

function writing(disk: SimulatedDisk, engine: Engine): SnapshotWriting {
  const position = {
    segment: 3,
    offset: 4096,
    nextSequence: engine.sequence + 1,
    timeNs: 5n,
    run: 2,
    cursors: Int32Array.from({ length: 16 }, (_, i) => i - 3),
  };
  return new SnapshotWriting(disk, DIRECTORY, 0, { position, hash: HASH }, engine.snapshot());
}

describe('a snapshot beside the log', () => {
  it('is read as it was written', () => {
    const disk = new SimulatedDisk(seeded(1));
    const engine = tradedEngine();
    const snapshot = writing(disk, engine);
    expect(snapshotSequences(disk, DIRECTORY)).toEqual([]);
    while (!snapshot.step());
    expect(snapshotSequences(disk, DIRECTORY)).toEqual([engine.sequence]);
    const restored = restoreSnapshot(disk, { directory: '/data', shard: 0 }, engine.sequence);
    expect(restored.hash).toMatchObject(HASH);
    expect(restored.position).toMatchObject({ segment: 3, offset: 4096, timeNs: 5n, run: 2 });
    expect(restored.position.cursors[15]).toBe(12);
    expect(Buffer.compare(restored.engine.snapshot(), engine.snapshot())).toBe(0);
  });

  it('is whole or not there, whenever the power is cut', () => {
    const engine = tradedEngine();
    let whole = 0;
    for (let cutAt = 0; whole < 3; cutAt++) {
      const disk = new SimulatedDisk(seeded(cutAt));
      disk.cutAt = cutAt;
      try {
        const snapshot = writing(disk, engine);
        while (!snapshot.step());
      } catch (error) {
        expect(error).toBeInstanceOf(PowerCut);
      }
      disk.restart();
      for (const sequence of snapshotSequences(disk, DIRECTORY)) {
        whole++;
        restoreSnapshot(disk, { directory: '/data', shard: 0 }, sequence);
      }
    }
  });

  it('with any of its bits flipped is refused', () => {
    const disk = new SimulatedDisk(seeded(1));
    const engine = tradedEngine();
    const snapshot = writing(disk, engine);
    while (!snapshot.step());
    const flipped = new FlippedDisk(disk, `${DIRECTORY}/${snapshotName(engine.sequence)}`);
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    let taken = 0;
    let refused = 0;
    for (; flipped.bit < snapshot.bytes * 8; flipped.bit++)
      try {
        restoreSnapshot(flipped, { directory: '/data', shard: 0 }, engine.sequence);
        taken++;
      } catch (error) {
        if (error instanceof BadSnapshot && error.message.includes(snapshotName(engine.sequence))) refused++;
      }
    Error.stackTraceLimit = stackTraceLimit;
    expect(taken).toBe(0);
    expect(refused).toBe(snapshot.bytes * 8);
    expect(refused).toBeGreaterThan(35_000);
  });
});
