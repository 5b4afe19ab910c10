/** New orders as objects, written as records. */

import {
  CommandFlag,
  CommandKind,
  OrderType,
  SELF_TRADE_SHIFT,
  Side,
  TimeInForce,
  TrailUnit,
} from '../model/command.js';
import type { Instrument } from '../model/instrument.js';
import { type OrderTerms, termsFault } from '../model/order-terms.js';
import { RejectCode, rejectReasons } from '../model/reject.js';
import { defaultTimeInForce, type NewOrder } from './new-order-schema.js';
import type { EncodeResult, ObjectEncoding } from './object-encoding.js';
import {
  ORDER_DISPLAY_SIZE,
  ORDER_EXPIRY,
  ORDER_LINKED,
  ORDER_MINIMUM_SIZE,
  ORDER_PEG_REFERENCE_BYTE,
  ORDER_PRICE,
  ORDER_SIZE,
  ORDER_STOP_LOSS,
  ORDER_STOP_PRICE,
  ORDER_TAKE_PROFIT,
  ORDER_TRAIL_UNIT_BYTE,
} from './order-record.js';
import { orderTypes, pegReferences, selfTradeModes, timesInForce } from './term-names.js';

const F = CommandFlag;

export function encodeNewOrder(encoding: ObjectEncoding, order: NewOrder): EncodeResult {
  const instrument = encoding.instrument(order.symbol);
  const terms = termsOf(encoding, order, instrument);
  const fault = termsFault(terms);
  if (fault !== 0) encoding.refuse(fault, termsSentence(fault, order));
  const lines = linesOf(terms);
  const { side, type, timeInForce, flags } = terms;
  const result = encoding.write(
    { kind: CommandKind.New, lines, side, type, timeInForce, flags, instrument: instrument?.id ?? 0 },
    order,
  );
  if (!result.ok) return result;
  encoding.whole(ORDER_PRICE, terms.priceTicks);
  encoding.whole(ORDER_SIZE, terms.sizeLots);
  encoding.whole(ORDER_DISPLAY_SIZE, terms.displaySizeLots);
  if (lines >= 2) {
    encoding.whole(ORDER_STOP_PRICE, terms.stopPriceTicks);
    encoding.big(ORDER_EXPIRY, order.expiresAtNs);
    encoding.whole(ORDER_MINIMUM_SIZE, terms.minimumSizeLots);
    encoding.byte(ORDER_PEG_REFERENCE_BYTE, terms.pegReference);
    encoding.byte(ORDER_TRAIL_UNIT_BYTE, terms.trailUnit);
  }
  if (lines === 3) {
    encoding.target(ORDER_LINKED, order.linkedTo ?? order.linkedToClientOrderId ?? 0);
    encoding.whole(ORDER_TAKE_PROFIT, terms.takeProfitTicks);
    encoding.whole(ORDER_STOP_LOSS, terms.stopLossTicks);
  }
  return result;
}

function termsOf(encoding: ObjectEncoding, order: NewOrder, instrument: Instrument | undefined): OrderTerms {
  const { orderType } = order;
  const isPegged = orderType === 'pegged';
  const isTrailing = orderType === 'trailingStop';
  const isByPoints = order.trailBasisPoints !== undefined;
  const price = (field: 'price' | 'stopPrice' | 'trail' | 'takeProfit' | 'stopLoss') =>
    encoding.ticks(field, order[field], order[`${field}Ticks`], instrument);
  const size = (field: 'size' | 'displaySize' | 'minimumSize') =>
    encoding.lots(field, order[field], order[`${field}Lots`], instrument);
  const stopPrice = () => {
    if (isPegged) return encoding.ticks('pegOffset', order.pegOffset, order.pegOffsetTicks, instrument, true);
    if (isTrailing) return order.trailBasisPoints ?? price('trail');
    return price('stopPrice');
  };
  return {
    side: order.side === 'buy' ? Side.Buy : Side.Sell,
    type: orderTypes[orderType],
    timeInForce: timesInForce[order.timeInForce ?? defaultTimeInForce(orderType)],
    flags: flagsOf(order),
    priceTicks: price('price'),
    sizeLots: size('size'),
    displaySizeLots: size('displaySize'),
    stopPriceTicks: stopPrice(),
    hasExpiry: order.expiresAtNs !== undefined && BigInt(order.expiresAtNs) !== 0n,
    minimumSizeLots: size('minimumSize'),
    pegReference: order.pegReference === undefined ? 0 : pegReferences[order.pegReference],
    trailUnit: !isTrailing ? 0 : isByPoints ? TrailUnit.BasisPoints : TrailUnit.Ticks,
    takeProfitTicks: price('takeProfit'),
    stopLossTicks: price('stopLoss'),
  };
}

function flagsOf(order: NewOrder): number {
  const target = order.linkedToClientOrderId;
  let flags = order.selfTrade === undefined ? 0 : selfTradeModes[order.selfTrade] << SELF_TRADE_SHIFT;
  if (order.postOnly === 'reject') flags |= F.PostOnly;
  if (order.postOnly === 'slide') flags |= F.PostOnlySlide;
  if (order.hidden) flags |= F.Hidden;
  if (order.allOrNone) flags |= F.AllOrNone;
  if (order.linkedTo !== undefined || target !== undefined) flags |= F.Linked;
  if (target !== undefined) flags |= F.TargetByClientId;
  if (typeof target === 'string') flags |= F.TargetText;
  if (order.takeProfit !== undefined || order.takeProfitTicks !== undefined) flags |= F.Bracket;
  return flags;
}

/** The lines that terms need; those of a text client id come to them. */
function linesOf(terms: OrderTerms): number {
  if ((terms.flags & (F.Linked | F.Bracket)) !== 0) return 3;
  const isRare =
    (terms.type !== OrderType.Limit && terms.type !== OrderType.Market) ||
    terms.timeInForce === TimeInForce.GoodTillDate ||
    terms.minimumSizeLots !== 0;
  return isRare ? 2 : 1;
}

/** Which field to change, for what the schema could not tell before decimals were ticks. */
function termsSentence(fault: RejectCode, order: NewOrder): string {
  if (fault === RejectCode.BadTerms) {
    if (order.orderType === 'trailingStop' && order.trailBasisPoints === undefined)
      if (Number(order.trail ?? order.trailTicks) === 0) return 'trail: must be at least one tick';
    if (order.timeInForce === 'GTD' && BigInt(order.expiresAtNs ?? 0) === 0n)
      return 'expiresAtNs: must be over 0';
    if (order.takeProfit !== undefined || order.takeProfitTicks !== undefined)
      return 'takeProfit: must be above stopLoss to buy and below it to sell, and both over 0';
  }
  return rejectReasons[fault]!.sentence.replace(/\.$/, '');
}
