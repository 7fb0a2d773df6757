// What the client does after the socket closed, by close code. The table is the
// protocol's; a code that is not listed (1006 above all) means "try again, backing off".

const MINUTE_MS = 60_000;

/**
 * * `retry`: reconnect after the usual back-off; `within_ms` spreads the first attempt instead.
 * * `wait`: reconnect after a fixed time that no event shortens: the server asked for it, or
 *   an attempt made now would fail the same way.
 * * `authenticate`: get a new token, then reconnect.
 * * `when_visible`: reconnect once somebody looks at the page.
 * * `rest`: the conversation was ended on purpose; the next message of the customer reconnects.
 * * `stop`: do not come back.
 */
const REACTIONS = new Map([
  [1000, { kind: 'rest' }],
  [1001, { kind: 'retry', within_ms: 5_000 }],
  [1002, { kind: 'wait', wait_ms: MINUTE_MS }],
  [1003, { kind: 'wait', wait_ms: MINUTE_MS }],
  [1007, { kind: 'wait', wait_ms: MINUTE_MS }],
  [1008, { kind: 'stop', reason: 'policy' }],
  [1009, { kind: 'retry', drops_message: true }],
  [1011, { kind: 'retry' }],
  [1012, { kind: 'retry' }],
  [1013, { kind: 'wait', uses_retry_after: true }],
  [4400, { kind: 'wait', wait_ms: MINUTE_MS }],
  [4401, { kind: 'authenticate' }],
  [4403, { kind: 'stop', reason: 'not_allowed' }],
  [4404, { kind: 'stop', reason: 'unknown' }],
  [4408, { kind: 'when_visible' }],
  [4413, { kind: 'retry' }],
  [4429, { kind: 'wait', wait_ms: MINUTE_MS / 2, uses_retry_after: true }],
]);

export function reactionTo(code) {
  return REACTIONS.get(code) ?? { kind: 'retry' };
}
