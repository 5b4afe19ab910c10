import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BinaryClient, kind } from '../support/binary-client.js';
import { startExchange, temporaryDirectory } from '../support/exchange-process.js';

const MIB = 1024 * 1024;

/** A file system of 8 MiB in memory; undefined where this process may not have one. */
function smallDisk(): string | undefined {
  const directory = temporaryDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8M', 'tickloom-test', directory], { stdio: 'ignore' });
    return directory;
  } catch {
    return undefined;
  }
}

const disk = smallDisk();
afterAll(() => {
  if (disk !== undefined) execFileSync('umount', [disk]);
});

describe.skipIf(disk === undefined)('an exchange on a disk that is full', () => {
  it('refuses orders with a reason, takes cancels, goes on when there is room, and keeps what it acknowledged', async () => {
    const data = join(disk!, 'data');
    mkdirSync(data);
    const options = ['--segment-bytes', String(MIB), '--old-segments', 'keep'];
    const exchange = await startExchange(options, data);
    const fill = join(disk!, 'fill');
    writeFileSync(fill, new Uint8Array(4 * MIB));
    const client = await BinaryClient.open(`${exchange.ws}?account=1`);
    const accepted: number[] = [];
    let refused = 0;
    for (let clientId = 1; refused < 500 && clientId < 100_000; ) {
      const orders = Array.from({ length: 500 }, () => ({
        clientId: clientId++,
        price: 100 + (clientId % 40),
        size: 1,
      }));
      for (const event of await client.ask(500, ...orders))
        if (event.kind === 'accepted') accepted.push(event.orderId);
        else {
          expect(event).toMatchObject({ kind: 'rejected', code: 503 });
          expect(event.sentence).toContain('full');
          refused++;
        }
    }
    expect(refused).toBeGreaterThanOrEqual(500);
    const [gone] = await client.ask(1, { kind: kind.cancel, clientId: 900_001, target: accepted.at(-1)! });
    expect(gone).toMatchObject({ kind: 'cancelled', orderId: accepted.at(-1) });
    const health = (await (await fetch(`${exchange.url}/health`)).json()) as { shards: { disk: string }[] };
    expect(health.shards[0]!.disk).toBe('reserve');

    rmSync(fill);
    for (let clientId = 1_000_000; ; clientId++) {
      const [answer] = await client.ask(1, { clientId, price: 100, size: 1 });
      if (answer!.kind === 'accepted') {
        accepted.push(answer!.orderId);
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    client.close();
    exchange.process.kill('SIGKILL');
    await exchange.process.ended;
    expect(exchange.process.stderr).toContain('no room for another segment');
    expect(exchange.process.stderr).toContain('well again');

    const again = await startExchange(options, data);
    const later = await BinaryClient.open(`${again.ws}?account=1`);
    const [all] = await later.ask(accepted.length, { kind: kind.cancelAll, clientId: 2_000_000 });
    // All that was accepted is there but the one that was cancelled.
    expect(all).toMatchObject({ kind: 'allCancelled', size: accepted.length - 1 });
    later.close();
    await again.process.stop();
  });
});
