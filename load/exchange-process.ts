import { fileURLToPath } from 'node:url';
import type { DataDirectory } from './data-directory.js';
import { writeExchangeConfig } from './exchange-config.js';
import type { ExchangeOptions } from './modes.js';
import { ServerProcess } from './server-process.js';

/**
 * Starts an exchange in a process of its own.
 *
 * @param more options of `tickloom start` besides those that every run gives
 */
export function startExchange(
  options: ExchangeOptions,
  data: DataDirectory,
  more: readonly string[] = ['--postgres', 'off'],
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
