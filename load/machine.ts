import { existsSync, readFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';

/** Where a result comes from: without it a figure means nothing. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly platform: string;
  readonly kernel: string;
  readonly node: string;
  readonly tickloom: string;
  /** As it was typed. */
  readonly command: string;
}

/** The machine, the versions and the command of this run. */
export function thisMachine(argv: readonly string[]): Machine {
  // As it is built, this file lies one directory deeper.
  const built = new URL('../../package.json', import.meta.url);
  const path = existsSync(built) ? built : new URL('../package.json', import.meta.url);
  const about = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    kernel: release(),
    node: process.version,
    tickloom: about.version,
    command: ['npm run --silent load --', ...argv].join(' '),
  };
}

/** The same in lines. */
export function machineText(machine: Machine): string {
  const { processor, cores, memoryGib, platform, kernel, node, tickloom, command } = machine;
  return (
    `machine: ${processor}, ${cores} cores, ${memoryGib} GiB, ${platform}, kernel ${kernel}\n` +
    `versions: tickloom ${tickloom}, Node.js ${node}\n` +
    `command: ${command}\n`
  );
}
