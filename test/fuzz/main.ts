import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { LiveClock } from '../../src/clock/live-clock.js';
import { OptionsError, runCommand, wholeNumber } from '../support/command.js';
import setup from '../support/global-setup.js';
import { transportsHere } from '../support/transports.js';
import { fuzzDecoders } from './decoder-fuzz.js';
import { FuzzFailure } from './failure.js';
import { fuzzSockets, type SocketFuzzReport } from './socket-fuzz.js';

const help = `Usage: npm run --silent fuzz -- [options]

Feeds mutated frames, messages, requests and handshakes to the readers of the gateway, and to exchanges in which a session
trades meanwhile. Half of the inputs go to the readers without a socket, half over real sockets, a third of these to
exchanges with keys. Where something must not
be, the fewest inputs that show it are written to fuzz-failure-<seed>.json in the working directory.

  --frames N        inputs in all (default 1000000)
  --seed N          seed of the mutations, 0 to 2^32 - 1 (default 1)
  --transport NAME  uws or node (default: both, where both run here)
  --json            text to stderr, one line of JSON to stdout
  --help            this text
`;

interface Options {
  readonly frames: number;
  readonly seed: number;
  readonly transport: 'uws' | 'node' | undefined;
  readonly json: boolean;
}

function readOptions(): Options | undefined {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = {
    frames: text,
    seed: text,
    transport: text,
    json: flag,
    help: { ...flag, short: 'h' },
  } as const;
  let values: { frames?: string; seed?: string; transport?: string; json?: boolean; help?: boolean };
  try {
    values = parseArgs({ options }).values;
  } catch (error) {
    throw new OptionsError(`${(error as Error).message.split('\n')[0]}; see --help`);
  }
  if (values.help) return undefined;
  const { transport } = values;
  if (transport !== undefined && transport !== 'uws' && transport !== 'node')
    throw new OptionsError(`--transport takes uws or node, not "${transport}"`);
  return {
    frames: wholeNumber('--frames', values.frames, { low: 10, high: 1_000_000_000, otherwise: 1_000_000 }),
    seed: wholeNumber('--seed', values.seed, { low: 0, high: 0xffff_ffff, otherwise: 1 }),
    transport,
    json: values.json === true,
  };
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    process.stdout.write(help);
    return 0;
  }
  const { frames, seed, json } = options;
  const say = json ? process.stderr : process.stdout;
  const clock = new LiveClock();
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt.abort());
  const { signal } = interrupt;
  const cleanUp = setup();
  const showing = (name: string, of: number) => (done: number) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${name}: ${done} of ${of}   `);
  };
  say.write(`seed ${seed}\n`);
  const perSecond = (inputs: number, sinceNs: number) =>
    Math.round(inputs / (Math.max(1, clock.nowNs() - sinceNs) / 1e9));
  try {
    const transports = options.transport === undefined ? await transportsHere() : [options.transport];
    const perTransport = Math.floor(frames / 2 / transports.length);
    const perKeyed = Math.floor(perTransport / 3);
    const runs = transports.flatMap((transport) => [
      { transport, keys: false, inputs: perTransport - perKeyed },
      { transport, keys: true, inputs: perKeyed },
    ]);
    const sockets: (SocketFuzzReport & { perSecond: number })[] = [];
    const ofDecoders = frames - perTransport * transports.length;
    const begunNs = clock.nowNs();
    const counts = await fuzzDecoders({
      inputs: ofDecoders,
      seed,
      signal,
      onProgress: showing('readers', ofDecoders),
    });
    const readers = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const decoders = { inputs: readers, counts, perSecond: perSecond(readers, begunNs) };
    say.write(`readers: ${JSON.stringify(decoders)}\n`);
    for (const run of runs) {
      if (signal.aborted) break;
      const startNs = clock.nowNs();
      const name = run.keys ? `${run.transport} with keys` : run.transport;
      const report = await fuzzSockets({ ...run, seed, signal, onProgress: showing(name, run.inputs) });
      sockets.push({ ...report, perSecond: perSecond(report.inputs, startNs) });
      say.write(`${name}: ${JSON.stringify(sockets.at(-1))}\n`);
    }
    if (signal.aborted) say.write('ended early, as asked; nothing was found so far\n');
    if (json)
      process.stdout.write(`${JSON.stringify({ seed, isComplete: !signal.aborted, decoders, sockets })}\n`);
    return signal.aborted ? 130 : 0;
  } catch (error) {
    if (!(error instanceof FuzzFailure)) throw error;
    const file = error.write('.');
    say.write(`FAILURE with seed ${seed}: ${error.message}\n${error.inputs.length} inputs are in ${file}\n`);
    if (json) process.stdout.write(`${JSON.stringify({ seed, failure: error.message, file })}\n`);
    return 1;
  } finally {
    cleanUp();
    rmSync(fileURLToPath(import.meta.url), { force: true });
  }
}

await runCommand('fuzz', main);
