import { CommandFlag, CommandKind, OrderType, TimeInForce } from './command.js';

/** In which state an instrument is. The numbers are on the wire and in the log. A listed one begins Continuous. */
export const InstrumentState = {
  /** Orders collect; nothing trades. */
  PreOpen: 1,
  /** Orders collect; the auction itself is held when the state is left for Continuous or Closed. */
  Auction: 2,
  Continuous: 3,
  /** Cancels only. */
  Halted: 4,
  /** Cancels only. Day orders and orders at the close are gone; the others wait for the next day. */
  Closed: 5,
} as const;
export type InstrumentState = (typeof InstrumentState)[keyof typeof InstrumentState];

/** On the wire of msgpack and JSON. */
export const instrumentStateNames: Readonly<Record<number, string>> = {
  [InstrumentState.PreOpen]: 'preOpen',
  [InstrumentState.Auction]: 'auction',
  [InstrumentState.Continuous]: 'continuous',
  [InstrumentState.Halted]: 'halted',
  [InstrumentState.Closed]: 'closed',
};

/** What a state accepts; everything else is rejected with NotInThisState. Cancels are accepted in every state. */
interface Acceptance {
  readonly amend: boolean;
  readonly massQuote: boolean;
  /** Times in force that a new order may have. */
  readonly timesInForce: readonly number[];
  readonly types: readonly number[];
  /** Post-only means something only where orders trade as they come. */
  readonly postOnly: boolean;
}

const { Limit, Market, Stop, StopLimit, TrailingStop, Pegged } = OrderType;
const { GoodTillCancel, ImmediateOrCancel, FillOrKill, GoodTillDate, Day, AtOpen, AtClose } = TimeInForce;

const collecting: Acceptance = {
  amend: true,
  massQuote: true,
  timesInForce: [GoodTillCancel, GoodTillDate, Day, AtOpen, AtClose],
  types: [Limit, Market, Stop, StopLimit, TrailingStop],
  postOnly: false,
};

const cancelsOnly: Acceptance = {
  amend: false,
  massQuote: false,
  timesInForce: [],
  types: [],
  postOnly: false,
};

/** The one table of what is accepted when. */
export const acceptedIn: Readonly<Record<InstrumentState, Acceptance>> = {
  [InstrumentState.PreOpen]: collecting,
  [InstrumentState.Auction]: collecting,
  [InstrumentState.Continuous]: {
    amend: true,
    massQuote: true,
    timesInForce: [GoodTillCancel, ImmediateOrCancel, FillOrKill, GoodTillDate, Day, AtClose],
    types: [Limit, Market, Stop, StopLimit, TrailingStop, Pegged],
    postOnly: true,
  },
  [InstrumentState.Halted]: cancelsOnly,
  [InstrumentState.Closed]: cancelsOnly,
};

/**
 * Whether a state takes a command. Type, time in force and flags are those of a New, and are not looked at otherwise.
 *
 * @param state a known state
 * @param kind New, Amend or MassQuote; any other kind is taken
 */
export function accepts(
  state: InstrumentState,
  kind: number,
  type: number,
  timeInForce: number,
  flags: number,
): boolean {
  const table = acceptedIn[state];
  if (kind === CommandKind.Amend) return table.amend;
  if (kind === CommandKind.MassQuote) return table.massQuote;
  if (kind !== CommandKind.New) return true;
  if ((flags & (CommandFlag.PostOnly | CommandFlag.PostOnlySlide)) !== 0 && !table.postOnly) return false;
  return table.types.includes(type) && table.timesInForce.includes(timeInForce);
}
