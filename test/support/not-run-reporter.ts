import type { Reporter, TestModule } from 'vitest/node';
import type {} from './not-run.js';

/** Says at the very end which suites could not run here, and why: a skipped test is easily overlooked. */
export default class NotRunReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const notRun = new Set<string>();
    for (const module of modules) {
      for (const suite of module.children.allSuites()) {
        const reason = suite.meta().notRun;
        if (reason !== undefined) notRun.add(reason);
      }
    }
    for (const reason of notRun) console.log(`NOT RUN: ${reason}`);
    // Where all is supposed to be installed, a suite that did not run is a fault.
    if (notRun.size > 0 && process.env['TICKLOOM_FAIL_ON_NOT_RUN'] === '1') process.exitCode = 1;
  }
}
