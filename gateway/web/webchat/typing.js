// "Is typing", in both directions. It is a courtesy: never stored, never repeated, and it
// expires by itself, since the frame that ends it may be lost.

const SEND_EVERY_MS = 3_000;
// The gateway takes one notice a second; the end of a short message waits for its turn.
const APART_MS = 1_100;
const EXPIRE_AFTER_MS = 6_000;

/** Tells the server that the customer types: at most once per 3 s, and once when they stop. */
export class OutgoingTyping {
  #send;
  #lastSentAt = -Infinity;
  #isOn = false;
  #ending = null;

  constructor(send) {
    this.#send = send;
  }

  /** A key was pressed and the message is now `text`. */
  typed(text) {
    if (text.trim() === '') {
      this.stopped();
      return;
    }
    if (performance.now() - this.#lastSentAt < SEND_EVERY_MS) return;
    this.#isOn = true;
    this.#tell();
  }

  /** The message was sent or cleared. */
  stopped() {
    if (!this.#isOn) return;
    this.#isOn = false;
    const since = performance.now() - this.#lastSentAt;
    clearTimeout(this.#ending);
    this.#ending = setTimeout(() => {
      if (!this.#isOn) this.#tell();
    }, Math.max(0, APART_MS - since));
  }

  #tell() {
    this.#lastSentAt = performance.now();
    this.#send({ t: 'typing', on: this.#isOn });
  }
}

/** Knows who types to the customer; `changed` is called with `bot`, `agent`, or null for nobody. */
export class IncomingTyping {
  #changed;
  #timer = null;

  constructor(changed) {
    this.#changed = changed;
  }

  received({ on, from }) {
    // Ourselves, in another tab.
    if (from === 'customer') return;
    clearTimeout(this.#timer);
    if (on !== true) {
      this.ended();
      return;
    }
    this.#changed(from === 'agent' ? 'agent' : 'bot');
    this.#timer = setTimeout(() => this.ended(), EXPIRE_AFTER_MS);
  }

  /** A message came, or the connection went: whatever was announced is over. */
  ended() {
    clearTimeout(this.#timer);
    this.#changed(null);
  }
}
