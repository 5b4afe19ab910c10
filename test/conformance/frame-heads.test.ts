import { describe, expect, it } from 'vitest';
import { MAX_MESSAGE_BYTES, MAX_TRANSPORT_MESSAGE_BYTES } from '../../src/model/limits.js';
import { transportsHere } from '../support/transports.js';
import { broken, converse, freshAccount, order, well } from './conversation.js';
import { exchangeOn } from './exchange-under-test.js';
import { binaryFrame, fragments, frame, Opcode } from './frames.js';

/** RFC 6455, sections 5.1 and 5.2: reserved bits, opcodes, masks and lengths. */
describe.each(await transportsHere())('heads of frames, on %s', (transport) => {
  const exchange = exchangeOn(transport);

  const talk = exchange.talkAs;
  const orders = (account: number, count: number) =>
    Buffer.concat(Array.from({ length: count }, (_, i) => order(account, i + 1)));
  const accepted = (count: number) => well(...Array.from({ length: count }, () => 'accepted'));

  it.each([1, 2, 3, 4, 5, 6, 7])('with reserved bits %d end the session', async (reserved) => {
    expect(
      await talk((account) => [frame({ opcode: Opcode.Binary, reserved, payload: order(account, 1) })]),
    ).toEqual(broken(transport, 1002));
    expect(await talk(() => [frame({ opcode: Opcode.Ping, reserved })])).toEqual(broken(transport, 1002));
  });

  it.each([3, 4, 5, 6, 7, 11, 12, 13, 14, 15])('with opcode %d end the session', async (opcode) => {
    expect(await talk((account) => [frame({ opcode, payload: order(account, 1) })])).toEqual(
      broken(transport, 1002),
    );
    expect(await talk(() => [frame({ opcode })])).toEqual(broken(transport, 1002));
  });

  describe('masks', () => {
    it.each([
      [0, 0, 0, 0],
      [255, 255, 255, 255],
      [1, 2, 3, 4],
      [0x82, 0x88, 0x89, 0],
    ] as const)('of %d %d %d %d are taken off', async (...mask) => {
      expect(
        await talk((account) => [frame({ opcode: Opcode.Binary, mask, payload: orders(account, 3) })]),
      ).toEqual(accepted(3));
    });

    it('must be there: without one the session ends, and no order is taken', async () => {
      const account = freshAccount();
      const unmasked = frame({ opcode: Opcode.Binary, isMasked: false, payload: order(account, 1) });
      const transcript = await converse(exchange.port, [unmasked], account);
      expect(transcript.filter((word) => word !== 'rejected')).toEqual(broken(transport, 1002));
      expect(await converse(exchange.port, [binaryFrame(order(account, 1))], account)).toEqual(accepted(1));
    });

    it('whose bit is not set: uWebSockets.js does not look at the bit, and takes the mask as it stands', async () => {
      const transcript = await talk((account) => {
        const bytes = binaryFrame(order(account, 1));
        bytes[1]! &= 0x7f;
        return [bytes];
      });
      expect(transcript).toEqual(transport === 'uws' ? accepted(1) : broken(transport, 1002));
    });
  });

  describe('lengths', () => {
    it.each([1, 2, 1023])('of %d orders are written as short as can be', async (count) => {
      expect(await talk((account) => [binaryFrame(orders(account, count))])).toEqual(accepted(count));
    });

    // The RFC wants the shortest form; neither library looks, and nothing can be gained by another.
    it.each([16, 64] as const)('may be longer than they need: %d bits for one order', async (lengthBits) => {
      expect(
        await talk((account) => [frame({ opcode: Opcode.Binary, lengthBits, payload: order(account, 1) })]),
      ).toEqual(accepted(1));
    });

    it.each([1n << 63n, (1n << 63n) + 64n, (1n << 64n) - 1n, 1n << 53n, (1n << 32n) + 64n, 1n << 31n])(
      'that no message has end the session: %d',
      async (statedLength) => {
        expect(
          await talk((account) => [
            frame({ opcode: Opcode.Binary, lengthBits: 64, statedLength, payload: order(account, 1) }),
          ]),
        ).toEqual(broken(transport, 1009));
      },
    );

    it('up to the bound of a message are answered, also those that are refused', async () => {
      const all = MAX_MESSAGE_BYTES / 64;
      expect(await talk((account) => [binaryFrame(orders(account, all))])).toEqual(accepted(all));
      expect(await talk((account) => [binaryFrame(orders(account, all + 1))])).toEqual(well('rejected'));
      expect(await talk(() => [binaryFrame(Buffer.alloc(MAX_TRANSPORT_MESSAGE_BYTES))])).toEqual(
        well('rejected'),
      );
    });

    it('over the bound of the transport end the session, in one frame or in many', async () => {
      expect(await talk(() => [binaryFrame(Buffer.alloc(MAX_TRANSPORT_MESSAGE_BYTES + 1))])).toEqual(
        broken(transport, 1009),
      );
      const halves = [Buffer.alloc(MAX_TRANSPORT_MESSAGE_BYTES), Buffer.alloc(1)];
      expect(await talk(() => fragments(Opcode.Binary, halves))).toEqual(broken(transport, 1009));
    });
  });
});
