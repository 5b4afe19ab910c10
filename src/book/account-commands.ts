import { CommandFlag } from '../model/command.js';
import { CancelReason, EventKind } from '../model/event.js';
import { EVENT_ORDER, EVENT_PRICE, EVENT_REMAINING, EVENT_SIZE } from '../wire/event-record.js';
import {
  ORDER_INSTRUMENT,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_TARGET,
  orderFlags,
  orderType,
} from '../wire/order-record.js';
import { readWhole, writeWhole } from '../wire/words.js';
import { cancelOrdersOf } from './cancel-all.js';
import type { GeneralRoom } from './general-room.js';
import { limitOne } from './open-order-limits.js';
import { keepOperatorAnswer, openOperatorAnswer } from './operator-answers.js';

const F = CommandFlag;

/** Sets what an Account command of sound shape names, and answers with all that is set then. */
export function changeAccount(room: GeneralRoom, words: Int32Array, at: number): 0 {
  const flags = orderFlags(words[at + 1]!);
  const account = words[at + ORDER_TARGET]!;
  const accountSlot = room.accounts.slotOf(account);
  const rule = room.accountRules.make(accountSlot);
  const throwsSwitch = (flags & F.SetKillSwitch) !== 0;
  if ((flags & F.SetOrderRate) !== 0) {
    rule.ordersPerSecond = readWhole(words, at + ORDER_PRICE);
    rule.inSecond = 0;
  }
  if ((flags & F.SetOpenOrders) !== 0) limitOne(room, accountSlot, rule, readWhole(words, at + ORDER_SIZE));
  if ((flags & F.SetGroup) !== 0) rule.group = words[at + ORDER_INSTRUMENT]!;
  if (throwsSwitch) rule.isStopped = orderType(words[at + 1]!) === 1;
  room.accounts.setSpecial(accountSlot, rule.isSpecial);
  const to = openOperatorAnswer(room, words, at, EventKind.AccountChanged, rule.isStopped ? 1 : 0, 0);
  const out = room.events.words;
  writeWhole(out, to + EVENT_ORDER, account);
  writeWhole(out, to + EVENT_PRICE, rule.ordersPerSecond);
  writeWhole(out, to + EVENT_SIZE, rule.openOrders);
  writeWhole(out, to + EVENT_REMAINING, rule.group >>> 0);
  keepOperatorAnswer(room, to);
  if (throwsSwitch && rule.isStopped) cancelOrdersOf(room, accountSlot, CancelReason.KillSwitch);
  return 0;
}
