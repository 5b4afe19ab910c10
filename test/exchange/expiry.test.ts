import { describe, expect, it } from 'vitest';
import { BinaryClient, gtd, kind, orderFlag } from '../support/binary-client.js';
import { startExchange, temporaryDirectory } from '../support/exchange-process.js';
import { transportsHere } from '../support/transports.js';

const acme = 3;
const expired = 8;

/** An order of account 5 that expires then. */
const good = (clientId: number, expiry: bigint) => ({
  instrument: acme,
  account: 5,
  clientId,
  price: 100,
  size: 3,
  timeInForce: gtd,
  expiry,
});

describe.each(await transportsHere())('an order that is good till a date, on %s', (transport) => {
  const start = (data: string, clock: 'live' | 'test') =>
    startExchange(['--transport', transport], data, clock === 'test' ? { TICKLOOM_CLOCK: 'test' } : {});

  it('expires in silence, by the live clock', async () => {
    const exchange = await start(temporaryDirectory(), 'live');
    const client = await BinaryClient.open(`${exchange.ws}?account=5`);
    const [first] = await client.ask(1, { ...good(1, 0n), timeInForce: 1 });
    const expiry = first!.time + 300_000_000n;
    expect(await client.ask(1, good(2, expiry))).toMatchObject([{ kind: 'accepted', terms: { expiry } }]);
    const [gone] = await client.take(1);
    expect(gone).toMatchObject({ kind: 'cancelled', code: expired, size: 3 });
    expect(gone!.flags & 1).toBe(0);
    // Not before its time, and not long after it either.
    expect(gone!.time >= expiry && gone!.time < expiry + 2_000_000_000n).toBe(true);
    client.close();
    expect((await exchange.process.stop()).code).toBe(0);
  });

  it('expires when a test clock is moved past its date, and not before', async () => {
    const data = temporaryDirectory();
    const exchange = await start(data, 'test');
    const advance = async (advanceNs: string) =>
      (await fetch(`${exchange.url}/clock`, { method: 'POST', body: JSON.stringify({ advanceNs }) })).status;
    // The operator sees no time pass: nobody has asked for it.
    const client = await BinaryClient.open(`${exchange.ws}?account=0&account=5`);
    const [first] = await client.ask(1, { ...good(1, 0n), timeInForce: 1 });
    const expiry = first!.time + 1_000_000_000n;
    await client.ask(2, good(2, expiry), good(3, expiry + 1n));
    expect(await advance('999999999')).toBe(200);
    const read = { kind: kind.book, instrument: acme, account: 5, size: 1 };
    expect(await client.ask(1, read)).toMatchObject([{ kind: 'book', bids: [[100, 9, 3]] }]);
    expect(await advance('1')).toBe(200);
    expect(await client.take(1)).toMatchObject([{ kind: 'cancelled', code: expired, time: expiry }]);
    expect(await advance('1000')).toBe(200);
    expect(await client.take(1)).toMatchObject([{ kind: 'cancelled', time: expiry + 1000n }]);
    expect(await client.ask(1, read)).toMatchObject([{ kind: 'book', bids: [[100, 3, 1]] }]);
    expect(client.events).toEqual([]);
    client.close();
    expect((await exchange.process.stop()).code).toBe(0);

    // What has expired stays so, and the log goes on behind the times in it.
    const again = await start(data, 'test');
    const later = await BinaryClient.open(`${again.ws}?account=5`);
    const cancel = { instrument: acme, account: 5, kind: kind.cancel, flags: orderFlag.byClientId };
    const events = await later.ask(
      2,
      { ...cancel, clientId: 11, target: 2 },
      { ...cancel, clientId: 12, target: 1 },
    );
    expect(events).toMatchObject([
      { kind: 'rejected', code: 400 },
      { kind: 'cancelled', size: 3 },
    ]);
    later.close();
    expect((await again.process.stop()).code).toBe(0);
  });

  it('expires at the start where its date came while nothing ran', async () => {
    const data = temporaryDirectory();
    const exchange = await start(data, 'live');
    const client = await BinaryClient.open(`${exchange.ws}?account=5`);
    const [first] = await client.ask(1, { ...good(1, 0n), timeInForce: 1 });
    await client.ask(1, good(2, first!.time + 700_000_000n));
    exchange.process.kill('SIGKILL');
    await exchange.process.ended;
    await new Promise((resolve) => setTimeout(resolve, 700));
    const again = await start(data, 'live');
    const book = (await (await fetch(`${again.url}/books/ACME`)).json()) as { bids: unknown };
    expect(book.bids).toEqual([['1.00', '3', 1]]);
    expect((await again.process.stop()).code).toBe(0);
  });
});
