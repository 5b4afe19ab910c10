import { expect, it } from 'vitest';
import { featuresOf } from './features.js';
import { compareStream } from './stream-plan.js';

/**
 * Engine and reference side by side for as long as one likes: `npm run --silent oracle -- --commands 10000000 --seed 1`.
 * Each seed is a stream of its own; what fails tells its seed, and `--seed` begins there.
 */
const commands = Number(process.env['TICKLOOM_LONG_COMMANDS'] ?? 0);
const firstSeed = Number(process.env['TICKLOOM_LONG_SEED'] ?? 1);
const PER_STREAM = 20_000;
const PER_LINE = 10;
const DAY_MS = 86_400_000;

it.runIf(commands > 0)(
  'a long run of random streams equals the reference',
  () => {
    const features = featuresOf(process.env['TICKLOOM_FEATURES'] ?? 'all');
    const started = performance.now();
    const streams = Math.ceil(commands / PER_STREAM);
    let done = 0;
    const say = (what: string) => {
      const rate = Math.round((done / (performance.now() - started)) * 1000);
      process.stdout.write(`${what} ${done} commands, ${rate} a second\n`);
    };
    for (let i = 0; i < streams; i++) {
      const length = Math.min(PER_STREAM, commands - done);
      compareStream(firstSeed + i, features, length, { checkBooksEvery: 7 });
      done += length;
      if ((i + 1) % PER_LINE === 0) say(`seed ${firstSeed + i}:`);
    }
    say('engine and reference are equal:');
    expect(done).toBe(commands);
  },
  DAY_MS,
);
