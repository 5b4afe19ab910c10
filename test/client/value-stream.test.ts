import { describe, expect, it } from 'vitest';
import { ValueStream } from '../../src/client/value-stream.js';

function stream(bound: number) {
  const left: string[] = [];
  const made = new ValueStream<number>(bound, () => left.push('left'));
  return { made, left };
}

describe('a stream of values', () => {
  it('keeps them until they are read, in order', async () => {
    const { made, left } = stream(5000);
    const waiting = made.next();
    for (let i = 0; i < 5000; i++) made.push(i);
    expect(await waiting).toEqual({ value: 0, done: false });
    made.end();
    const read: number[] = [];
    for await (const value of made) read.push(value);
    expect(read).toEqual(Array.from({ length: 4999 }, (_, i) => i + 1));
    expect(left).toEqual(['left']);
  });

  it('ends with an error where its reader is too slow', async () => {
    const { made, left } = stream(2);
    for (let i = 0; i < 9; i++) made.push(i);
    expect([await made.next(), await made.next()].map(({ value }) => value)).toEqual([0, 1]);
    await expect(made.next()).rejects.toThrow('2 values wait to be read');
    expect(await made.next()).toEqual({ value: undefined, done: true });
    expect(left).toEqual(['left']);
  });

  it('lets go of those who wait, and of what nobody wants', async () => {
    const { made } = stream(2);
    const waiting = [made.next(), made.next()];
    made.end();
    expect((await Promise.all(waiting)).map(({ done }) => done)).toEqual([true, true]);
    const other = stream(2);
    for (let i = 0; i < 2; i++) other.made.push(i);
    for await (const _ of other.made) break;
    expect(other.left).toEqual(['left']);
    expect(await other.made.next()).toEqual({ value: undefined, done: true });
    const failed = stream(2);
    const failing = failed.made.next();
    failed.made.end(new Error('gone'));
    await expect(failing).rejects.toThrow('gone');
  });
});
