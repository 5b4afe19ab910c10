import { describe, expect, it } from 'vitest';
import { encodeOrder, kind, orderFlag } from '../support/binary-client.js';
import { transportsHere } from '../support/transports.js';
import { ACME, broken, converse, freshAccount, order, well } from './conversation.js';
import { exchangeOn } from './exchange-under-test.js';
import { binaryFrame, closeFrame, closePayload, frame, Opcode, pingFrame, textFrame } from './frames.js';
import { RawClient } from './raw-client.js';

/** RFC 6455, sections 5.5, 7 and 8.1: ping, pong, close and text. */
describe.each(await transportsHere())('control frames, on %s', (transport) => {
  const exchange = exchangeOn(transport);
  const isUws = transport === 'uws';

  const talk = (...frames: readonly Uint8Array[]) => converse(exchange.port, frames);

  it.each(['', 'hello', 'x'.repeat(125), '\u0000\u00ff'])(
    'answer ping %j with a pong of the same',
    async (text) => {
      const payload = Buffer.from(text, 'latin1');
      expect(await talk(pingFrame(payload))).toEqual(well(`pong ${text}`.trimEnd()));
    },
  );

  it('answer each of many pings in order', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `p${i}`);
    expect(await talk(Buffer.concat(names.map((name) => pingFrame(name))))).toEqual(
      well(...names.map((name) => `pong ${name}`)),
    );
  });

  it('pass over a pong that nobody asked for', async () => {
    expect(await talk(frame({ opcode: Opcode.Pong, payload: 'hello' }))).toEqual(well());
  });

  it.each([
    ['a ping of 126 bytes', { opcode: Opcode.Ping, payload: 'x'.repeat(126) }],
    ['a pong of 126 bytes', { opcode: Opcode.Pong, payload: 'x'.repeat(126) }],
    ['a ping with a length of 16 bits', { opcode: Opcode.Ping, payload: 'x', lengthBits: 16 }],
    ['a ping with a length of 64 bits', { opcode: Opcode.Ping, payload: 'x', lengthBits: 64 }],
    ['a close of 126 bytes', { opcode: Opcode.Close, payload: closePayload(1000, 'x'.repeat(124)) }],
    ['a ping in parts', { opcode: Opcode.Ping, isLast: false, payload: 'x' }],
    ['a pong in parts', { opcode: Opcode.Pong, isLast: false, payload: 'x' }],
    ['a close in parts', { opcode: Opcode.Close, isLast: false, payload: closePayload(1000) }],
  ] as const)('end the session after %s', async (_, fields) => {
    expect(await talk(frame(fields))).toEqual(broken(transport, 1002));
  });

  describe('close', () => {
    it.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 4000, 4999])(
      'is answered with its own code: %d',
      async (code) => {
        expect(await talk(closeFrame(code, 'bye'))).toEqual([`close ${code}`]);
      },
    );

    it('is answered without a code where it has none', async () => {
      expect(await talk(frame({ opcode: Opcode.Close }))).toEqual(['close']);
    });

    it('may have a reason of 123 bytes', async () => {
      expect(await talk(closeFrame(1000, 'ü'.repeat(61)))).toEqual(['close 1000']);
      expect(await talk(closeFrame(1000, 'x'.repeat(123)))).toEqual(['close 1000']);
    });

    // uWebSockets.js answers a close that it does not like with one that has no code, instead of 1002.
    it.each([0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535])(
      'may not have code %d',
      async (code) => {
        expect(await talk(closeFrame(code, 'bye'))).toEqual([isUws ? 'close' : 'close 1002']);
      },
    );

    it.each([1012, 1013, 1014, 3000, 3999])(
      'is answered with its own code: %d, or on uWebSockets.js with none',
      async (code) => {
        expect(await talk(closeFrame(code, 'bye'))).toEqual([isUws ? 'close' : `close ${code}`]);
      },
    );

    it('may not be of one byte', async () => {
      expect(await talk(frame({ opcode: Opcode.Close, payload: 'x' }))).toEqual([
        isUws ? 'close' : 'close 1002',
      ]);
    });

    it.each([[[0xff]], [[0xc0, 0xaf]], [[0xed, 0xa0, 0x80]], [[0xf4, 0x90, 0x80, 0x80]], [[0xe2, 0x82]]])(
      'may not have a reason that is no UTF-8: %j',
      async (bytes) => {
        expect(await talk(closeFrame(1000, Buffer.from(bytes)))).toEqual([isUws ? 'close' : 'close 1007']);
      },
    );

    it('ends the session: no order behind it is taken', async () => {
      const account = freshAccount();
      const chunk = Buffer.concat([closeFrame(1000), binaryFrame(order(account, 1))]);
      expect(await converse(exchange.port, [chunk], account)).toEqual(['close 1000']);
      expect(await converse(exchange.port, [binaryFrame(order(account, 1))], account)).toEqual(
        well('accepted'),
      );
    });
  });

  describe('text', () => {
    it('ends the session: these subprotocols are binary', async () => {
      expect(await talk(textFrame('{}'))).toEqual(['close 1003']);
      expect(await talk(textFrame(''))).toEqual(['close 1003']);
      expect(await talk(textFrame('ὰ€😀'))).toEqual(['close 1003']);
    });

    it('may come in parts, cut inside of a character', async () => {
      const bytes = Buffer.from('κόσμε😀');
      const parts = [...bytes].map((_, i) => bytes.subarray(i, i + 1));
      const frames = parts.map((payload, i) =>
        frame({
          opcode: i === 0 ? Opcode.Text : Opcode.Continuation,
          isLast: i === parts.length - 1,
          payload,
        }),
      );
      expect(await talk(...frames)).toEqual(['close 1003']);
    });

    it.each([
      [[0xff, 0xfe]],
      [[0xc0, 0xaf]],
      [[0xed, 0xa0, 0x80]],
      [[0xf4, 0x90, 0x80, 0x80]],
      [[0x61, 0xe2, 0x82]],
      [[0x80]],
    ])('must be UTF-8: %j', async (bytes) => {
      expect(await talk(textFrame(Buffer.from(bytes)))).toEqual(broken(transport, 1007));
    });

    it('must be UTF-8 over all of its parts', async () => {
      const first = frame({ opcode: Opcode.Text, isLast: false, payload: Buffer.from([0xce, 0xba, 0xe1]) });
      const last = frame({ opcode: Opcode.Continuation, payload: Buffer.from([0xff]) });
      expect(await talk(first, last)).toEqual(broken(transport, 1007));
    });
  });

  describe('a client that ends its half of the connection', () => {
    it('has its session ended, and what it sent before is taken', async () => {
      const account = freshAccount();
      const client = await RawClient.open(exchange.port, `/ws?account=${account}`);
      client.write(binaryFrame(order(account, 1)));
      client.socket.end();
      await client.over();
      client.destroy();
      // The order is there: it can be cancelled. Its own answer may come only now.
      const cancel = encodeOrder({
        kind: kind.cancel,
        account,
        clientId: 2,
        instrument: ACME,
        target: 1,
        flags: orderFlag.byClientId,
      });
      const transcript = await converse(exchange.port, [binaryFrame(cancel)], account);
      expect(transcript.filter((word) => word !== 'accepted')).toEqual(well('cancelled'));
    });

    it('in the middle of a frame has nothing taken', async () => {
      const account = freshAccount();
      const client = await RawClient.open(exchange.port, `/ws?account=${account}`);
      const whole = binaryFrame(order(account, 1));
      client.write(whole.subarray(0, whole.length - 1));
      client.socket.end();
      await client.over();
      client.destroy();
      expect(await converse(exchange.port, [binaryFrame(order(account, 1))], account)).toEqual(
        well('accepted'),
      );
    });
  });
});
