/** What a random flow may use besides plain limit orders, cancels, amends, retries and the client-id window. */
export const FEATURES = [
  'market',
  'fok',
  'minimumSize',
  'iceberg',
  'hidden',
  'postOnly',
  'gtd',
  'day',
  'stop',
  'trailing',
  'peg',
  'states',
  'auction',
  'prices',
  'selfTrade',
  'groups',
  'linked',
  'bracket',
  'massQuote',
  'cancelAll',
  'limits',
  'proRata',
  'proRataTop',
  'collar',
  'notional',
  'time',
  'shape',
] as const;
export type Feature = (typeof FEATURES)[number];

/**
 * The features that a list names: `all`, none where it is empty, or names with commas; `-name` takes one away.
 *
 * @throws RangeError where a name is none
 */
export function featuresOf(list: string): ReadonlySet<Feature> {
  const features = new Set<Feature>();
  for (const name of list.split(',').filter((each) => each !== '')) {
    if (name === 'all') for (const each of FEATURES) features.add(each);
    else if (name.startsWith('-')) features.delete(known(name.slice(1)));
    else features.add(known(name));
  }
  return features;
}

function known(name: string): Feature {
  const feature = FEATURES.find((each) => each === name);
  if (feature === undefined) throw new RangeError(`no feature "${name}"; there are: ${FEATURES.join(', ')}`);
  return feature;
}
