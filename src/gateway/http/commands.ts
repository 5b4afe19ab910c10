import { RejectCode } from '../../model/reject.js';
import type { EventObject } from '../../wire/event-schema.js';
import { type Actor, mayActFor } from '../actor.js';
import type { Intake } from '../intake.js';
import { ALL_SHARDS, type Router } from '../router.js';
import type { SessionRegistry } from '../session-registry.js';
import type { Respond } from '../transport/transport.js';
import type { HttpAnswer, HttpAnswers } from './answers.js';
import type { ClientIdMaker } from './client-id-maker.js';
import { fail, refuse, reply } from './reply.js';
import { httpStatus } from './status.js';

export interface HttpCommandParts {
  readonly intake: Intake;
  readonly answers: HttpAnswers;
  readonly sessions: SessionRegistry;
  readonly router: Router;
  readonly clientIds: ClientIdMaker;
}

type Command = Readonly<Record<string, unknown>>;
type Answered = HttpAnswer & { readonly answer: EventObject };

/** Commands that come by HTTP: each is sent into the rings, and its request answered when its answer comes back. */
export class HttpCommands {
  readonly #parts: HttpCommandParts;

  constructor(parts: HttpCommandParts) {
    this.#parts = parts;
  }

  /** A command that brings its client id. */
  run(command: Command, actor: Actor, respond: Respond): void {
    this.#send(command, accountOf(command, actor), actor, respond, false);
  }

  /** One that may be sent again without harm, and so needs no client id of the client's. */
  runAnyId(command: Command, actor: Actor, respond: Respond): void {
    const isGiven = command['clientId'] !== undefined;
    this.#send(
      isGiven ? command : this.#withId(command),
      accountOf(command, actor),
      actor,
      respond,
      !isGiven,
    );
  }

  /** A command of the operator's account. */
  runOperator(command: Command, actor: Actor, respond: Respond): void {
    const isGiven = command['clientId'] !== undefined;
    this.#send(isGiven ? command : this.#withId(command), 0, actor, respond, !isGiven);
  }

  #withId(command: Command): Command {
    return { ...command, clientId: this.#parts.clientIds.next() };
  }

  #send(command: Command, account: number, actor: Actor, respond: Respond, gatewayMadeId: boolean): void {
    const { intake, answers, sessions, router } = this.#parts;
    // A read belongs to nobody.
    if (command['type'] !== 'book' && !mayActFor(actor, account)) {
      refuse(respond, { code: RejectCode.AccountNotYours });
      return;
    }
    const session = sessions.nextNumber();
    const sent = intake.object(command, actor, [account], session, gatewayMadeId);
    if (typeof sent !== 'number') {
      refuse(respond, sent);
      return;
    }
    const isForAll = sent === ALL_SHARDS;
    const shards = isForAll ? Array.from({ length: router.shards }, (_, shard) => shard) : [sent];
    const order = intake.sentRecord();
    answers.add(session, {
      shards,
      order,
      finish: (all) => {
        if (!all.every(isAnswered)) noAnswer(respond);
        else if (isForAll) respondWithAll(respond, all);
        else respondWithOne(respond, all[0]!);
      },
    });
  }
}

/** The account that a command acts for: its own, else the first of the key. */
function accountOf(command: Command, actor: Actor): number {
  const { account } = command;
  return typeof account === 'number' ? account : (actor.accounts?.[0] ?? 1);
}

function isAnswered(one: HttpAnswer): one is Answered {
  return one.answer !== undefined;
}

function noAnswer(respond: Respond): void {
  const text = 'The answer did not come in time; send the command again with the same client id.';
  fail(respond, 504, 'no-answer', text);
}

function respondWithOne(respond: Respond, { answer, following, leftOut }: Answered): void {
  // To spread an object of so many fields takes longer than to write it; nobody else has this one.
  if (answer.event !== 'book') Object.assign(answer, { events: following }, leftOutText(leftOut));
  reply(respond, statusOf(answer), answer);
}

/**
 * What all shards have said, as one: the first reject where there is one, else the first answer, with the sum of the
 * orders; then each answer, and the events of all.
 */
function respondWithAll(respond: Respond, all: readonly Answered[]): void {
  const answers = all.map(({ answer }) => answer);
  const main = answers.find(({ event }) => event === 'rejected') ?? answers[0]!;
  const orders = answers.reduce((sum, answer) => sum + ('orders' in answer ? answer.orders : 0), 0);
  const leftOut = all.reduce((sum, one) => sum + one.leftOut, 0);
  reply(respond, statusOf(main), {
    ...main,
    ...('orders' in main ? { orders } : {}),
    answers,
    events: all.flatMap(({ following }) => following),
    ...leftOutText(leftOut),
  });
}

/** Said only where it says something. */
function leftOutText(leftOut: number): { eventsLeftOut?: number } {
  return leftOut === 0 ? {} : { eventsLeftOut: leftOut };
}

function statusOf(answer: EventObject): number {
  if (answer.event === 'rejected') return httpStatus(answer.code);
  return answer.event === 'accepted' || answer.event === 'quoted' ? 201 : 200;
}
