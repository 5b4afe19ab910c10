import { StoreRefused } from './sink.js';

export interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Where a Redis is and how to get in, as its URL says. */
export interface RedisPlace {
  readonly nodes: readonly RedisNode[];
  /** Said to be a cluster; a single node may turn out to be one. */
  readonly isCluster: boolean;
  readonly isEncrypted: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  /** For people: without the password. */
  readonly name: string;
}

const DEFAULT_PORT = 6379;
const FORMS = 'redis://user:password@host:6379/0, rediss://… or redis+cluster://host:6379,host:6379';
const SHAPE = /^(rediss?)(\+cluster)?:\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/(\d*))?$/;

/** @throws StoreRefused where it is no URL of a Redis */
export function redisPlace(url: string): RedisPlace {
  const found = SHAPE.exec(url.trim());
  if (found === null) throw new StoreRefused(`the URL of Redis is none; write ${FORMS}`);
  const [, scheme = '', cluster, who = '', hosts = '', database = ''] = found;
  const nodes = hosts.split(',').map(node);
  const isCluster = cluster !== undefined;
  if (!isCluster && nodes.length > 1)
    throw new StoreRefused(
      `the URL of Redis names ${nodes.length} hosts; for a cluster write redis+cluster://${hosts}`,
    );
  if (isCluster && Number(database) > 0)
    throw new StoreRefused('a Redis cluster has no databases; leave the number out of the URL');
  const colon = who.indexOf(':');
  const username = colon < 0 ? who : who.slice(0, colon);
  const password = colon < 0 ? '' : who.slice(colon + 1);
  return {
    nodes,
    isCluster,
    isEncrypted: scheme === 'rediss',
    username: plain(username) || undefined,
    password: plain(password) || undefined,
    database: Number(database),
    name: nodes.map(({ host, port }) => `${host}:${port}`).join(','),
  };
}

function node(text: string): RedisNode {
  const [, bracketed, bare, digits] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(text.trim()) ?? [];
  const host = bracketed ?? bare;
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (host === undefined || port < 1 || port > 65_535)
    throw new StoreRefused(`"${text}" in the URL of Redis is no host with a port; write ${FORMS}`);
  return { host, port };
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new StoreRefused('user or password in the URL of Redis hold a bare %; write it as %25');
  }
}
