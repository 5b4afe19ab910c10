import { join, resolve } from 'node:path';
import { type Key, keyKinds } from '../access/key.js';
import { changeKeysFile, editorOf, KEYS_FILE, KeysFileError, readKeysFile } from '../access/keys-file.js';
import { type KeyFacts, newEd25519Key, newHmacKey, newTokenKey, randomHex } from '../access/new-key.js';
import { type Scope, scopes } from '../access/scope.js';
import { KEY_ID_PATTERN } from '../access/signed-text.js';
import { LiveClock } from '../clock/live-clock.js';
import { SystemRandomness } from '../clock/randomness.js';
import { makeDirectories } from '../journal/make-directories.js';
import { MAX_KEY_ACCOUNTS, MAX_KEY_RATE } from '../model/limits.js';
import { shownValue } from '../wire/field-fault.js';
import { readPublicKey, signedHeaders } from './key-files.js';
import { type OptionExtras, switchOption, textOption, wholeOption, wordOption } from './option-kinds.js';
import {
  type Command,
  helpText,
  type Option,
  type OptionSource,
  type OptionValues,
  readOptions,
  UsageError,
} from './option-table.js';
import { table } from './table.js';

const fromFlag = { from: ['flag'] } as const satisfies OptionExtras;

/** A list with commas, each of them once. */
function listOption<Value>(
  placeholder: string,
  parseOne: (text: string) => Value | undefined,
  rule: string,
  help: string,
): Option<readonly Value[] | undefined> {
  return {
    placeholder,
    default: undefined,
    defaultText: 'none',
    parse: (text) => {
      const values = text.split(',').map((part) => parseOne(part.trim()));
      const isRight = values.every((value) => value !== undefined) && new Set(values).size === values.length;
      return isRight ? (values as Value[]) : undefined;
    },
    rule,
    help,
    ...fromFlag,
  };
}

const keysOptions = {
  keys: textOption('<file>', undefined, 'The keys file.', {
    defaultText: `${KEYS_FILE} in the data directory`,
    from: ['flag', 'environment'],
  }),
  data: textOption('<directory>', './data', 'The data directory of the exchange.', {
    from: ['flag', 'environment'],
  }),
  accounts: listOption(
    '<numbers>',
    (text) => (/^[1-9][0-9]{0,9}$/.test(text) && Number(text) <= 0x7fffffff ? Number(text) : undefined),
    'a list like 7,8 of whole numbers from 1 to 2147483647, each once',
    `add: the accounts that the key may act for, with commas, up to ${MAX_KEY_ACCOUNTS}.`,
  ),
  scopes: listOption<Scope>(
    '<scopes>',
    (text) => scopes.find((scope) => scope === text),
    'a list like read,trade of read, trade and admin, each once',
    'add: what it may do: read, trade, admin, with commas. Each includes those before it.',
  ),
  kind: wordOption(
    keyKinds,
    'ed25519',
    'add: a pair of which the exchange holds the public half; a shared secret; or a bearer token for GET alone.',
    fromFlag,
  ),
  'public-key': textOption('<hex or file>', undefined, 'add: the public half of a pair that is there.', {
    defaultText: 'a new pair is made',
    ...fromFlag,
  }),
  id: textOption('<name>', undefined, 'add: the name of the key. sign: that of the key that signs.', {
    defaultText: 'add: a new one',
    ...fromFlag,
  }),
  'orders-per-second': wholeOption(1, MAX_KEY_RATE, undefined, 'add: orders that it may send in a second.', {
    defaultText: 'what the exchange allows a key',
    ...fromFlag,
  }),
  'messages-per-second': wholeOption(
    1,
    MAX_KEY_RATE,
    undefined,
    'add: messages and requests that it may send in a second.',
    { defaultText: 'what the exchange allows a key', ...fromFlag },
  ),
  'key-file': textOption('<file>', undefined, 'sign: the private key in PEM, or a shared secret in hex.', {
    defaultText: 'none',
    ...fromFlag,
  }),
  body: textOption('<text>', undefined, 'sign: the body of the request.', {
    defaultText: 'none',
    ...fromFlag,
  }),
  json: switchOption('Prints the outcome as one line of JSON.'),
};
type KeysOptions = OptionValues<typeof keysOptions>;

const keysCommand: Command<typeof keysOptions> = {
  name: 'tickloom keys',
  about: 'Makes, lists and revokes the keys of those who may use an exchange, in its keys file.',
  options: keysOptions,
  positionals: [
    { name: 'action', required: true, help: 'what to do: add, list, revoke or sign' },
    { name: 'subject', required: false, help: 'revoke: the id of the key; sign: the method of the request' },
    { name: 'target', required: false, help: 'sign: the path of the request, with its query' },
  ],
  notes: [
    'add --accounts 7,8 --scopes read,trade: makes a key, and prints once what its owner needs: a private key, a secret or a token. list: what is there, without secrets. revoke <id>: takes a key out, which ends its sessions.',
    "sign POST /orders --id k1 --key-file k1.pem --body '{...}': prints the four headers of a signed request, one a line, as curl takes them with -H @file. They are good for some seconds, once.",
    'A running exchange takes up what has changed by itself; one that was started without a keys file must be started again to have one.',
  ],
};

/** `tickloom keys`. Returns the exit code. */
export async function keys(args: readonly string[]): Promise<number> {
  const read = readOptions(keysCommand, args, process.env);
  if (read === 'help') {
    console.log(helpText(keysCommand));
    return 0;
  }
  const { values, sources } = read;
  const [action, subject, target] = read.positionals;
  const isDefaultFile = values.keys === undefined;
  const file = values.keys ?? join(values.data, KEYS_FILE);
  if (target !== undefined && action !== 'sign')
    throw new UsageError([`${shownValue(target)}: one argument too many; options begin with --`]);
  refuseForeignOptions(action!, sources);
  try {
    switch (action) {
      case 'add':
        // A key may be made before the first start.
        if (isDefaultFile) makeDirectory(values.data);
        return await add(file, values, subject);
      case 'list':
        return list(file, values, subject);
      case 'revoke':
        return await revoke(file, values, subject);
      case 'sign':
        return sign(values, subject, target);
      default:
        throw new UsageError([`${shownValue(action)}: no such action; there are add, list, revoke and sign`]);
    }
  } catch (error) {
    if (error instanceof KeysFileError) throw new UsageError(error.lines);
    throw error;
  }
}

function makeDirectory(directory: string): void {
  try {
    makeDirectories(resolve(directory));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError([`${directory}: the directory cannot be made (${code}); name another with --data`]);
  }
}

/** Which action each option is for; the others are for all. */
const actionsOf: Readonly<Record<string, readonly string[]>> = {
  accounts: ['add'],
  scopes: ['add'],
  kind: ['add'],
  'public-key': ['add'],
  'orders-per-second': ['add'],
  'messages-per-second': ['add'],
  id: ['add', 'sign'],
  'key-file': ['sign'],
  body: ['sign'],
};

/** An option that does nothing may be a mistake that somebody learns of too late. */
function refuseForeignOptions(action: string, sources: Readonly<Record<string, OptionSource>>): void {
  const faults = Object.entries(actionsOf)
    .filter(([name, actions]) => sources[name] === 'flag' && !actions.includes(action))
    .map(([name, actions]) => `--${name}: is for keys ${actions.join(' and keys ')} alone; leave it out`);
  if (faults.length > 0) throw new UsageError(faults);
}

async function add(file: string, values: KeysOptions, subject: string | undefined): Promise<number> {
  if (subject !== undefined)
    throw new UsageError([`${shownValue(subject)}: one argument too many; name the key with --id`]);
  const { key, forOwner } = newKey(values);
  await changeKeysFile(file, (keys) => {
    if (keys.some(({ id }) => id === key.id))
      throw new UsageError([
        `--id: ${file} has a key "${key.id}" already; choose another id, or revoke that one`,
      ]);
    return [...keys, key];
  });
  if (values.json)
    console.log(JSON.stringify({ file, key: shownKey(key), ...ownersPart(key.kind, forOwner) }));
  else console.log(addedText(file, key, forOwner));
  return 0;
}

/** The key, and what its owner is given; undefined where the owner has it already. */
function newKey(values: KeysOptions): { readonly key: Key; readonly forOwner: string | undefined } {
  const { kind, publicKey, accounts = [] } = values;
  const randomness = new SystemRandomness();
  const clock = new LiveClock();
  const id = values.id ?? `key-${randomHex(8, randomness)}`;
  const held = values.scopes ?? (kind === 'token' ? (['read'] as const) : undefined);
  const faults: string[] = [];
  if (!KEY_ID_PATTERN.test(id))
    faults.push(`--id: ${shownValue(id)} must be 1 to 36 letters, digits, dots, underscores or hyphens`);
  if (held === undefined) faults.push(`--scopes: missing; must be ${keysOptions.scopes.rule}`);
  if (accounts.length > MAX_KEY_ACCOUNTS)
    faults.push(
      `--accounts: ${accounts.length} accounts are more than ${MAX_KEY_ACCOUNTS}; make several keys`,
    );
  if (held?.includes('trade') && !held.includes('admin') && accounts.length === 0)
    faults.push('--accounts: missing; a key that trades must name the accounts that it trades for');
  if (kind === 'token' && held?.some((scope) => scope !== 'read'))
    faults.push('--scopes: a token can have the scope read alone; take --kind ed25519 or hmac for more');
  if (publicKey !== undefined && kind !== 'ed25519')
    faults.push(`--public-key: is for keys of the kind ed25519; a key of the kind ${kind} has none`);
  if (faults.length > 0) throw new UsageError(faults);
  const facts: KeyFacts = {
    id,
    scopes: [...held!],
    accounts: [...accounts],
    createdAt: new Date(Number(clock.epochNs() / 1_000_000n)).toISOString(),
    ...(values.ordersPerSecond === undefined ? {} : { ordersPerSecond: values.ordersPerSecond }),
    ...(values.messagesPerSecond === undefined ? {} : { messagesPerSecond: values.messagesPerSecond }),
  };
  if (kind === 'hmac') return newHmacKey(facts, randomness);
  if (kind === 'token') return newTokenKey(facts, randomness);
  if (publicKey === undefined) return newEd25519Key(facts);
  return { key: { ...facts, kind, publicKey: readPublicKey(publicKey) }, forOwner: undefined };
}

const ownersNames = { ed25519: 'privateKey', hmac: 'secret', token: 'token' } as const;

function ownersPart(kind: Key['kind'], forOwner: string | undefined): object {
  return forOwner === undefined ? {} : { [ownersNames[kind]]: forOwner };
}

function addedText(file: string, key: Key, forOwner: string | undefined): string {
  const made = `Key ${key.id} (${key.kind}, ${key.scopes.join(', ')}) is in ${file}.`;
  if (forOwner === undefined) return `${made} Whoever has its private half may use it.`;
  const said = {
    ed25519:
      'This is its private key. It is shown this once: the exchange does not keep it, and cannot make it again.',
    hmac: 'This is its secret. It is shown this once; the keys file holds it too, so let nobody else read that.',
    token: 'This is its token. It is shown this once: the exchange keeps its hash alone.',
  };
  return `${made} ${said[key.kind]}\n\n${forOwner.trimEnd()}`;
}

/** What of a key everybody may see. */
function shownKey(key: Key): object {
  if (key.kind !== 'hmac') return key;
  const { secret: _, ...shown } = key;
  return shown;
}

function list(file: string, { json }: KeysOptions, subject: string | undefined): number {
  if (subject !== undefined)
    throw new UsageError([`${shownValue(subject)}: one argument too many; list shows all keys`]);
  const keys = readKeysFile(file, editorOf(file));
  if (json) console.log(JSON.stringify({ file, keys: keys.map(shownKey) }));
  else if (keys.length === 0) console.log(`${file} holds no keys: nobody may come in.`);
  else
    console.log(
      table([
        ['id', 'kind', 'scopes', 'accounts', 'orders/s', 'messages/s', 'created'],
        ...keys.map((key) => [
          key.id,
          key.kind,
          key.scopes.join(','),
          key.accounts.join(',') || '-',
          key.ordersPerSecond ?? '-',
          key.messagesPerSecond ?? '-',
          key.createdAt,
        ]),
      ]),
    );
  return 0;
}

async function revoke(file: string, { json }: KeysOptions, id: string | undefined): Promise<number> {
  if (id === undefined) throw new UsageError(['revoke: missing; name the id of a key']);
  // Without a file there is nothing to lock.
  readKeysFile(file, editorOf(file));
  await changeKeysFile(file, (keys) => {
    const rest = keys.filter((key) => key.id !== id);
    if (rest.length === keys.length)
      throw new UsageError([
        `${file}: there is no key ${shownValue(id)}; tickloom keys list shows those that are`,
      ]);
    return rest;
  });
  console.log(
    json ? JSON.stringify({ file, revoked: id }) : `Key ${id} is revoked: it is no more in ${file}.`,
  );
  return 0;
}

function sign(values: KeysOptions, method: string | undefined, target: string | undefined): number {
  if (method === undefined || target === undefined)
    throw new UsageError(['sign: name the method and the path of the request: keys sign POST /orders']);
  const { id, keyFile, body = '', json } = values;
  const faults: string[] = [];
  if (!/^[A-Z]+$/.test(method))
    faults.push(`${shownValue(method)}: must be a method in capitals, such as GET`);
  if (!/^\/[!-~]*$/.test(target))
    faults.push(
      `${shownValue(target)}: must be the path of the request as it is sent: it begins with a slash`,
    );
  if (id === undefined) faults.push('--id: missing; must be the id of the key that signs');
  if (keyFile === undefined)
    faults.push('--key-file: missing; must be the file of the private key or secret');
  if (faults.length > 0) throw new UsageError(faults);
  const headers = signedHeaders(keyFile!, id!, { method, target, body });
  console.log(
    json
      ? JSON.stringify(headers)
      : Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join('\n'),
  );
  return 0;
}
