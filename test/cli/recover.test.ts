import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BinaryClient, kind, sell } from '../support/binary-client.js';
import { runTickloom, startExchange, temporaryDirectory } from '../support/exchange-process.js';

interface Recovered {
  shards: {
    shard: number;
    frames: number;
    commands: number;
    from: number;
    nextSequence: number;
    cut: unknown;
    snapshots: { sequence: number; fault?: string }[];
    stateHash: string;
    liveOrders: number;
    seconds: number;
  }[];
}

/** A data directory with two snapshots and something behind the second one. */
async function traded(): Promise<{ data: string; clientIds: number }> {
  const data = temporaryDirectory();
  let clientId = 0;
  for (let run = 0; run < 3; run++) {
    const exchange = await startExchange([], data);
    const client = await BinaryClient.open(`${exchange.ws}?account=1&account=2`);
    for (let i = 0; i < 20; i++) {
      await client.ask(1, { clientId: ++clientId, price: 1000 + (i % 7), size: 10 });
      if (i % 5 === 0) await client.ask(3, { account: 2, clientId, side: sell, price: 1000, size: 1 });
    }
    client.close();
    if (run === 2) exchange.process.kill('SIGKILL');
    else exchange.process.kill('SIGTERM');
    await exchange.process.ended;
  }
  return { data, clientIds: clientId };
}

async function recovered(...args: string[]): Promise<Recovered & { code: number | null }> {
  const ended = await runTickloom(['recover', '--json', ...args]);
  expect(ended.stderr).toBe('');
  return { ...(JSON.parse(ended.stdout) as Recovered), code: ended.code };
}

function flip(path: string, offset: number): void {
  const byte = readFileSync(path)[offset]!;
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.from([byte ^ 16]), 0, 1, offset);
  closeSync(file);
}

describe('tickloom recover', () => {
  it('replays the log, compares the snapshots with it, and finds the same as a start', async () => {
    const { data } = await traded();
    const all = await recovered(data);
    expect(all.code).toBe(0);
    const [shard] = all.shards;
    expect(shard).toMatchObject({ shard: 0, from: 0, cut: null });
    // Settings, three listings, and 24 orders in each of three runs.
    expect(shard!.commands).toBe(4 + 3 * 24);
    expect(shard!.nextSequence).toBe(4 + 3 * 24 + 1);
    expect(shard!.snapshots).toEqual([{ sequence: 4 + 24 }, { sequence: 4 + 48 }]);
    expect(shard!.seconds).toBeGreaterThan(0);
    const quick = await recovered('--quick', data);
    expect(quick.shards[0]).toMatchObject({ from: 4 + 48, commands: 24 });
    expect(quick.shards[0]!.stateHash).toBe(shard!.stateHash);
    expect(quick.shards[0]!.liveOrders).toBe(shard!.liveOrders);
    const text = await runTickloom(['recover', data]);
    expect(text.stdout).toContain(`76 commands`);
    expect(text.stdout).toContain('snapshot at sequence 52: good');
  });

  it('finds a bad snapshot, with which a start goes back to the one before', async () => {
    const { data } = await traded();
    const directory = join(data, 'shard-00');
    const good = await recovered(data);
    const newest = join(directory, '0000000000000052.snapshot');
    flip(newest, 3000);
    const bad = await recovered(data);
    expect(bad.code).toBe(1);
    expect(bad.shards[0]!.snapshots[1]!.fault).toContain(newest);
    const quick = await recovered('--quick', data);
    expect(quick.shards[0]).toMatchObject({ from: 28, stateHash: good.shards[0]!.stateHash });
    const exchange = await startExchange([], data);
    expect(exchange.shards).toMatchObject([{ snapshot: 28, nextSequence: 77 }]);
    expect(exchange.process.stderr).toContain(newest);
    await exchange.process.stop();
    expect(readdirSync(directory)).toContain('0000000000000052.snapshot.bad');
  });

  it('names file and offset of damage in what was acknowledged', async () => {
    const { data } = await traded();
    const segment = join(data, 'shard-00', '00000001.segment');
    flip(segment, 4096 + 200);
    const ended = await runTickloom(['recover', data, '--json']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(`byte 4096 of ${segment}`);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('says what is wrong with the directory', async () => {
    const none = await runTickloom(['recover', temporaryDirectory()]);
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toContain('no journal');
    const exchange = await startExchange();
    const running = await runTickloom(['recover', exchange.data]);
    expect(running.code).toBe(1);
    expect(running.stderr).toContain(exchange.data);
    await exchange.process.stop();
    expect((await runTickloom(['recover'])).code).toBe(2);
    expect((await runTickloom(['recover', '--help'])).stdout).toContain('--quick');
  });
});

describe('tickloom backup', () => {
  it('copies a running exchange, and another one starts from the copy', async () => {
    const exchange = await startExchange(['--segment-bytes', '65536', '--snapshot-commands', '1000']);
    const client = await BinaryClient.open(`${exchange.ws}?account=1`);
    let told = 0;
    let isOver = false;
    const load = (async () => {
      for (let clientId = 1; !isOver; clientId++) {
        const [answer] = await client.ask(1, { clientId, price: 1 + (clientId % 50), size: 1 });
        expect(answer!.kind).toBe('accepted');
        told = clientId;
      }
    })();
    while (told < 3000) await new Promise((resolve) => setTimeout(resolve, 5));
    const before = told;
    const target = join(temporaryDirectory(), 'copy');
    const ended = await runTickloom(['backup', exchange.data, target, '--json']);
    isOver = true;
    await load;
    client.close();
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const [shard] = (JSON.parse(ended.stdout) as { shards: { sequence: number; snapshot: number }[] }).shards;
    expect(shard!.sequence).toBeGreaterThanOrEqual(before + 4);
    expect(shard!.snapshot).toBeGreaterThan(0);
    await exchange.process.stop();

    const restored = await startExchange([], target);
    const again = await BinaryClient.open(`${restored.ws}?account=1`);
    expect(await again.ask(1, { clientId: before, price: 1 + (before % 50), size: 1 })).toMatchObject([
      { kind: 'accepted', flags: 41 },
    ]);
    const [book] = await again.ask(1, { kind: kind.book, size: 1 });
    expect(book!.bids![0]![0]).toBe(50);
    again.close();
    expect((await restored.process.stop()).code).toBe(0);
  });

  it('refuses a target that holds something, and a source that does not', async () => {
    const exchange = await startExchange();
    await exchange.process.stop();
    const full = await runTickloom(['backup', exchange.data, exchange.data]);
    expect(full).toMatchObject({ code: 1, stdout: '' });
    expect(full.stderr).toContain('not empty');
    const target = join(temporaryDirectory(), 'copy');
    const empty = await runTickloom(['backup', temporaryDirectory(), target]);
    expect(empty.code).toBe(1);
    expect(existsSync(target)).toBe(false);
    expect((await runTickloom(['backup', exchange.data])).code).toBe(2);
  });
});
