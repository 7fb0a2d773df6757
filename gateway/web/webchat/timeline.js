// The events of one conversation in the order that the server gave them.
//
// It holds one unbroken run of sequence numbers, from `firstSeq` to `lastSeq`. What comes
// twice is dropped; what comes too early waits while `sync` fetches what is between; what
// was too much to replay is dropped and read again as history.
//
// INVARIANT: an event in `events()` is never followed by one with a smaller `seq`, and no
// `seq` is there twice.

const HISTORY_PAGE = 50;
// With fewer events than this on the screen, the page before is read without being asked for.
const SCREENFUL = 20;
const MAX_EVENTS = 5_000;
const MAX_AHEAD = 1_000;

export class Timeline {
  #on;
  #conversation = null;
  #events = [];
  #firstSeq = 1;
  #lastSeq = 0;
  #isFresh = true;
  #ahead = new Map();
  #isSettling = false;
  #isSyncing = false;
  #settledFrom = null;
  #historyBefore = null;
  #hasEarlier = false;

  /**
   * `on`: `changed()`, `request(frame)` to send, `ownMessage(cid)` for each message of ours that
   * the server is seen to have, `added(event)` for each event that is newer than all before,
   * `forgot()` when another conversation begins.
   */
  constructor(on) {
    this.#on = on;
  }

  get lastSeq() {
    return this.#lastSeq;
  }

  get hasEarlier() {
    return this.#hasEarlier && this.#events.length < MAX_EVENTS;
  }

  get isLoading() {
    return this.#historyBefore !== null || (this.#isSettling && this.#events.length === 0);
  }

  events() {
    return this.#events;
  }

  /** What `hello.resume` says: where to go on, or null when there is nothing to go on from. */
  resume() {
    if (this.#conversation === null || this.#isFresh) return null;
    return { conversation: this.#conversation, last_seq: this.#lastSeq };
  }

  welcomed({ conversation }) {
    const id = conversation?.id ?? null;
    const isOther = id === null ? this.#events.length > 0 : this.#conversation !== null && this.#conversation !== id;
    if (isOther) this.#forget();
    this.#conversation = id;
    this.#isSettling = true;
    this.#isSyncing = false;
    this.#settledFrom = null;
    this.#on.changed();
  }

  disconnected() {
    this.#isSettling = false;
    this.#isSyncing = false;
    this.#historyBefore = null;
    this.#ahead.clear();
    this.#on.changed();
  }

  /** Takes one event, live or replayed. */
  accept(event) {
    if (!Number.isInteger(event.seq) || event.seq < 1) return;
    this.#noteOwn(event);
    if (this.#isFresh) this.#beginAt(event.seq);
    if (event.seq <= this.#lastSeq) return;
    if (event.seq > this.#lastSeq + 1) {
      this.#keepAhead(event);
    } else {
      this.#append(event);
      this.#drainAhead();
    }
    this.#on.changed();
  }

  /** An acknowledgement stands for the event of our own message, which does not come to us by itself. */
  acked({ seq, id, ts, conversation }, cid, content) {
    if (this.#conversation === null) this.#conversation = conversation?.id ?? conversation ?? null;
    this.accept({ seq, kind: 'message', data: { id, from: 'customer', cid, content, ts } });
  }

  /** The replay, or the answer to a `sync`, is complete up to `seq`. */
  synced({ seq }) {
    const end = Number.isInteger(seq) ? seq : this.#lastSeq;
    this.#isSettling = false;
    this.#isSyncing = false;
    if (this.#isFresh) this.#beginAt(end + 1);
    this.#drainAhead();
    if (end > this.#lastSeq || this.#ahead.size > 0) this.#fillHole(end);
    if (this.#events.length < SCREENFUL) this.loadEarlier();
    this.#on.changed();
  }

  /** Too much was missed to be replayed: what we have is no longer joined to what comes. */
  gap({ to }) {
    if (Number.isInteger(to)) this.#restartAfter(to);
  }

  history({ events, has_more: hasMore }) {
    const before = this.#historyBefore;
    if (before === null) return;
    this.#historyBefore = null;
    // Asked before a gap and answered after it: this page no longer ends where ours begins.
    if (before !== this.#firstSeq) {
      this.loadEarlier();
      this.#on.changed();
      return;
    }
    const older = (Array.isArray(events) ? events : [])
      .filter((event) => Number.isInteger(event?.seq) && event.seq < before)
      .sort((one, other) => one.seq - other.seq)
      .filter((event, at, all) => at === 0 || all[at - 1].seq !== event.seq);
    older.forEach((event) => this.#noteOwn(event));
    this.#events.unshift(...older);
    this.#firstSeq = older[0]?.seq ?? before;
    this.#hasEarlier = hasMore === true && older.length > 0;
    this.#on.changed();
  }

  /** Asks for the page before the oldest event; only one such request is under way. */
  loadEarlier() {
    if (!this.#hasEarlier || this.#historyBefore !== null || this.#conversation === null) return;
    this.#historyBefore = this.#firstSeq;
    this.#on.request({ t: 'history', before_seq: this.#firstSeq, limit: HISTORY_PAGE });
    this.#on.changed();
  }

  /** The server could not answer now: asks again for what was asked and did not come. */
  askAgain() {
    if (this.#isSyncing) this.#requestSync();
    if (this.#historyBefore === null) return;
    this.#historyBefore = null;
    this.loadEarlier();
  }

  clear() {
    this.#forget();
    this.#conversation = null;
    this.#on.changed();
  }

  #noteOwn({ data }) {
    if (typeof data?.cid === 'string') this.#on.ownMessage(data.cid);
  }

  #beginAt(seq) {
    this.#isFresh = false;
    this.#firstSeq = seq;
    this.#lastSeq = seq - 1;
    this.#hasEarlier = seq > 1;
  }

  #append(event) {
    this.#events.push(event);
    this.#lastSeq = event.seq;
    if (this.#events.length > MAX_EVENTS) {
      this.#events.shift();
      this.#firstSeq = this.#events[0].seq;
      this.#hasEarlier = true;
    }
    this.#on.added(event);
  }

  #keepAhead(event) {
    // Past the bound it is dropped: the sync that is under way brings it again.
    if (this.#ahead.size < MAX_AHEAD) this.#ahead.set(event.seq, event);
    if (!this.#isSettling) this.#requestSync();
  }

  #drainAhead() {
    for (let next; (next = this.#ahead.get(this.#lastSeq + 1)) !== undefined;) {
      this.#ahead.delete(next.seq);
      this.#append(next);
    }
    for (const seq of this.#ahead.keys()) {
      if (seq <= this.#lastSeq) this.#ahead.delete(seq);
    }
  }

  #requestSync() {
    this.#isSettling = true;
    this.#isSyncing = true;
    this.#settledFrom = this.#lastSeq;
    this.#on.request({ t: 'sync', from: this.#lastSeq });
  }

  // A hole is left after the server said that it sent everything. Once more from where we
  // stand; if that brought nothing either, asking again would go on for ever.
  #fillHole(end) {
    if (this.#settledFrom !== this.#lastSeq) this.#requestSync();
    else this.#restartAfter(Math.max(end, ...this.#ahead.keys()));
  }

  #restartAfter(seq) {
    this.#events = [];
    this.#beginAt(seq + 1);
    this.#drainAhead();
    this.loadEarlier();
    this.#on.changed();
  }

  #forget() {
    this.#events = [];
    this.#ahead.clear();
    this.#firstSeq = 1;
    this.#lastSeq = 0;
    this.#isFresh = true;
    this.#historyBefore = null;
    this.#hasEarlier = false;
    this.#on.forgot();
  }
}
