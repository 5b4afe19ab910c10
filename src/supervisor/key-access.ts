import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { Budget } from '../access/budget.js';
import { KEYS_FILE } from '../access/keys-file.js';
import { UsedNonces } from '../access/used-nonces.js';
import type { KeyedAccess } from '../gateway/keyed-gatekeeper.js';
import { ListenError } from '../gateway/transport/listening.js';
import { KEY_MESSAGES_PER_SECOND, KEY_ORDERS_PER_SECOND, REQUEST_WINDOW_MS } from '../model/limits.js';
import type { ExchangeSettings } from './exchange-settings.js';
import { KeysWatch, type KeysWatchParts } from './keys-watch.js';

/**
 * The keys file of an exchange, and what its gateways share; undefined where there is none.
 *
 * @throws KeysFileError where it is not as it must be; ListenError where there is none and strangers could connect
 */
export function openKeys(
  settings: ExchangeSettings,
  parts: Omit<KeysWatchParts, 'path'>,
): { readonly watch: KeysWatch; readonly access: KeyedAccess } | undefined {
  const usual = join(settings.data, KEYS_FILE);
  const path = settings.keys ?? (existsSync(usual) ? usual : undefined);
  if (path === undefined) {
    if (isLoopback(settings.host)) return undefined;
    throw new ListenError(
      `at ${settings.host} strangers could trade, since there is no keys file: make one with "tickloom keys add", name it with --keys, or listen on 127.0.0.1`,
    );
  }
  const watch = new KeysWatch({ ...parts, path });
  const windowNs = (settings.signatureWindowMs ?? REQUEST_WINDOW_MS) * 1e6;
  const access: KeyedAccess = {
    keys: watch.keys,
    nonces: UsedNonces.allocate({ windowNs }),
    windowNs,
    messageBudgets: Budget.allocate(),
    orderBudgets: Budget.allocate(),
    gateways: settings.gateways,
    messagesPerSecond: settings.messagesPerSecond ?? KEY_MESSAGES_PER_SECOND,
    ordersPerSecond: settings.ordersPerSecond ?? KEY_ORDERS_PER_SECOND,
  };
  return { watch, access };
}

/** True where only this machine can connect. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith('127.');
  return host === 'localhost' || host === '::1';
}
