import { existsSync, readFileSync } from 'node:fs';
import type { SnapshotOutcome } from '../follower/follower-messages.js';
import type { UnlistedInstrument } from '../model/instrument.js';
import type { InstrumentObject } from '../wire/instrument-object.js';
import { nameOf, priorities } from '../wire/term-names.js';
import { parseConfig } from './config-file.js';
import { signedHeaders } from './key-files.js';
import { switchOption, textOption, wholeOption, wordOption } from './option-kinds.js';
import { type Command, helpText, type OptionValues, readOptions, UsageError } from './option-table.js';
import { startOptions } from './options.js';
import { table } from './table.js';

const adminOptions = {
  host: textOption('<address>', '127.0.0.1', 'Address of the exchange.'),
  port: wholeOption(1, 65_535, 9001, 'Its TCP port.'),
  account: wholeOption(0, 0x7fffffff, 0, 'cancel-all: whose orders; 0: those of all accounts.', {
    from: ['flag'],
  }),
  symbol: textOption('<symbol>', '', 'cancel-all: of one instrument.', {
    defaultText: 'all of them',
    from: ['flag'],
  }),
  side: wordOption(['both', 'buy', 'sell'], 'both', 'cancel-all: of one side.', { from: ['flag'] }),
  'key-id': textOption(
    '<name>',
    undefined,
    'The key that signs, where the exchange has keys; of scope admin.',
    {
      defaultText: 'none',
      from: ['flag', 'environment'],
    },
  ),
  'key-file': textOption('<file>', undefined, 'Its private key in PEM, or its secret in hex.', {
    defaultText: 'none',
    from: ['flag', 'environment'],
  }),
  tls: switchOption('Asks over TLS (https).', { from: ['flag'] }),
  json: switchOption('Prints the answer as one line of JSON.'),
};
type AdminOptions = OptionValues<typeof adminOptions>;

const adminCommand: Command<typeof adminOptions> = {
  name: 'tickloom admin',
  about: 'Tells a running exchange what to do, by HTTP.',
  options: adminOptions,
  positionals: [
    { name: 'action', required: true, help: 'what to do; see below' },
    { name: 'subject', required: false, help: 'the symbol, account or instrument that it is about' },
  ],
  notes: [
    'instruments: lists them. health: how the threads are. snapshot: takes a snapshot of every shard now.',
    'halt <symbol>, resume <symbol>, close <symbol>: cancels only; trading; the end of the day.',
    'cancel-all: cancels orders, of all accounts where none is named.',
    'stop-account <account>: throws its kill switch, which cancels its orders and takes no new ones. release-account <account>: takes that back.',
    'add-instrument <file or JSON>: lists an instrument, with the fields that it has in a configuration file.',
    'Where the exchange has keys, name one of scope admin: --key-id and --key-file, or TICKLOOM_KEY_ID and TICKLOOM_KEY_FILE.',
    'Exits with 0 where it was done, with 1 where the exchange said no or is not there.',
  ],
};

/** A request, and what its answer says in a sentence or a table. */
interface Action {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  readonly say: (answer: unknown) => string;
}

/** What the answers have that is shown; the routes have tests of their own. */
type ListedInstrument = InstrumentObject & { readonly shard: number };

interface Health {
  readonly status: string;
  readonly sessions: number;
  readonly shards: readonly {
    readonly shard: number;
    readonly phase: string;
    readonly disk: string;
    readonly sequence: number;
    readonly liveOrders: number;
    readonly restarts: number;
    readonly follower?: { readonly behind: number; readonly snapshot: number };
  }[];
}

const HTTP_MS = 30_000;

const states = { halt: 'halted', resume: 'continuous', close: 'closed' } as const;

/** `tickloom admin`. Returns the exit code. */
export async function admin(args: readonly string[]): Promise<number> {
  const read = readOptions(adminCommand, args, process.env);
  if (read === 'help') {
    console.log(helpText(adminCommand));
    return 0;
  }
  const { values, positionals } = read;
  const action = actionOf(positionals[0]!, positionals[1], values);
  const { status, answer } = await ask(values, action);
  if (values.json) console.log(JSON.stringify(answer));
  // A health that is not well is what was asked for, and no failure of the question.
  const isDone = status < 300 || (action.path === '/health' && 'shards' in (answer as object));
  if (isDone && !values.json) console.log(action.say(answer));
  if (!isDone && !values.json)
    console.error(`tickloom: ${(answer as { text?: string }).text ?? `the exchange answered ${status}`}`);
  return isDone ? 0 : 1;
}

function actionOf(name: string, subject: string | undefined, options: AdminOptions): Action {
  const needed = (what: string) => {
    if (subject === undefined) throw new UsageError([`${name}: missing; name ${what}`]);
    return subject;
  };
  switch (name) {
    case 'instruments':
      return { method: 'GET', path: '/instruments', say: sayInstruments };
    case 'health':
      return { method: 'GET', path: '/health', say: sayHealth };
    case 'snapshot':
      return { method: 'POST', path: '/snapshots', say: saySnapshots };
    case 'halt':
    case 'resume':
    case 'close': {
      const symbol = needed('the symbol of an instrument');
      return {
        method: 'POST',
        path: `/instruments/${encodeURIComponent(symbol)}/state`,
        body: { state: states[name] },
        say: (answer) => `${symbol} is ${(answer as { state: string }).state}.`,
      };
    }
    case 'cancel-all': {
      const query = new URLSearchParams({ account: String(options.account) });
      if (options.symbol !== '') query.set('symbol', options.symbol);
      if (options.side !== 'both') query.set('side', options.side);
      return {
        method: 'DELETE',
        path: `/orders?${query}`,
        say: (answer) => `Orders cancelled: ${(answer as { orders: number }).orders}.`,
      };
    }
    case 'stop-account':
    case 'release-account': {
      const account = needed('an account');
      const killSwitch = name === 'stop-account';
      return {
        method: 'PATCH',
        path: `/accounts/${encodeURIComponent(account)}`,
        body: { killSwitch },
        say: () =>
          killSwitch
            ? `Account ${account} is stopped, and its orders are cancelled.`
            : `Account ${account} may trade again.`,
      };
    }
    case 'add-instrument':
      return {
        method: 'POST',
        path: '/instruments',
        body: listingOf(readInstrument(needed('a file, or the instrument as JSON'))),
        say: (answer) => {
          const { symbol, id, shard } = answer as ListedInstrument;
          return `${symbol} is listed as number ${id} in shard ${shard}.`;
        },
      };
    default:
      throw new UsageError([
        `"${name}": no such action; there are instruments, health, snapshot, halt, resume, close, cancel-all, stop-account, release-account and add-instrument`,
      ]);
  }
}

/** An instrument as a configuration file has it: in a file or as JSON, alone. */
function readInstrument(text: string): UnlistedInstrument {
  const isInline = text.trimStart().startsWith('{');
  if (!isInline && !existsSync(text)) throw new UsageError([`${text}: there is no such file`]);
  const json = isInline ? text : readFileSync(text, 'utf8');
  const name = isInline ? 'the instrument' : text;
  const { instruments } = parseConfig(`{"instruments":[${json}]}`, name, startOptions);
  return instruments[0]!;
}

function listingOf({ priority, ...instrument }: UnlistedInstrument): object {
  return { ...instrument, priority: nameOf(priorities, priority) };
}

async function ask(
  { host, port, tls, keyId, keyFile }: AdminOptions,
  { method, path, body }: Action,
): Promise<{ status: number; answer: unknown }> {
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  if ((keyId === undefined) !== (keyFile === undefined))
    throw new UsageError(['a request is signed with both: --key-id <name> and --key-file <file>']);
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers =
    keyFile === undefined ? {} : signedHeaders(keyFile, keyId!, { method, target: path, body: text });
  let response: Response;
  try {
    response = await fetch(`http${tls ? 's' : ''}://${at}${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(HTTP_MS),
      ...(body === undefined ? {} : { body: text }),
    });
  } catch (error) {
    if ((error as Error).name === 'TimeoutError')
      throw new Error(`the exchange at ${at} did not answer within ${HTTP_MS / 1000} s; look at its health`);
    throw new Error(`nothing answers at ${at}; start the exchange, or name it with --host and --port`);
  }
  try {
    return { status: response.status, answer: await response.json() };
  } catch {
    throw new Error(`what listens at ${at} is no exchange; name it with --host and --port`);
  }
}

function sayInstruments(answer: unknown): string {
  const instruments = answer as readonly ListedInstrument[];
  if (instruments.length === 0) return 'No instruments are listed.';
  return table([
    ['id', 'symbol', 'shard', 'tick', 'lot', 'prices', 'sizes'],
    ...instruments.map((one) => [
      one.id,
      one.symbol,
      one.shard,
      one.tickSize,
      one.lotSize,
      `${one.minPrice} to ${one.maxPrice}`,
      `${one.minSize} to ${one.maxSize}`,
    ]),
  ]);
}

function sayHealth(answer: unknown): string {
  const { status, sessions, shards } = answer as Health;
  const rows = shards.map((shard) => [
    shard.shard,
    shard.phase,
    shard.disk,
    shard.sequence,
    shard.liveOrders,
    shard.restarts,
    shard.follower?.behind ?? '-',
    shard.follower?.snapshot ?? '-',
  ]);
  const head = [
    'shard',
    'phase',
    'disk',
    'sequence',
    'live orders',
    'restarts',
    'follower behind',
    'snapshot',
  ];
  return `${status}, ${sessions} sessions\n${table([head, ...rows])}`;
}

function saySnapshots(answer: unknown): string {
  return (answer as readonly SnapshotOutcome[])
    .map(({ shard, sequence, file }) => `Shard ${shard}: ${file} holds all up to sequence ${sequence}.`)
    .join('\n');
}
