import { Decoder } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { decodeEvents, encodeMessage, joinMessages } from '../../src/client/messages.js';

const decode = (bytes: Uint8Array) => new Decoder().decode(bytes);

describe('messages', () => {
  it.each([1, 2, 15, 16, 300, 1024])('join %d commands to one', (count) => {
    const commands = Array.from({ length: count }, (_, i) => ({ type: 'cancel', clientId: i }));
    const joined = joinMessages(commands.map(encodeMessage));
    expect(joined).toHaveLength(1);
    expect(decode(joined[0]!)).toEqual(count === 1 ? commands[0] : commands);
  });

  it('are no longer than the exchange takes', () => {
    const commands = Array.from({ length: 5000 }, (_, i) => ({
      type: 'cancel',
      clientId: 'x'.repeat(30) + i,
    }));
    const joined = joinMessages(commands.map(encodeMessage));
    expect(joined.flatMap((bytes) => decode(bytes))).toEqual(commands);
    for (const bytes of joined) expect(bytes.length).toBeLessThanOrEqual(65_536);
    const many = joinMessages(Array.from({ length: 2049 }, (_, i) => encodeMessage({ i })));
    expect(many.map((bytes) => (decode(bytes) as { length?: number }).length)).toEqual([
      1024,
      1024,
      undefined,
    ]);
    for (const bytes of joinMessages(commands.map(encodeMessage), 1024))
      expect(bytes.length).toBeLessThan(1025);
    expect(joinMessages([])).toEqual([]);
  });

  it('leave out what is undefined, and refuse what cannot be written', () => {
    expect(decode(encodeMessage({ a: undefined, b: null }))).toEqual({ b: null });
    expect(() => encodeMessage({ a: () => 1 })).toThrow();
    expect(() => decodeEvents(new Uint8Array([0x80]).buffer)).toThrow('something other than a list');
  });
});
