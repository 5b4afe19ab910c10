import { RejectCode } from '../../src/model/reject.js';

/*
 * Everything that is wrong with a record, straight from the drawing in `order-record.ts` and the tables of
 * docs/orders.md: by bytes and bigints, every rule on its own, in no order.
 */

type Code = keyof typeof RejectCode;

const FLAG = {
  text: 0,
  byClientId: 1,
  targetText: 2,
  price: 3,
  size: 4,
  postOnly: 8,
  slide: 9,
  hidden: 10,
  allOrNone: 11,
  linked: 12,
  bracket: 13,
};
const TWO_53 = 2n ** 53n;
const [NEW, CANCEL, AMEND, CANCEL_ALL, MASS_QUOTE] = [1, 2, 3, 4, 5];
const [LIST, SETTINGS, STATE, PRICES, ACCOUNT, TIME, READ] = [16, 17, 18, 19, 20, 21, 64];
const OWN = [LIST, SETTINGS, STATE, PRICES, ACCOUNT, TIME];

/** Bits of the flags that each kind may have. */
const flagBits = new Map([
  [NEW, [0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 13]],
  [CANCEL, [0, 1, 2]],
  [AMEND, [0, 1, 2, 3, 4]],
  [CANCEL_ALL, [0, 14]],
  [MASS_QUOTE, [0, 5, 6, 7]],
  [LIST, []],
  [SETTINGS, []],
  [STATE, [0, 15]],
  [PRICES, [0, 3, 4]],
  [ACCOUNT, [0, 3, 4, 8, 9]],
  [TIME, []],
  [READ, []],
]);

/** A record under check. */
class Slow {
  readonly faults = new Set<number>();
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly fromClient: boolean;

  constructor(bytes: Uint8Array, fromClient: boolean) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.fromClient = fromClient;
  }

  needs(code: Code, holds: boolean): void {
    if (!holds) this.faults.add(RejectCode[code]);
  }

  byte(at: number): number {
    return this.bytes[at]!;
  }

  signed(at: number): bigint {
    return this.view.getBigInt64(at, true);
  }

  isZero(from: number, to: number): boolean {
    return this.bytes.subarray(from, to).every((byte) => byte === 0);
  }

  /** A number from 0 to 2^53 - 1. */
  whole(at: number): void {
    this.needs('NumberOutOfRange', this.signed(at) >= 0n && this.signed(at) < TWO_53);
  }

  has(bit: number): boolean {
    return ((this.view.getUint16(6, true) >> bit) & 1) === 1;
  }

  text(lengthByte: number): boolean {
    const length = this.byte(lengthByte);
    if (length < 1 || length > 36) return false;
    const start = lengthByte + 1;
    const content = Buffer.from(this.bytes.subarray(start, start + length)).toString('latin1');
    return /^[ -~]+$/.test(content) && content.length === length && this.isZero(start + length, start + 36);
  }
}

export function faultsOf(bytes: Uint8Array, fromClient: boolean): Set<number> {
  const r = new Slow(bytes, fromClient);
  const { faults } = r;
  if (bytes.length < 64) return new Set([RejectCode.Malformed]);
  const [version, kind, lines] = [r.byte(0), r.byte(1), r.byte(2)];
  const bits = (fromClient ? [LIST, SETTINGS, TIME] : [READ]).includes(kind) ? undefined : flagBits.get(kind);
  r.needs('WrongVersion', version === 1);
  r.needs('UnknownKind', bits !== undefined);
  for (let bit = 0; bit < 16; bit++) r.needs('BadFlags', !r.has(bit) || (bits ?? []).includes(bit));
  const hasTarget = [NEW, CANCEL, AMEND].includes(kind);
  if (hasTarget && r.has(FLAG.targetText)) r.needs('BadFlags', r.has(FLAG.byClientId));
  if (kind === NEW && r.has(FLAG.byClientId)) r.needs('BadFlags', r.has(FLAG.linked));
  r.needs('Malformed', lines >= 1 && bytes.length >= lines * 64);
  if (bits !== undefined) r.needs('Malformed', lines === linesOf(r, kind));
  // Further on nothing can be read where even the lines are wrong.
  if (faults.size > 0) return faults;

  checkAccount(r, kind);
  checkIdentity(r, kind, lines);
  if (fromClient) checkInstrument(r, kind);
  if (kind === NEW) checkNew(r, lines);
  else checkOther(r, kind);
  return faults;
}

function linesOf(r: Slow, kind: number): number {
  if (kind === LIST) return 3;
  if (kind === MASS_QUOTE) {
    const quotes = r.byte(2) - 2;
    return quotes >= 1 && quotes <= 64 ? quotes + 2 : -1;
  }
  const hasTargetText = [NEW, CANCEL, AMEND].includes(kind) && r.has(FLAG.targetText);
  if (hasTargetText) return 3;
  if (kind === NEW) {
    if (r.has(FLAG.linked) || r.has(FLAG.bracket)) return 3;
    if ([3, 4, 5, 6].includes(r.byte(4)) || r.byte(5) === 4) return 2;
    if (r.byte(2) === 2 && r.bytes.length >= 128 && !r.isZero(80, 88)) return 2;
  }
  return r.has(FLAG.text) ? 2 : 1;
}

function checkAccount(r: Slow, kind: number): void {
  const account = r.view.getInt32(12, true);
  const code = r.fromClient ? 'AccountNotYours' : 'Malformed';
  if (OWN.includes(kind)) r.needs(code, account === 0);
  else if (r.fromClient) r.needs(code, account > 0 || (account === 0 && kind === CANCEL_ALL));
  else r.needs(code, account !== 0 || kind === CANCEL_ALL);
}

function checkIdentity(r: Slow, kind: number, lines: number): void {
  const clientId = r.view.getBigUint64(16, true);
  if ([LIST, SETTINGS, TIME].includes(kind)) {
    r.needs('Malformed', clientId === 0n);
    return;
  }
  if (r.has(FLAG.text)) {
    r.needs('BadClientId', clientId === 0n && r.text(91) && (kind === NEW || r.isZero(88, 91)));
    if (!r.fromClient) r.needs('MissingClientId', !r.isZero(88, 92));
  } else {
    r.needs('MissingClientId', clientId !== 0n || kind === READ);
    r.needs('BadClientId', clientId < (r.fromClient ? TWO_53 / 2n : TWO_53));
    if (lines > 1) r.needs('Malformed', r.isZero(91, 128));
  }
  if (lines > 1 && kind !== NEW) r.needs('Malformed', r.isZero(64, 91));
}

function checkInstrument(r: Slow, kind: number): void {
  const instrument = r.view.getInt32(8, true);
  if (kind === ACCOUNT) return;
  const mayLack = kind === CANCEL_ALL || ([CANCEL, AMEND].includes(kind) && !r.has(FLAG.byClientId));
  r.needs('UnknownInstrument', instrument > 0 || (instrument === 0 && mayLack));
}

const LIMIT = 1;
const MARKET = 2;
const STOP_LIMIT = 4;
const TRAILING = 5;
const PEGGED = 6;
const [GTC, IOC, FOK, GTD, DAY] = [1, 2, 3, 4, 5];

function checkNew(r: Slow, lines: number): void {
  const [side, type, time] = [r.byte(3), r.byte(4), r.byte(5)];
  const rests = [GTC, GTD, DAY].includes(time);
  const atOnce = [IOC, FOK].includes(time);
  const at = (line: number, byte: number) => (lines >= line ? r.signed(byte) : 0n);
  const [display, stop, expiry, minimum] = [r.signed(24), at(2, 64), at(2, 72), at(2, 80)];
  const [reference, unit] = lines >= 2 ? [r.byte(88), r.byte(89)] : [0, 0];
  const [takeProfit, stopLoss] = [at(3, 176), at(3, 184)];
  r.needs('BadSide', side === 1 || side === 2);
  r.needs('BadOrderType', type >= 1 && type <= 6);
  const times = type === LIMIT ? [1, 2, 3, 4, 5, 6, 7] : type === MARKET ? [2, 3, 6, 7] : [1, 4, 5];
  r.needs('BadTimeInForce', times.includes(time));
  r.needs('BadFlags', ((r.view.getUint16(6, true) >> 5) & 7) <= 4);
  const postOnly = r.has(FLAG.postOnly) || r.has(FLAG.slide);
  r.needs('BadFlags', !postOnly || (type === LIMIT && rests && !(r.has(FLAG.postOnly) && r.has(FLAG.slide))));
  r.needs('BadFlags', !r.has(FLAG.hidden) || ([LIMIT, STOP_LIMIT, PEGGED].includes(type) && rests));
  r.needs('BadFlags', !r.has(FLAG.allOrNone) || atOnce);
  r.needs('BadFlags', !r.has(FLAG.linked) || (rests && !r.has(FLAG.bracket)));
  const mayHide = [LIMIT, STOP_LIMIT].includes(type) && rests && !r.has(FLAG.hidden);
  r.needs('BadTerms', display === 0n || mayHide);
  r.needs('BadTerms', minimum === 0n || atOnce);
  r.needs('BadTerms', (expiry !== 0n) === (time === GTD));
  r.needs('BadTerms', type !== MARKET || atOnce || r.signed(32) === 0n);
  r.needs('BadTerms', type === PEGGED ? reference >= 1 && reference <= 3 : reference === 0);
  const isTrail = stop >= 1n && (unit === 1 || (unit === 2 && stop <= 9_999n));
  r.needs('BadTerms', type === TRAILING ? isTrail : unit === 0);
  r.needs('BadTerms', type === PEGGED || stop === 0n || (type > MARKET && stop > 0n));
  if (r.has(FLAG.bracket)) {
    const gap = side === 1 ? takeProfit - stopLoss : stopLoss - takeProfit;
    r.needs('BadTerms', gap > 0n && takeProfit > 0n && stopLoss > 0n);
    // Numbers that no number holds cannot be told from their neighbours.
    r.needs('BadTerms', takeProfit < TWO_53 && stopLoss < TWO_53);
  } else r.needs('BadTerms', takeProfit === 0n && stopLoss === 0n);
  for (const byte of [24, 32, 40]) r.whole(byte);
  if (lines >= 2) {
    r.needs('Malformed', r.byte(90) === 0);
    r.whole(80);
    if (type === PEGGED) r.needs('NumberOutOfRange', stop > -TWO_53 && stop < TWO_53);
    else r.whole(64);
  }
  if (lines === 3) {
    for (const byte of [176, 184]) r.whole(byte);
    checkLink(r);
  }
}

function checkLink(r: Slow): void {
  if (r.has(FLAG.targetText)) {
    r.needs('BadClientId', r.text(131) && r.isZero(128, 131));
    r.needs('Malformed', r.isZero(168, 176));
    return;
  }
  r.needs('Malformed', r.isZero(128, 168));
  if (r.has(FLAG.linked)) {
    r.needs(r.has(FLAG.byClientId) ? 'BadClientId' : 'Malformed', r.signed(168) !== 0n);
    r.whole(168);
  } else r.needs('Malformed', r.isZero(168, 176));
}

/** Which bytes each kind leaves zero, from the target to the send time and beyond. */
function checkOther(r: Slow, kind: number): void {
  const type = r.byte(4);
  const zero = (from: number, to: number) => r.needs('Malformed', r.isZero(from, to));
  zero(5, 6);
  if (kind === CANCEL_ALL) r.needs('BadSide', r.byte(3) <= 2);
  else zero(3, 4);
  if (![CANCEL_ALL, STATE, ACCOUNT].includes(kind)) zero(4, 5);
  if ([AMEND, PRICES, ACCOUNT].includes(kind)) {
    if (r.has(FLAG.price)) r.whole(32);
    else zero(32, 40);
    if (r.has(FLAG.size)) r.whole(40);
    else zero(40, 48);
  }
  if (kind === CANCEL || kind === AMEND) checkTarget(r);
  if (kind === CANCEL) zero(32, 48);
  if (kind === CANCEL_ALL) {
    zero(24, 48);
    r.needs('Malformed', type === 0 || (type === 11 && !r.fromClient));
  }
  if (kind === STATE) {
    zero(24, 48);
    r.needs('Malformed', type >= 1 && type <= 5);
  }
  if (kind === PRICES) zero(24, 32);
  if (kind === ACCOUNT) {
    r.needs('Malformed', r.has(9) ? type <= 1 : type === 0);
    if (!r.has(8)) zero(8, 12);
    r.needs('NumberOutOfRange', r.view.getInt32(8, true) >= 0);
    r.needs('NumberOutOfRange', r.signed(24) > 0n && r.signed(24) < 2n ** 31n);
  }
  if (kind === READ) {
    zero(24, 40);
    r.needs('NumberOutOfRange', r.signed(40) >= 1n && r.signed(40) <= 100n);
  }
  if (kind === LIST) zero(24, 56);
  if (kind === SETTINGS)
    for (const [from, to] of [
      [8, 12],
      [24, 32],
      [48, 56],
    ] as const)
      zero(from, to);
  if (kind === TIME)
    for (const [from, to] of [
      [8, 12],
      [24, 56],
    ] as const)
      zero(from, to);
  if (kind === MASS_QUOTE) checkQuotes(r);
}

function checkTarget(r: Slow): void {
  if (r.has(FLAG.targetText)) {
    r.needs('Malformed', r.isZero(24, 32) && r.isZero(168, 192));
    r.needs('BadClientId', r.text(131) && r.isZero(128, 131));
    return;
  }
  r.whole(24);
  if (r.fromClient) r.needs(r.has(FLAG.byClientId) ? 'BadClientId' : 'Malformed', !r.isZero(24, 32));
}

function checkQuotes(r: Slow): void {
  const quotes = r.byte(2) - 2;
  r.needs('BadFlags', ((r.view.getUint16(6, true) >> 5) & 7) <= 4);
  r.needs('Malformed', r.isZero(24, 40) && r.signed(40) === BigInt(quotes));
  r.needs('Malformed', r.view.getInt32(8, true) === r.view.getInt32(128, true));
  for (let at = 128; at < 128 + quotes * 64; at += 64) {
    if (r.fromClient) r.needs('UnknownInstrument', r.view.getInt32(at, true) > 0);
    r.needs('Malformed', r.isZero(at + 4, at + 8) && r.isZero(at + 40, at + 64));
    for (const field of [8, 16, 24, 32]) r.whole(at + field);
  }
}
