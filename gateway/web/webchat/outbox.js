// The customer's messages that the server has not acknowledged yet.
//
// They are kept in localStorage, so a reload or a crash loses none, and sent again in order
// with the same `cid` after each welcome. One message is under way at a time: if the server
// refuses one for a while, none may overtake it.

import { OutboxStorage } from './outbox_storage.js';
import { randomUuid } from './uuid.js';

export const MAX_TEXT_CHARACTERS = 8_000;
export const MAX_WAITING = 100;

const DEFAULT_RETRY_AFTER_MS = 2_000;
const MAX_RETRY_AFTER_MS = 60_000;
/** Refusals that pass by themselves; all others stay until the customer decides. */
const PASSING = new Set(['rate_limited', 'unavailable']);

export class Outbox {
  #storage;
  #on;
  #entries;
  #isOpen = false;
  #inFlight = null;
  #pause = null;

  /** `on`: `send(frame)` and `changed()`. `site` separates the outboxes of several sites on one origin. */
  constructor({ site, on }) {
    this.#on = on;
    this.#storage = new OutboxStorage(site);
    this.#entries = this.#storage.load();
  }

  /** The messages that wait or have failed, oldest first: `{cid, text, client_ts, failed}`. */
  entries() {
    return this.#entries;
  }

  get isFull() {
    return this.#entries.length >= MAX_WAITING;
  }

  /** Accepts `text` for sending; false if too many messages wait already. */
  add(text) {
    if (this.isFull) return false;
    this.#entries.push({ cid: randomUuid(), text, client_ts: new Date().toISOString(), failed: null });
    this.#changed();
    this.#pump();
    return true;
  }

  /** The server welcomed us: everything unacknowledged goes again, with what closed tabs left behind. */
  opened() {
    this.#isOpen = true;
    this.#inFlight = null;
    this.#resumeSending();
    this.adopt();
  }

  closed() {
    this.#isOpen = false;
    this.#inFlight = null;
    this.#stopPause();
  }

  /** Takes over what tabs left behind that are no more. */
  adopt() {
    return this.#storage.adopt((orphans) => {
      const known = new Set(this.#entries.map(({ cid }) => cid));
      const added = orphans.filter(({ cid }) => !known.has(cid));
      this.#entries = [...this.#entries, ...added].sort((one, other) => one.client_ts.localeCompare(other.client_ts));
      this.#changed();
      this.#pump();
    });
  }

  /** The server has it: takes the entry out and returns it, or null if it is not ours or was known. */
  delivered(cid) {
    const entry = this.#take(cid);
    if (this.#inFlight === cid) this.#inFlight = null;
    this.#pump();
    return entry;
  }

  refused({ cid, code, retry_after_ms: retryAfterMs }) {
    const entry = this.#entries.find((candidate) => candidate.cid === cid);
    if (entry === undefined) return;
    if (this.#inFlight === cid) this.#inFlight = null;
    if (PASSING.has(code)) {
      this.#pauseFor(Math.min(MAX_RETRY_AFTER_MS, retryAfterMs ?? DEFAULT_RETRY_AFTER_MS));
      return;
    }
    this.#fail(entry, code);
  }

  /** The server closed because of the message that was under way: it is not sent again by itself. */
  refuseInFlight(code) {
    const entry = this.#entries.find(({ cid }) => cid === this.#inFlight);
    if (entry !== undefined) this.#fail(entry, code);
  }

  /** Sends a failed message again, as a new one: the server has judged the old `cid`. */
  retry(cid) {
    const entry = this.#take(cid);
    if (entry !== null) this.add(entry.text);
  }

  discard(cid) {
    this.#take(cid);
  }

  /** Forgets what this tab has not sent. */
  clear() {
    this.#entries = [];
    this.#changed();
  }

  /** Forgets what no tab has sent. */
  clearAll() {
    this.#storage.clearOthers();
    this.clear();
  }

  #pump() {
    if (!this.#isOpen || this.#inFlight !== null || this.#pause !== null) return;
    const entry = this.#entries.find(({ failed }) => failed === null);
    if (entry === undefined) return;
    const { cid, text, client_ts } = entry;
    this.#inFlight = cid;
    this.#on.send({ t: 'msg', cid, content: { type: 'text', text }, client_ts });
  }

  #fail(entry, code) {
    entry.failed = code;
    this.#changed();
    this.#pump();
  }

  #take(cid) {
    const at = this.#entries.findIndex((entry) => entry.cid === cid);
    if (at < 0) return null;
    const [entry] = this.#entries.splice(at, 1);
    this.#changed();
    return entry;
  }

  #pauseFor(delayMs) {
    this.#stopPause();
    this.#pause = setTimeout(() => this.#resumeSending(), delayMs);
  }

  #resumeSending() {
    this.#stopPause();
    this.#pump();
  }

  #stopPause() {
    clearTimeout(this.#pause);
    this.#pause = null;
  }

  #changed() {
    this.#storage.save(this.#entries);
    this.#on.changed();
  }
}
