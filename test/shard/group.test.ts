import { describe, expect, it } from 'vitest';
import { SeededRandomness } from '../../src/clock/randomness.js';
import { CommandKind } from '../../src/model/command.js';
import { Group } from '../../src/shard/group.js';
import { LINE_WORDS, orderHead } from '../../src/wire/order-record.js';

describe('a group', () => {
  it('keeps commands in order and takes reads out with the place where they stood', () => {
    const random = new SeededRandomness(5);
    for (let round = 0; round < 300; round++) {
      const frame = new Int32Array(40 * 3 * LINE_WORDS + 32);
      const commands: number[] = [];
      const reads: [number, number][] = [];
      let words = 32;
      let lines = 0;
      for (let number = random.below(40); number > 0; number--) {
        const isRead = random.below(3) === 0;
        const length = isRead ? 1 : 1 + random.below(3);
        frame[32 + lines * LINE_WORDS] = orderHead(
          isRead ? CommandKind.ReadBook : CommandKind.New,
          length,
          0,
        );
        frame.fill(number, 33 + lines * LINE_WORDS, 32 + (lines + length) * LINE_WORDS);
        lines += length;
        if (isRead) reads.push([number, words]);
        else {
          commands.push(number);
          words += length * LINE_WORDS;
        }
      }
      const group = new Group();
      group.sort(frame, 32, lines);
      expect(group.commands).toBe(commands.length);
      expect(group.lines * LINE_WORDS + 32).toBe(words);
      const found: number[] = [];
      for (let at = 32; at < words; at += ((frame[at]! >>> 16) & 0xff) * LINE_WORDS)
        found.push(frame[at + LINE_WORDS - 1]!);
      expect(found).toEqual(commands);
      const foundReads = Array.from({ length: group.reads }, (_, i) => [
        group.readWords[i * LINE_WORDS + 1],
        group.readAt[i],
      ]);
      expect(foundReads).toEqual(reads);
    }
  });

  it('stops at a record whose length cannot be', () => {
    const frame = new Int32Array(64);
    frame[32] = orderHead(CommandKind.New, 0, 0);
    expect(() => new Group().sort(frame, 32, 1)).toThrow('0 lines');
    frame[32] = orderHead(CommandKind.New, 2, 0);
    expect(() => new Group().sort(frame, 32, 1)).toThrow('2 lines');
  });
});
