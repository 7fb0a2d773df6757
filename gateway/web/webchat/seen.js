// Tells the server up to which message the customer has seen the conversation: cumulative,
// at most once a second, only while the page is really looked at.

const SEND_EVERY_MS = 1_000;

export class Seen {
  #send;
  #displayed = 0;
  #reported = 0;
  #timer = null;

  /** `send(frame)` says whether the frame could be handed over. */
  constructor(send) {
    this.#send = send;
  }

  /** Everything up to `seq` stands on a visible screen. */
  displayed(seq) {
    if (document.visibilityState !== 'visible') return;
    this.#displayed = Math.max(this.#displayed, seq);
    if (this.#displayed > this.#reported && this.#timer === null) this.#report();
  }

  /** Another conversation begins. */
  reset() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#displayed = 0;
    this.#reported = 0;
  }

  // The first goes at once; what follows within the second goes together when it is over.
  #report() {
    if (this.#send({ t: 'seen', seq: this.#displayed })) this.#reported = this.#displayed;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#displayed > this.#reported) this.#report();
    }, SEND_EVERY_MS);
  }
}
