import { describe, expect, it } from 'vitest';
import { BinaryClient, encodeOrder } from '../support/binary-client.js';
import { startExchange } from '../support/exchange-process.js';
import { transportsHere } from '../support/transports.js';

describe.each(await transportsHere())('a client that does not read, on %s', (transport) => {
  it('is cut off at the bound, and nobody else notices', async () => {
    const exchange = await startExchange(['--transport', transport]);
    const slow = await BinaryClient.open(`${exchange.ws}?account=5`);
    const fast = await BinaryClient.open(`${exchange.ws}?account=5`);
    slow.pause();
    // Each of these is rejected with its sentence: about 190 bytes for both sessions.
    const sent = 1024 * 260;
    let clientId = 0;
    for (let message = 0; message < 260; message++) {
      const records = Array.from({ length: 1024 }, () =>
        encodeOrder({ kind: 2, account: 5, instrument: 3, clientId: ++clientId, target: 1 }),
      );
      fast.sendRaw(Buffer.concat(records));
      if (message % 20 === 19) await fast.take(1024 * 20);
    }
    expect(clientId).toBe(sent);
    const health = async () =>
      ((await (await fetch(`${exchange.url}/health`)).json()) as { sessions: number }).sessions;
    expect(await health()).toBe(1);
    slow.resume();
    expect((await slow.closed).code).toBe(1006);
    // What it had been sent before is still there to read, and is less than it missed.
    expect(slow.events.length).toBeLessThan(sent);
    const [answer] = await fast.ask(1, {
      account: 5,
      instrument: 3,
      clientId: ++clientId,
      price: 100,
      size: 1,
    });
    expect(answer!.kind).toBe('accepted');
    expect((await exchange.process.stop()).code).toBe(0);
  });

  it('is cut where it takes nothing for too long, and has missed nothing when it resumes', async () => {
    const bounds = ['--client-stall-ms', '500', '--client-backlog-bytes', '67108864'];
    const exchange = await startExchange(['--transport', transport, ...bounds]);
    const slow = await BinaryClient.open(`${exchange.ws}?account=5`);
    const fast = await BinaryClient.open(`${exchange.ws}?account=5`);
    // It reads, though so slowly that something waits all the time; each pause is shorter than the bound.
    const steady = await BinaryClient.open(`${exchange.ws}?account=5`);
    let steadySeen = 0;
    let isPaused = false;
    const pauses = setInterval(() => {
      isPaused = !isPaused;
      if (isPaused) steady.pause();
      else steady.resume();
    }, 50);
    slow.pause();
    let clientId = 0;
    const seen: string[] = [];
    const trade = async (messages: number) => {
      for (let message = 0; message < messages; message++) {
        const pairs = Array.from({ length: 256 }, () => [
          encodeOrder({ account: 5, instrument: 3, clientId: ++clientId, price: 1000, size: 1 }),
          encodeOrder({
            kind: 2,
            account: 5,
            instrument: 3,
            clientId: ++clientId,
            target: clientId - 1,
            flags: 2,
          }),
        ]);
        fast.sendRaw(Buffer.concat(pairs.flat()));
        for (const { place, index } of await fast.take(512)) seen.push(`${place}.${index}`);
      }
    };
    // Some ten megabytes: more than the buffers of both systems hold.
    await trade(200);
    await expect.poll(() => sessionsOf(exchange.url)).toBe(2);
    slow.resume();
    expect((await slow.closed).code).toBe(1006);
    const heard = slow.events.map(({ place, index }) => `${place}.${index}`);
    expect(heard).toEqual(seen.slice(0, heard.length));
    expect(heard.length).toBeLessThan(seen.length);
    // It has lost nothing on the way.
    for (const { place, index } of await steady.take(seen.length))
      expect(`${place}.${index}`).toBe(seen[steadySeen++]);
    clearInterval(pauses);
    const last = slow.events.at(-1)!;
    const back = await BinaryClient.open(`${exchange.ws}?account=5&after=0:${last.place}.${last.index}`);
    const missed = await back.take(seen.length - heard.length + 1);
    expect(missed.pop()!.kind).toBe('resumed');
    expect(missed.map(({ place, index }) => `${place}.${index}`)).toEqual(seen.slice(heard.length));
    expect((await exchange.process.stop()).code).toBe(0);
  });
});

async function sessionsOf(url: string): Promise<number> {
  return ((await (await fetch(`${url}/health`)).json()) as { sessions: number }).sessions;
}
