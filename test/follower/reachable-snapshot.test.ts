import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ReachableSnapshot } from '../../src/follower/reachable-snapshot.js';
import { startExchange, temporaryDirectory } from '../support/exchange-process.js';

describe('the reachable snapshot', () => {
  it('is the oldest one that is good', async () => {
    const data = temporaryDirectory();
    expect(new ReachableSnapshot(data).sequence(0)).toBe(0);
    // Each start with another window logs a command, and each stop leaves a snapshot of it.
    for (const clientIdWindow of [1_000, 1_001, 1_002]) {
      const exchange = await startExchange(['--client-id-window', `${clientIdWindow}`], data);
      await exchange.process.stop();
    }
    const directory = join(data, 'shard-00');
    const names = readdirSync(directory)
      .filter((name) => name.endsWith('.snapshot'))
      .sort();
    expect(names.length).toBeGreaterThan(1);
    const sequences = names.map((name) => Number.parseInt(name, 10));
    const reachable = new ReachableSnapshot(data);
    expect(reachable.sequence(0)).toBe(sequences[0]);
    truncateSync(join(directory, names[0]!), 700);
    // It was good when it was read; who looks for the first time sees that it is not.
    expect(new ReachableSnapshot(data).sequence(0)).toBe(sequences[1]);
    rmSync(join(directory, names[0]!));
    expect(reachable.sequence(0)).toBe(sequences[1]);
  });
});
