import type { Mutant } from './bundle.js';

/** Mistakes that the simulation must find. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'no sync',
    file: 'src/journal/journal-writer.ts',
    replacements: [['      if (this.#synced) file.sync();', '']],
  },
  {
    name: 'acknowledging before the sync',
    file: 'src/journal/journal-writer.ts',
    replacements: [
      ['      if (this.#synced) file.sync();', ''],
      [
        '      file.write(this.#bytes, length, this.#end);',
        // What was answered already is synced with the next group.
        'if (this.#synced) file.sync(); file.write(this.#bytes, length, this.#end);',
      ],
    ],
  },
  {
    name: 'a new segment whose name is not synced',
    file: 'src/journal/segment-maker.ts',
    replacements: [
      [
        'const goOn = fillFile(disk, path, segmentBytes, rest, chunkBytes);\n  disk.syncDirectory(directory);',
        'const goOn = fillFile(disk, path, segmentBytes, rest, chunkBytes);',
      ],
    ],
  },
  {
    name: 'going on in a segment whose sync has failed',
    file: 'src/journal/journal-writer.ts',
    replacements: [['      this.#failed = true;\n      this.#uncertain = true;\n', '']],
  },
  {
    name: 'telling again before the log is safe',
    // One seed in some 500 finds it: a power cut must come between a shard's restart and the sync of what it tells.
    firstSeed: 318,
    file: 'src/shard/republication.ts',
    replacements: [
      [
        'if (from < length) this.#kept.push(words.slice(from, length));',
        'if (from < length) this.#outbox.sendToAll(words.subarray(from, length), length - from); this.#outbox.publish();',
      ],
    ],
  },
  {
    name: 'telling again what was told',
    file: 'src/gateway/delivery.ts',
    replacements: [
      ['          else if (this.#isSeen(i, words, at)) {', '          else if (words.length === 0) {'],
    ],
  },
  {
    name: 'missing what happens while a session resumes',
    file: 'src/gateway/resuming.ts',
    replacements: [
      [
        'if (!isComplete || sequenceOfEvent(gap.held, at) > upTo) hand',
        'if (!isComplete || sequenceOfEvent(gap.held, at) > upTo + 1) hand',
      ],
    ],
  },
  {
    name: 'an ignored checksum',
    file: 'src/journal/frame-check.ts',
    replacements: [['(frameChecksum(words, bytes, at) === words[at + FRAME_CHECKSUM]', '(true']],
  },
  {
    name: 'a skipped frame',
    file: 'src/journal/journal-reader.ts',
    replacements: [
      ['    this.#onFrame(words, at);', 'if (this.#frames % 16 !== 0) this.#onFrame(words, at);'],
    ],
  },
  {
    name: 'a forgotten client id',
    file: 'src/book/client-ids.ts',
    replacements: [
      [
        '      if (where >= 0) this.numbers.values[where] = name;',
        'if (where >= 0) this.numbers.values[where] = 0;',
      ],
    ],
  },
  {
    name: 'a client id that a snapshot forgets',
    file: 'src/book/client-ids.ts',
    replacements: [
      ['    this.#restoreId(where, name);', 'if (slot >= 0 || where < 0) this.#restoreId(where, name);'],
    ],
  },
];
