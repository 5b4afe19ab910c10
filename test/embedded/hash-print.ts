import { hashOfFlow } from './hash-run.js';

/** For a Node.js of its own, another version perhaps. */
console.log(hashOfFlow());
