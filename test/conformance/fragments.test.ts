import { describe, expect, it } from 'vitest';
import { transportsHere } from '../support/transports.js';
import { broken, converse, freshAccount, order, sendBytewise, transcriptOf, well } from './conversation.js';
import { exchangeOn } from './exchange-under-test.js';
import { binaryFrame, fragments, frame, Opcode, pingFrame, readOfBookFrame } from './frames.js';
import { RawClient } from './raw-client.js';

/** RFC 6455, sections 5.4 and 5.5: messages in parts, and what stands between the parts. */
describe.each(await transportsHere())('messages in parts, on %s', (transport) => {
  const exchange = exchangeOn(transport);

  const talk = exchange.talkAs;
  const halves = (bytes: Buffer) => [bytes.subarray(0, 20), bytes.subarray(20)];

  it('answer an order in two frames', async () => {
    expect(await talk((account) => fragments(Opcode.Binary, halves(order(account, 1))))).toEqual(
      well('accepted'),
    );
  });

  it('answer an order in a frame for each byte', async () => {
    const bytes = (account: number) => [...order(account, 1)].map((byte) => Buffer.from([byte]));
    expect(await talk((account) => fragments(Opcode.Binary, bytes(account)))).toEqual(well('accepted'));
  });

  it('may have empty frames at the start, between and at the end', async () => {
    expect(
      await talk((account) => {
        const [first, second] = halves(order(account, 1));
        return fragments(Opcode.Binary, ['', first!, '', '', second!, '']);
      }),
    ).toEqual(well('accepted'));
  });

  it('may have control frames between their frames, which are answered first', async () => {
    expect(
      await talk((account) => {
        const [first, second] = fragments(Opcode.Binary, halves(order(account, 1)));
        return [first!, pingFrame('one'), frame({ opcode: Opcode.Pong, payload: 'two' }), second!];
      }),
    ).toEqual(well('pong one', 'accepted'));
  });

  it('may have records of several orders, cut anywhere, one message behind the other', async () => {
    expect(
      await talk((account) => {
        const two = Buffer.concat([order(account, 1), order(account, 2)]);
        const more = Buffer.concat([order(account, 3), order(account, 4)]);
        return [
          ...fragments(Opcode.Binary, [two.subarray(0, 63), two.subarray(63, 65), two.subarray(65)]),
          ...fragments(Opcode.Binary, halves(more)),
        ];
      }),
    ).toEqual(well('accepted', 'accepted', 'accepted', 'accepted'));
  });

  it('end the session where a continuation has no start', async () => {
    for (const isLast of [true, false])
      expect(await talk(() => [frame({ opcode: Opcode.Continuation, isLast, payload: 'x' })])).toEqual(
        broken(transport, 1002),
      );
    expect(
      await talk((account) => [
        ...fragments(Opcode.Binary, halves(order(account, 1))),
        frame({ opcode: Opcode.Continuation, payload: 'x' }),
      ]),
    ).toEqual(broken(transport, 1002));
  });

  it('end the session where a new message of the same kind begins inside of one; uWebSockets.js joins them', async () => {
    const joined = await talk((account) => [
      fragments(Opcode.Binary, [order(account, 1), ''])[0]!,
      binaryFrame(order(account, 2)),
    ]);
    expect(joined).toEqual(transport === 'uws' ? well('accepted', 'accepted') : broken(transport, 1002));
  });

  it('end the session where a message of another kind begins inside of one', async () => {
    expect(
      await talk((account) => [
        fragments(Opcode.Binary, [order(account, 1), ''])[0]!,
        frame({ opcode: Opcode.Text, payload: 'x' }),
      ]),
    ).toEqual(broken(transport, 1002));
  });

  it('have no effect where the client goes before the last frame', async () => {
    const account = freshAccount();
    const client = await RawClient.open(exchange.port, `/ws?account=${account}`);
    client.write(fragments(Opcode.Binary, [order(account, 1), ''])[0]!);
    await sendBytewise(client, pingFrame('there'));
    expect((await client.frame())?.payload.toString()).toBe('there');
    client.destroy();
    // The client id is still free.
    expect(await converse(exchange.port, [binaryFrame(order(account, 1))], account)).toEqual(
      well('accepted'),
    );
  });

  it('come whole out of one TCP segment for each byte', async () => {
    const account = freshAccount();
    const client = await RawClient.open(exchange.port, `/ws?account=${account}`);
    await sendBytewise(
      client,
      Buffer.concat([
        ...fragments(Opcode.Binary, halves(order(account, 1))),
        pingFrame('between'),
        binaryFrame(Buffer.concat([order(account, 2), order(account, 3)])),
        readOfBookFrame,
      ]),
    );
    const transcript = await transcriptOf(client);
    client.destroy();
    // The pong is written at once, the answer after its sync.
    expect(transcript.filter((word) => word !== 'pong between')).toEqual(
      well('accepted', 'accepted', 'accepted'),
    );
    expect(transcript).toContain('pong between');
  });

  it('come whole out of one TCP segment for all of them', async () => {
    expect(
      await talk((account) => [
        Buffer.concat(Array.from({ length: 100 }, (_, i) => binaryFrame(order(account, i + 1)))),
      ]),
    ).toEqual(well(...Array.from({ length: 100 }, () => 'accepted')));
  });
});
