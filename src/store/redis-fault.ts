import { PositionMoved, StoreAway, StoreDamaged, StoreRefused } from './sink.js';

/** Beginnings of answers of Redis that no retry will change, with what to do. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/^(WRONGPASS|NOAUTH|ERR invalid password)/, 'put the right user and password into its URL'],
  [/^ERR (Client sent )?AUTH/, 'it asks for no password: take it out of the URL'],
  [/^NOPERM/, 'give its user the commands and keys that docs/redis.md names'],
  [/^ERR (DB index|invalid DB)|^ERR SELECT is not allowed/, 'name a database that it has in the URL'],
  [/^WRONGTYPE/, 'a key of the shard is something else: delete the keys that begin with tickloom:'],
  [/^ERR unknown command|^ERR syntax error/, 'Redis 6.2 or a newer one is needed'],
  [/^Unknown RESP type/, 'what answers there is no Redis: mend the host and port in its URL'],
  [/^(MOVED|CROSSSLOT)/, 'it is a cluster: write its URL as redis+cluster://…'],
];

/** Faults of certificates: a retry meets the same one. */
const CERTIFICATE = /CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_VERIFY/;

/** What went wrong at Redis, as the pipe knows it. One sentence. */
export function redisFault(error: unknown, name: string): Error {
  if (
    error instanceof StoreAway ||
    error instanceof StoreRefused ||
    error instanceof StoreDamaged ||
    error instanceof PositionMoved
  )
    return error;
  const { message = '', code = '' } = first(error);
  const said = message.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  for (const [pattern, advice] of REFUSALS)
    if (pattern.test(said)) return new StoreRefused(`Redis at ${name} refuses: ${said}; ${advice}`);
  if (CERTIFICATE.test(code))
    return new StoreRefused(
      `the certificate of Redis at ${name} is not trusted (${code}); name its authority in NODE_EXTRA_CA_CERTS`,
    );
  return new StoreAway(`Redis at ${name} is away: ${said || code || 'no answer'}`);
}

/** A failed look at several addresses of a name has no message of its own. */
function first(error: unknown): { message?: string; code?: string } {
  if (error instanceof AggregateError && error.message === '') return error.errors[0];
  return error instanceof Error ? error : { message: String(error) };
}
