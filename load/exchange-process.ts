import { fileURLToPath } from 'node:url';
import { MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS } from '../src/model/limits.js';
import type { DataDirectory } from './data-directory.js';
import { writeExchangeConfig } from './exchange-config.js';
import type { ExchangeOptions } from './modes.js';
import { ServerProcess } from './server-process.js';

/**
 * Starts an exchange in a process of its own.
 *
 * @param more options of `tickloom start` besides those that every run gives
 * @param connections of the run: where they are more than an exchange allows by itself, it is told to allow them
 */
export function startExchange(
  options: ExchangeOptions,
  data: DataDirectory,
  more: readonly string[] = ['--postgres', 'off'],
  connections = 0,
): Promise<ServerProcess> {
  const script = fileURLToPath(new URL('../src/cli/main.js', import.meta.url));
  const config = options.configFile ?? writeExchangeConfig(data.scratch, options.shards);
  return ServerProcess.start('the exchange', script, [
    'start',
    '--restarts',
    '0',
    ...['--port', '0'],
    ...['--data', data.path],
    ...['--shards', String(options.shards)],
    ...['--gateways', String(options.gateways)],
    ...['--durability', options.durability],
    ...['--follower', options.follower],
    ...more,
    ...atLeast('--max-connections', connections, MAX_CONNECTIONS),
    ...atLeast('--max-connections-per-address', connections, MAX_CONNECTIONS_PER_ADDRESS),
    ...given('--client-backlog-bytes', options.clientBacklogBytes),
    ...given('--client-stall-ms', options.clientStallMs),
    // What was acknowledged is counted in the journal, all of it.
    ...['--old-segments', 'keep'],
    ...['--config', config],
    '--json',
  ]);
}

function given(name: string, value: number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}

function atLeast(name: string, needed: number, allowed: number): string[] {
  return given(name, needed > allowed ? needed : undefined);
}
