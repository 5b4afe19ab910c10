import { CommandFlag, OrderType, TrailUnit } from '../model/command.js';
import type { OrderTermsObject } from './events.js';
import {
  orderTypeName,
  type PegReferenceName,
  pegReferences,
  standingName,
  timeInForceName,
} from './names.js';

/** The terms of an order as numbers, however they came here. */
export interface NumericTerms {
  readonly type: number;
  readonly timeInForce: number;
  readonly standing: number;
  /** `CommandFlag`. */
  readonly flags: number;
  readonly displaySizeLots: number;
  /** Stop price, distance or offset, by type. */
  readonly stopPriceTicks: number;
  readonly pegReference: number;
  readonly trailUnit: number;
  /** 0 for none. */
  readonly expiresAtNs: bigint;
}

/** Terms in words, with the fields that the type has. */
export function orderTermsObject(terms: NumericTerms): OrderTermsObject {
  const { displaySizeLots, expiresAtNs } = terms;
  return {
    type: orderTypeName(terms.type),
    timeInForce: timeInForceName(terms.timeInForce),
    standing: standingName(terms.standing),
    hidden: (terms.flags & CommandFlag.Hidden) !== 0,
    ...(displaySizeLots === 0 ? {} : { displaySizeLots }),
    ...followed(terms),
    ...(expiresAtNs === 0n ? {} : { expiresAtNs }),
  };
}

function followed(terms: NumericTerms): Partial<OrderTermsObject> {
  const { type, stopPriceTicks: value } = terms;
  if (type === OrderType.Stop || type === OrderType.StopLimit) return { stopPriceTicks: value };
  if (type === OrderType.TrailingStop)
    return terms.trailUnit === TrailUnit.BasisPoints ? { trailBasisPoints: value } : { trailTicks: value };
  if (type !== OrderType.Pegged) return {};
  const names = Object.keys(pegReferences) as PegReferenceName[];
  const peg = names.find((name) => pegReferences[name] === terms.pegReference)!;
  return { peg, pegOffsetTicks: value };
}
