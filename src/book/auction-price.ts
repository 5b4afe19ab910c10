/** What one side would trade: lots by limit price, and lots at any price. */
export interface Interest {
  readonly lotsAt: ReadonlyMap<number, number>;
  readonly marketLots: number;
}

export interface AuctionPrice {
  readonly priceTicks: number;
  /** What is executable at it. */
  readonly lots: number;
  /** Buys over sells at it; negative where sells are over. */
  readonly surplusLots: number;
}

/**
 * The price that executes most; then with the least surplus; then on the side of the surplus; then nearest to the reference
 * price; then the higher. Candidates are the limit prices and the reference price.
 *
 * @param referenceTicks 0 for none
 * @returns undefined where nothing is executable
 */
export function findAuctionPrice(
  buys: Interest,
  sells: Interest,
  referenceTicks: number,
): AuctionPrice | undefined {
  const candidates = candidatesOf(buys, sells, referenceTicks);
  const mostLots = candidates.reduce((most, candidate) => Math.max(most, candidate.lots), 0);
  if (mostLots === 0) return undefined;
  const surplus = (candidate: AuctionPrice) => Math.abs(candidate.surplusLots);
  const most = candidates.filter((candidate) => candidate.lots === mostLots);
  const least = most.reduce((so, candidate) => Math.min(so, surplus(candidate)), Number.POSITIVE_INFINITY);
  const best = most.filter((candidate) => surplus(candidate) === least);
  // They stand by ascending price.
  if (best.every((candidate) => candidate.surplusLots > 0)) return best.at(-1);
  if (best.every((candidate) => candidate.surplusLots < 0)) return best[0];
  if (referenceTicks === 0) return best.at(-1);
  const distance = (candidate: AuctionPrice) => Math.abs(candidate.priceTicks - referenceTicks);
  return best.reduce((nearest, candidate) =>
    distance(candidate) <= distance(nearest) ? candidate : nearest,
  );
}

/** Every candidate by ascending price, with what is executable at it. */
function candidatesOf(buys: Interest, sells: Interest, referenceTicks: number): AuctionPrice[] {
  const prices = new Set([...buys.lotsAt.keys(), ...sells.lotsAt.keys()]);
  if (referenceTicks !== 0) prices.add(referenceTicks);
  // Going up, buys drop out behind their price and sells come in at theirs.
  let buyLots = buys.marketLots;
  for (const lots of buys.lotsAt.values()) buyLots += lots;
  let sellLots = sells.marketLots;
  return [...prices]
    .sort((a, b) => a - b)
    .map((priceTicks) => {
      sellLots += sells.lotsAt.get(priceTicks) ?? 0;
      const candidate = {
        priceTicks,
        lots: Math.min(buyLots, sellLots),
        surplusLots: buyLots - sellLots,
      };
      buyLots -= buys.lotsAt.get(priceTicks) ?? 0;
      return candidate;
    });
}
