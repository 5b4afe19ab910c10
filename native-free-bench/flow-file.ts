import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './outcome.js';

export const FLOW_NAMES = ['steady', 'grow'] as const;
export type FlowName = (typeof FLOW_NAMES)[number];

/** Operations of a whole flow. */
export const FLOW_OPERATIONS = 2_000_000;

/** One operation of a flow is five words: type, side, id, price, size. */
export const OPERATION_WORDS = 5;
export const OPERATION_SIDE = 1;
export const OPERATION_ID = 2;
export const OPERATION_PRICE = 3;
export const OPERATION_SIZE = 4;

export const OperationType = { Limit: 0, Cancel: 1, ImmediateOrCancel: 2 } as const;
export const OPERATION_BUY = 0;

const SEED = 42;
/** What the generator is asked for besides: `steady` keeps so many orders outstanding. */
const generatorArguments: Readonly<Record<FlowName, readonly string[]>> = {
  steady: ['steady', '10000'],
  grow: ['grow'],
};

/** What must come of a whole flow: seven engines in three languages agree on it. */
export const knownOutcomes: Readonly<Record<FlowName, Outcome>> = {
  steady: { trades: 455_750, tradedLots: 11_619_540, bestBidTicks: 29_877, bestAskTicks: 29_878 },
  grow: { trades: 832_079, tradedLots: 21_245_715, bestBidTicks: 29_806, bestAskTicks: 29_807 },
};

/** The flow generator, which is no part of the project, is not there. */
export class MissingDataError extends Error {
  override readonly name = 'MissingDataError';
}

/** The generated flows, in a temporary directory. */
export class FlowFiles {
  #directory: string | undefined;
  readonly #paths = new Map<FlowName, string>();

  /**
   * The file that holds a flow; made where it is not there yet.
   *
   * @throws MissingDataError where there is no generator
   */
  async path(flow: FlowName, signal?: AbortSignal): Promise<string> {
    const known = this.#paths.get(flow);
    if (known !== undefined) return known;
    const generator = findGenerator();
    if (!existsSync(generator))
      throw new MissingDataError(
        `there is no ${generator}: set TICKLOOM_DATA to the folder that holds synthetic-flow.mjs`,
      );
    this.#directory ??= mkdtempSync(join(tmpdir(), 'tickloom-bench-'));
    const path = join(this.#directory, `${flow}.bin`);
    const parameters = [path, String(FLOW_OPERATIONS), String(SEED), ...generatorArguments[flow]];
    await new Promise<void>((resolved, failed) => {
      const options = signal === undefined ? {} : { signal };
      execFile(process.execPath, [generator, ...parameters], options, (error) =>
        error === null ? resolved() : failed(error),
      );
    });
    this.#paths.set(flow, path);
    return path;
  }

  remove(): void {
    if (this.#directory !== undefined) rmSync(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
    this.#paths.clear();
  }
}

/** The first operations of a flow. */
export function readFlow(path: string, operations: number): Int32Array {
  const bytes = readFileSync(path);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  if (words.length < operations * OPERATION_WORDS)
    throw new Error(`${path} holds ${words.length / OPERATION_WORDS} operations and not ${operations}`);
  return words.slice(0, operations * OPERATION_WORDS);
}

/** In the folder that TICKLOOM_DATA names, else in the one beside the project. */
export function findGenerator(): string {
  const folder = process.env['TICKLOOM_DATA'] ?? resolve(projectDirectory(), '../shared/data');
  return join(folder, 'synthetic-flow.mjs');
}

/** The directory of package.json, whether this runs from its sources or built. */
function projectDirectory(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json')) && dirname(directory) !== directory)
    directory = dirname(directory);
  return directory;
}
