import { CommandFlag, sideNames, TrailUnit } from '../../model/command.js';
import { cancelReasonNames } from '../../model/event.js';
import { sequenceOfPlace, shardOfPlace } from '../../model/identity.js';
import type { Instrument } from '../../model/instrument.js';
import { selfTradeOf } from '../../model/order-terms.js';
import { orderStatusNames } from '../../store/order-status.js';
import type { StoredOrder, StoredTrade } from '../../store/stored-order.js';
import { priceText, sizeText } from '../../wire/instrument-object.js';
import { nameOf, orderTypes, pegReferences, selfTradeModes, timesInForce } from '../../wire/term-names.js';

/** Orders and trades as clients read them: prices and sizes as decimals, the names that events use. */

/** What is not there is left out. */
export function orderObject(order: StoredOrder, instrument: Instrument): object {
  const { flags, displaySizeLots, doneReason } = order;
  const type = nameOf(orderTypes, order.type);
  return {
    orderId: order.orderId,
    symbol: instrument.symbol,
    account: order.account,
    clientOrderId: order.clientOrderId,
    side: sideNames[order.side],
    orderType: type,
    timeInForce: nameOf(timesInForce, order.timeInForce) ?? null,
    status: orderStatusNames[order.status],
    price: priceText(order.priceTicks, instrument),
    size: sizeText(order.sizeLots, instrument),
    remaining: sizeText(order.remainingLots, instrument),
    cumulative: sizeText(order.cumulativeLots, instrument),
    displaySize: displaySizeLots === 0 ? undefined : sizeText(displaySizeLots, instrument),
    ...stopOf(order, type, instrument),
    pegReference: type === 'pegged' ? nameOf(pegReferences, order.pegReference) : undefined,
    expiresAtNs: timeOrNone(order.expiresNs),
    hidden: (flags & CommandFlag.Hidden) !== 0 || undefined,
    postOnly: postOnlyOf(flags),
    allOrNone: (flags & CommandFlag.AllOrNone) !== 0 || undefined,
    selfTrade: selfTradeOf(flags) === 0 ? undefined : nameOf(selfTradeModes, selfTradeOf(flags)),
    linked: (flags & CommandFlag.Linked) !== 0 || undefined,
    bracket: (flags & CommandFlag.Bracket) !== 0 || undefined,
    acceptedNs: order.acceptedNs,
    triggeredNs: timeOrNone(order.triggeredNs),
    firstFillNs: timeOrNone(order.firstFillNs),
    lastFillNs: timeOrNone(order.lastFillNs),
    changedNs: order.changedNs,
    doneNs: timeOrNone(order.doneNs),
    doneReason: doneReason === 0 ? undefined : (cancelReasonNames[doneReason] ?? `reason ${doneReason}`),
    lastEvent: { sequence: sequenceOfPlace(order.lastPlace), index: order.lastIndex },
  };
}

export function tradeObject(trade: StoredTrade, instrument: Instrument): object {
  return {
    trade: trade.trade,
    symbol: instrument.symbol,
    timeNs: trade.timeNs,
    price: priceText(trade.priceTicks, instrument),
    size: sizeText(trade.sizeLots, instrument),
    takerSide: sideNames[trade.takerSide],
    takerOrderId: trade.takerOrderId,
    makerOrderId: trade.makerOrderId,
    shard: shardOfPlace(trade.place),
    sequence: sequenceOfPlace(trade.place),
    index: trade.index,
  };
}

function timeOrNone(timeNs: string): string | undefined {
  return timeNs === '0' ? undefined : timeNs;
}

function postOnlyOf(flags: number): string | undefined {
  if ((flags & CommandFlag.PostOnlySlide) !== 0) return 'slide';
  return (flags & CommandFlag.PostOnly) !== 0 ? 'reject' : undefined;
}

/** Stop price, distance or offset, as the type has them. A trailing stop has a stop price once something has traded. */
function stopOf(order: StoredOrder, type: string | undefined, instrument: Instrument): object {
  const { stopPriceTicks, distance, trailUnit } = order;
  if (type === 'pegged') return { pegOffset: priceText(distance, instrument) };
  const stop = stopPriceTicks === 0 ? {} : { stopPrice: priceText(stopPriceTicks, instrument) };
  if (type !== 'trailingStop') return stop;
  if (trailUnit === TrailUnit.BasisPoints) return { trailBasisPoints: distance, ...stop };
  return { trail: priceText(distance, instrument), ...stop };
}
