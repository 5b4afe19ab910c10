/** What every order has. One object is written for each order that is made, so that making one allocates nothing. */
export class OrderDraft {
  /** Its id: a place. */
  id = 0;
  side = 0;
  accountSlot = 0;
  session = 0;
  priceTicks = 0;
  sizeLots = 0;
  /** A number in two halves, or the slot of a text and 0. */
  clientIdLow = 0;
  clientIdHigh = 0;
  isText = false;
  selfTrade = 0;
}
