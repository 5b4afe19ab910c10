import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { BinaryClient } from '../support/binary-client.js';
import {
  runTickloom,
  startExchange,
  TickloomProcess,
  temporaryDirectory,
} from '../support/exchange-process.js';

/** The processes that a process has started, by number. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
      } catch {
        return false;
      }
    })
    .map(Number);
}

function isAlive(number: number): boolean {
  try {
    process.kill(number, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Waits for the line of a start after so many of them. */
async function listening(exchange: TickloomProcess, times: number): Promise<{ port: number }> {
  const lines = () => exchange.stdout.split('\n').filter((line) => line.startsWith('{"event":"listening"'));
  await until(() => lines().length >= times);
  return JSON.parse(lines()[times - 1]!) as { port: number };
}

const isLinux = process.platform === 'linux';

describe.skipIf(!isLinux)('the parent of an exchange', () => {
  it.each(['SIGKILL', 'SIGABRT', 'SIGSEGV'] as const)(
    'starts it again after %s, on its port, with all that was acknowledged',
    async (signal) => {
      const exchange = await startExchange();
      const client = await BinaryClient.open(`${exchange.ws}?account=1`);
      const order = { clientId: 1, price: 100, size: 1 };
      const [first] = await client.ask(1, order);
      const [child] = childrenOf(exchange.process.child.pid!);
      process.kill(child!, signal);
      await client.closed;
      expect((await listening(exchange.process, 2)).port).toBe(exchange.port);
      const again = await BinaryClient.open(`${exchange.ws}?account=1`);
      expect(await again.ask(1, order)).toMatchObject([{ kind: 'accepted', place: first!.place }]);
      again.close();
      const ended = await exchange.process.stop();
      expect(ended.code).toBe(0);
      expect(ended.stderr).toContain(`died (${signal}); starting it again (1 of at most 10 in a minute)`);
      expect(ended.stdout).toContain(`{"event":"restarting","cause":"${signal}","restarts":1}`);
    },
  );

  it('starts it again also where it has died before its parent has read that it listens', async () => {
    const options = ['start', '--port', '0', '--json', '--data', temporaryDirectory()];
    const exchange = new TickloomProcess(options);
    const parent = exchange.child.pid!;
    await until(() => childrenOf(parent).length > 0);
    const [child] = childrenOf(parent);
    process.kill(parent, 'SIGSTOP');
    const { port } = await exchange.listening();
    process.kill(child!, 'SIGKILL');
    process.kill(parent, 'SIGCONT');
    expect((await listening(exchange, 2)).port).toBe(port);
    expect((await exchange.stop()).code).toBe(0);
  });

  it('takes the exchange with it when it is killed', async () => {
    const exchange = await startExchange();
    const [child] = childrenOf(exchange.process.child.pid!);
    exchange.process.kill('SIGKILL');
    await until(() => !isAlive(child!));
    // And what it held is free for the next one.
    const next = await startExchange([], exchange.data);
    expect((await next.process.stop()).code).toBe(0);
  });

  it('gives up where it dies again and again', async () => {
    const exchange = await startExchange(['--restarts', '1']);
    for (let time = 1; time <= 2; time++) {
      await listening(exchange.process, time);
      process.kill(childrenOf(exchange.process.child.pid!)[0]!, 'SIGKILL');
    }
    const ended = await exchange.process.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('after 1 restarts within a minute: giving up');
  });

  it('stops with it, and passes its exit code on', async () => {
    const exchange = await startExchange();
    const [child] = childrenOf(exchange.process.child.pid!);
    expect((await exchange.process.stop()).code).toBe(0);
    expect(isAlive(child!)).toBe(false);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const refused = await runTickloom(['start', '--port', String(port), '--data', temporaryDirectory()]);
    server.close();
    expect(refused.code).toBe(1);
    expect(refused.stderr.trim().split('\n')).toHaveLength(1);
  });

  it('is not there with --restarts 0', async () => {
    const exchange = await startExchange(['--restarts', '0']);
    expect(childrenOf(exchange.process.child.pid!)).toEqual([]);
    expect((await exchange.process.stop()).code).toBe(0);
    expect((await runTickloom(['start', '--help'])).stdout).toContain('--restarts');
  });
});
