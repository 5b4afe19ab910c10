import { RejectCode } from '../../model/reject.js';
import type { Actor } from '../actor.js';
import type { RouteScope } from '../documents/route-table.js';
import type { Respond } from '../transport/transport.js';
import { refuse } from './reply.js';

/** Whether somebody may do what needs that scope; where not, the request is answered. Whose orders it is about is looked at besides. */
export function maySend(actor: Actor, scope: RouteScope, respond: Respond): boolean {
  const may = scope === 'admin' ? actor.isOperator : scope === 'trade' ? actor.mayTrade : true;
  if (!may) refuse(respond, { code: RejectCode.ScopeMissing });
  return may;
}
