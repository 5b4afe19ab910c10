import { describe } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why a suite was skipped, for the last lines of the summary. */
    notRun?: string;
  }
}

/**
 * A suite that needs something which may not be there. Where `missing` says what to install, the suite is skipped, and the
 * summary ends with `NOT RUN: <name>: <what to install>`; `not-run-reporter.ts` prints it.
 */
export function describeWith(missing: string | undefined, name: string, suite: () => void): void {
  if (missing === undefined) describe(name, suite);
  else describe(name, { skip: true, meta: { notRun: `${name}: ${missing}` } }, suite);
}
