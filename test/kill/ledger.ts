import { type Event, eventFlag } from '../support/binary-client.js';
import type { SentCommand } from './commands.js';

/** An answer over HTTP, as far as it names what the log holds. */
export interface HttpAnswer {
  readonly place: number;
  readonly index: number;
  readonly kind: string;
  readonly code: number;
  readonly orderId: number;
}

/** What one command came to, as its clients were told. */
export interface Told {
  readonly command: SentCommand;
  answer?: Event;
  httpAnswer?: HttpAnswer;
}

/** All that clients of one data directory sent and were told. */
export class Ledger {
  /** By account and client id. */
  readonly commands = new Map<string, Told>();
  /** First tellings, by place, index and account. */
  readonly events = new Map<string, Event>();
  readonly differences: string[] = [];
  repeated = 0;
  refused = 0;

  note(command: SentCommand): Told {
    const told: Told = { command };
    this.commands.set(commandKey(command.account, command.clientId), told);
    return told;
  }

  /** Takes what a session was told. Returns the command where this answers one for the first time. */
  take(event: Event): Told | undefined {
    const isAnswer = (event.flags & eventFlag.answer) !== 0;
    if (event.flags & eventFlag.refused) {
      this.refused++;
      return undefined;
    }
    const isRepeated = (event.flags & eventFlag.repeated) !== 0;
    if (!isRepeated) {
      const key = eventKey(event);
      const before = this.events.get(key);
      if (before === undefined) this.events.set(key, event);
      else if (contentOf(before) !== contentOf(event))
        this.differ(`event ${key} was told as ${contentOf(before)} and as ${contentOf(event)}`);
    }
    if (!isAnswer) return undefined;
    if (isRepeated) this.repeated++;
    const key = commandKey(event.account, event.clientId);
    const told = this.commands.get(key);
    if (told === undefined) {
      this.differ(`an answer came to ${key}, which nobody sent: ${contentOf(event)}`);
      return undefined;
    }
    if (told.answer !== undefined) {
      if (answerOf(told.answer) !== answerOf(event))
        this.differ(`command ${key} was answered ${answerOf(told.answer)} and then ${answerOf(event)}`);
      return undefined;
    }
    told.answer = event;
    return told;
  }

  takeHttp(told: Told, answer: HttpAnswer): void {
    const before = told.httpAnswer;
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(answer))
      this.differ(
        `command ${commandKey(told.command.account, told.command.clientId)} was answered over HTTP ` +
          `${JSON.stringify(before)} and then ${JSON.stringify(answer)}`,
      );
    told.httpAnswer = answer;
  }

  differ(sentence: string): void {
    this.differences.push(sentence);
  }
}

export function commandKey(account: number, clientId: number | string): string {
  return `${account}:${typeof clientId}:${clientId}`;
}

export function eventKey(event: Event): string {
  return `${event.place}/${event.index}`;
}

/** All that an event says but the sentence, which a gateway adds to what the log has. */
export function contentOf(event: Event): string {
  const { sentence, ...content } = event;
  return JSON.stringify({ ...content, flags: content.flags & ~eventFlag.sentence }, plainly);
}

/** All that an answer says but what a repeated one says otherwise: it comes alone, names the session, and has no chain. */
export function answerOf(event: Event): string {
  const { previousIndex, previousPlace, sentence, ...answer } = event;
  const different = eventFlag.repeated | eventFlag.last | eventFlag.sentence;
  return JSON.stringify({ ...answer, flags: answer.flags & ~different }, plainly);
}

function plainly(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
