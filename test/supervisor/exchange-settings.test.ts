import { describe, expect, it } from 'vitest';
import { CLIENT_ID_WINDOW } from '../../src/model/limits.js';
import { type ExchangeSettings, newSettings } from '../../src/supervisor/exchange-settings.js';

const said = (settings: Partial<ExchangeSettings>, logged?: Parameters<typeof newSettings>[1]) =>
  newSettings(settings as ExchangeSettings, logged);

describe('the settings that a shard logs before it serves', () => {
  const logged = { clientIdWindow: 500, maxOpenOrders: 20 };

  it('are all of them in a new log', () => {
    expect(said({})).toEqual({ clientIdWindow: CLIENT_ID_WINDOW, maxOpenOrders: 0 });
    expect(said({ maxOpenOrdersOfNewLog: 7 })).toEqual({
      clientIdWindow: CLIENT_ID_WINDOW,
      maxOpenOrders: 7,
    });
    expect(said({ maxOpenOrdersOfNewLog: 7, maxOpenOrders: 0 })!.maxOpenOrders).toBe(0);
  });

  it('are none where the log says the same, or nothing else is named', () => {
    expect(said({ maxOpenOrdersOfNewLog: 7 }, logged)).toBeUndefined();
    expect(said({ clientIdWindow: 500, maxOpenOrders: 20 }, logged)).toBeUndefined();
  });

  it('keep what is not named', () => {
    expect(said({ maxOpenOrders: 0 }, logged)).toEqual({ clientIdWindow: 500, maxOpenOrders: 0 });
    expect(said({ clientIdWindow: 9 }, logged)).toEqual({ clientIdWindow: 9, maxOpenOrders: 20 });
  });
});
