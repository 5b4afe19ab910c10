/**
 * The journal holds what no crash leaves behind, or its commands do not make the events that they made when it was
 * written. Nothing was changed; the exchange must not start on it. The message is one sentence.
 */
export class JournalDamage extends Error {
  override readonly name = 'JournalDamage';
}

/** Damage at one place; `what` goes on after "The journal is damaged at byte … of …:", without a full stop. */
export function damageAt(file: string, offset: number, what: string): JournalDamage {
  return new JournalDamage(`The journal is damaged at byte ${offset} of ${file}: ${what}.`);
}

/** The journal was written by a version of this program that this one does not replace. */
export class JournalVersionMismatch extends Error {
  override readonly name = 'JournalVersionMismatch';
  readonly file: string;
  readonly found: number;
  readonly expected: number;

  /** `what` is "format" or "matching rules". */
  constructor(file: string, what: string, found: number, expected: number) {
    super(
      `${file} was written with ${what} version ${found} and this program has version ${expected}: ` +
        'start the program version that wrote it, or name another data directory.',
    );
    this.file = file;
    this.found = found;
    this.expected = expected;
  }
}

/** A write or a sync failed. What was being written is not acknowledged, and the writer has left that segment. */
export class JournalWriteError extends Error {
  override readonly name = 'JournalWriteError';
  readonly file: string;

  constructor(file: string, cause: unknown) {
    super(`The journal cannot write ${file}: ${cause instanceof Error ? cause.message : String(cause)}.`, {
      cause,
    });
    this.file = file;
  }
}
