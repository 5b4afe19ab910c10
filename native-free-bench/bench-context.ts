import type { ChildProcesses } from './child-process.js';
import type { FlowFiles } from './flow-file.js';
import type { BenchOptions } from './options.js';

/** What the parts of the benchmark work with. */
export interface BenchContext {
  readonly options: BenchOptions;
  readonly children: ChildProcesses;
  readonly files: FlowFiles;
  readonly signal: AbortSignal;
  /** Says what was measured just now, in one line. */
  progress(text: string): void;
  /** Says why the benchmark does not count, in one sentence. */
  fail(text: string): void;
}
