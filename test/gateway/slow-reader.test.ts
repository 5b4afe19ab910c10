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
});
