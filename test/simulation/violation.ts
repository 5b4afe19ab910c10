/** What must hold whatever goes wrong, by a word each. */
export const INVARIANTS = {
  acknowledged: 'every answer that a client has got is in the log, with the same content',
  once: 'a client id has one effect, and one answer',
  refused: 'what was refused each time has had no effect',
  chain: 'the events of an account form its chain without a gap',
  resumed: 'who reconnects is told all that was missed, once',
  oracle: 'the events and the books are those of the slow oracle book',
  kept: 'what was in the log once stays in it',
  sent: 'the log holds nothing that nobody has sent',
  recovered: 'a start comes to the books that the log gives',
  started: 'a power cut, a dead worker or a full disk is never reported as damage',
  flipped: 'a flipped bit is refused with file and place, or makes no difference',
  answered: 'every command is answered in the end',
  thrown: 'nothing is thrown but what the disk has thrown',
  followed: 'the follower comes to the same books as its shard',
} as const;
export type Invariant = keyof typeof INVARIANTS;

/** An invariant does not hold. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: Invariant;

  constructor(invariant: Invariant, what: string, cause?: unknown) {
    super(what, { cause });
    this.invariant = invariant;
  }
}
