import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files and rooms that take a minute or so. Begun last, they would leave all workers but one without work in the end. */
const LONG = [
  'test/simulation/',
  'test/kill/',
  'test/client/faults',
  'test/store/',
  'test/exchange/lifecycle',
  'test/load/main',
  'test/cli/replay',
  'test/resume/',
  'test/journal/bit-flips',
  'test/gateway/market/data',
];

/** Begins with the files that take longest, and goes on in the usual order. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const path = relative(this.ctx.config.root, moduleId);
      const at = LONG.findIndex((start) => path.startsWith(start));
      return at < 0 ? LONG.length : at;
    };
    const usual = await super.sort(files);
    return usual.sort((a, b) => rank(a) - rank(b));
  }
}
