import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LiveClock } from '../clock/live-clock.js';
import { readFlow } from './flow-file.js';
import { GatewayVenue } from './gateway-venue.js';
import { switchOption, wholeOption, wordOption } from './option-kinds.js';
import { type Command, helpText, readOptions } from './option-table.js';
import { cameOutWhole, ReplayCheck, type ReplayTotals } from './replay-check.js';
import { BookVenue, type ReplayVenue, replayInstrument } from './replay-venue.js';
import { stopSignal } from './stop-signal.js';

const replayOptions = {
  through: wordOption(
    ['gateway', 'book'],
    'gateway',
    'A whole exchange on a free port, by WebSocket (gateway), or the matching engine in this process (book).',
    { from: ['flag'] },
  ),
  shards: wholeOption(1, 32, 1, 'Shards of the exchange.'),
  gateways: wholeOption(1, 16, 1, 'Gateways of the exchange.'),
  transport: wordOption(['auto', 'uws', 'node'], 'auto', 'Transport of the exchange.'),
  durability: wordOption(['fsync', 'os', 'none'], 'fsync', 'Durability of the exchange.'),
  json: switchOption('Prints the outcome as one line of JSON.'),
};

const replayCommand: Command<typeof replayOptions> = {
  name: 'tickloom replay',
  about:
    'Sends a recorded flow (*.flow.csv.gz) through an exchange and compares fills and books with the recording, row by row.',
  options: replayOptions,
  positionals: [{ name: 'file', required: true, help: 'the recorded flow' }],
  notes: ['Exits with 0 where all came out as recorded, with 1 where not.'],
};

/** `tickloom replay`. Returns the exit code. */
export async function replay(args: readonly string[]): Promise<number> {
  const read = readOptions(replayCommand, args, process.env);
  if (read === 'help') {
    console.log(helpText(replayCommand));
    return 0;
  }
  const { values } = read;
  const rows = readFlow(read.positionals[0]!);
  const check = new ReplayCheck();
  const onEvent = (_account: number, words: Int32Array, at: number) => check.receive(words, at);
  const venue: ReplayVenue =
    values.through === 'book'
      ? new BookVenue(onEvent)
      : await GatewayVenue.start(
          {
            ...values,
            host: '127.0.0.1',
            port: 0,
            data: mkdtempSync(join(tmpdir(), 'tickloom-replay-')),
            clock: { mode: 'live' },
            instruments: [replayInstrument],
          },
          onEvent,
        );
  const stopped = stopSignal(new LiveClock()).then(() => 'stopped' as const);
  try {
    if ((await Promise.race([check.run(rows, venue, progress(rows.length)), stopped])) === 'stopped')
      return 130;
  } finally {
    await venue.close();
  }
  for (const difference of check.differences) console.error(`tickloom: ${difference}`);
  console.log(values.json ? JSON.stringify(check.totals) : totalsText(check.totals));
  return cameOutWhole(check.totals) ? 0 : 1;
}

/** Tells how far it is, where somebody watches. */
function progress(all: number): (rows: number) => void {
  if (!process.stderr.isTTY) return () => {};
  return (rows) => process.stderr.write(`\r${rows} of ${all} rows `);
}

function totalsText({ aggressors, fills, books, rejected, unexpectedTrades }: ReplayTotals): string {
  return [
    `aggressors  ${aggressors.exact} of ${aggressors.expected} traded exactly as recorded`,
    `fills       ${fills.exact} of ${fills.expected} exact`,
    `books       ${books.equal} of ${books.expected} equal`,
    `rejected    ${rejected}`,
    `unexpected  ${unexpectedTrades} trades that the recording does not have`,
  ].join('\n');
}
