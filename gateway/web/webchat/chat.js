// One chat: joins identity, connection, outbox, timeline and view.
//
// Frames come in here and go to the part that they concern; a frame that nobody knows is
// ignored, since a newer gateway may send more than this client understands.

import { Connection } from './connection.js';
import { Identity } from './identity.js';
import { Outbox } from './outbox.js';
import { currentPage, PageEvents } from './page_events.js';
import { Seen } from './seen.js';
import { chosenText, switchedText } from './text.js';
import { Timeline } from './timeline.js';
import { transcript } from './transcript.js';
import { IncomingTyping, OutgoingTyping } from './typing.js';
import { View } from './view.js';

const PASSING_ERRORS = new Set(['rate_limited', 'unavailable']);
const DEFAULT_RETRY_AFTER_MS = 2_000;

export class Chat {
  view;
  #base;
  #site;
  #on;
  #text = chosenText();
  #identity;
  #outbox;
  #timeline;
  #seen;
  #pageEvents;
  #outgoingTyping;
  #incomingTyping;
  #connection;
  #isOpen;
  #isReplaying = true;
  #presentedToken = null;
  #hasBeenOnline = false;
  #state = 'connecting';
  #unread = 0;
  #retryTimer = null;
  #isDrawing = false;

  /**
   * * `base`: address of the gateway, ending in `/`.
   * * `site`: the site's name in the gateway's configuration.
   * * `tokenProvider`: returns the JWT of the logged-in user, or null; may itself be null.
   * * `isPanel`: it stands on somebody else's page, folded until `open`.
   * * `on`: `unread(count)`, `close()`, `language(text)`.
   */
  constructor({ base, site, tokenProvider, isPanel, on }) {
    this.#base = base;
    this.#site = site;
    this.#on = on;
    this.#isOpen = !isPanel;
    this.#identity = new Identity({ site, tokenProvider });
    this.#outgoingTyping = new OutgoingTyping((frame) => this.#connection.send(frame));
    this.#incomingTyping = new IncomingTyping((from) => this.view.showTyping(from));
    this.#seen = new Seen((frame) => this.#connection.send(frame));
    this.#pageEvents = new PageEvents({ send: (frame) => this.#connection.send(frame), beacon: (events) => this.#beacon(events) });
    this.#outbox = new Outbox({ site, on: { send: (frame) => this.#connection.send(frame), changed: () => this.#draw() } });
    this.#timeline = new Timeline({
      request: (frame) => this.#connection.send(frame),
      ownMessage: (cid) => this.#outbox.delivered(cid),
      added: (event) => this.#added(event),
      forgot: () => this.#seen.reset(),
      changed: () => this.#draw(),
    });
    this.#connection = new Connection({
      url: socketUrl(base),
      admit: () => this.#admit(),
      on: {
        state: (name, reason) => this.#stateChanged(name, reason),
        welcome: (frame) => this.#welcomed(frame),
        frame: (frame) => this.#received(frame),
        closed: (code, reaction) => this.#closed(reaction),
        unauthenticated: () => this.#identity.rejected(),
      },
    });
    this.view = new View({ isPanel, text: this.#text, on: this.#viewHandlers() });
  }

  start() {
    this.#on.language(this.#text);
    this.#draw();
    this.#connection.start();
    this.#pageEvents.start();
    this.#outbox.adopt();
    document.addEventListener('visibilitychange', this.#looked);
    addEventListener('storage', this.#stored);
    addEventListener('pagehide', this.#hidden);
    addEventListener('pageshow', this.#shownAgain);
  }

  stop() {
    this.#connection.stop();
    this.#pageEvents.stop();
    document.removeEventListener('visibilitychange', this.#looked);
    removeEventListener('storage', this.#stored);
    removeEventListener('pagehide', this.#hidden);
    removeEventListener('pageshow', this.#shownAgain);
  }

  /** The panel was unfolded: what it shows is being read. */
  opened() {
    this.#isOpen = true;
    this.view.scrollToEnd();
    this.view.focusComposer();
    this.#atEnd();
  }

  folded() {
    this.#isOpen = false;
  }

  /** The customer logged in on the site; what they wrote before becomes part of their own history. */
  signIn(token) {
    this.#identity.signIn(token);
    if (!this.#connection.send({ t: 'auth', token })) this.#connection.wake();
  }

  /** The customer logged out: forgets who they were and what was said. */
  signOut() {
    this.#identity.signOut();
    this.#outbox.clearAll();
    this.#startOver();
  }

  async #admit() {
    const release = await this.#identity.admit();
    return { release, hello: () => this.#hello() };
  }

  #hello() {
    this.#presentedToken = this.#identity.token;
    return {
      t: 'hello',
      v: 1,
      site: this.#site,
      token: this.#identity.token,
      visitor: this.#identity.visitor,
      device: this.#identity.device,
      resume: this.#timeline.resume(),
      page: currentPage(),
      locale: navigator.language,
      tz: Intl.DateTimeFormat().resolvedOptions().timeZone,
      caps: ['typing', 'ack', 'history'],
    };
  }

  #welcomed(frame) {
    this.#isReplaying = true;
    this.#identity.welcomed(frame);
    this.#timeline.welcomed(frame);
    this.#setUnread(frame.conversation?.unread ?? 0);
    this.#outbox.opened();
    this.#pageEvents.welcomed(frame);
    // The customer logged in between our hello and this.
    const { token } = this.#identity;
    if (token !== null && token !== this.#presentedToken) this.#connection.send({ t: 'auth', token });
  }

  #received(frame) {
    switch (frame.t) {
      case 'event':
        return this.#timeline.accept(frame);
      case 'ack':
        return this.#acked(frame);
      case 'nack':
        return this.#outbox.refused(frame);
      case 'synced':
        this.#timeline.synced(frame);
        this.#isReplaying = false;
        return undefined;
      case 'gap':
        return this.#timeline.gap(frame);
      case 'history':
        return this.#timeline.history(frame);
      case 'typing':
        return this.#incomingTyping.received(frame);
      case 'queue':
        return this.view.showQueue(Number.isInteger(frame.position) && frame.position > 0 ? frame.position : null);
      case 'token_expiring':
        return this.#renewToken();
      case 'error':
        return this.#failed(frame);
      default:
        return undefined;
    }
  }

  #acked(frame) {
    const entry = this.#outbox.delivered(frame.cid);
    // Known already from the replay: the event came first.
    if (entry === null) return;
    this.#timeline.acked(frame, entry.cid, { type: 'text', text: entry.text });
  }

  #added({ kind, data }) {
    if (kind !== 'message') return;
    if (data?.from === 'customer') return;
    this.#incomingTyping.ended();
    if (data?.from === 'agent') this.view.showQueue(null);
    if (!this.#isReplaying) this.#setUnread(this.#unread + 1);
  }

  #closed(reaction) {
    if (reaction.drops_message) this.#outbox.refuseInFlight('too_long');
    clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    this.#outbox.closed();
    this.#timeline.disconnected();
    this.#incomingTyping.ended();
    this.view.showQueue(null);
  }

  // It does not say which request; whatever is still open is asked for again, when it may be.
  #failed({ code, retry_after_ms: retryAfterMs }) {
    if (!PASSING_ERRORS.has(code) || this.#retryTimer !== null) return;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = null;
      this.#timeline.askAgain();
    }, retryAfterMs ?? DEFAULT_RETRY_AFTER_MS);
  }

  async #renewToken() {
    this.#identity.expire();
    try {
      await this.#identity.refresh();
    } catch {
      // The site's server did not answer: the gateway will close with 4401, and we ask again then.
      return;
    }
    if (this.#identity.token !== null) this.#connection.send({ t: 'auth', token: this.#identity.token });
  }

  #send(text) {
    this.#outgoingTyping.stopped();
    const isAccepted = this.#outbox.add(text);
    if (isAccepted) {
      this.#drawNow();
      this.view.scrollToEnd();
      this.#connection.wake();
    }
    return isAccepted;
  }

  #stateChanged(name, reason) {
    this.#state = name;
    if (name === 'online') this.#hasBeenOnline = true;
    const isAway = name === 'waiting' || name === 'connecting';
    if (isAway && navigator.onLine === false) this.view.showState('offline', false);
    else if (isAway) this.view.showState(this.#hasBeenOnline || name === 'waiting' ? 'waiting' : 'connecting', false);
    else this.view.showState(name === 'stopped' ? reason : name, name === 'stopped');
  }

  #switchLanguage() {
    this.#text = switchedText(this.#text);
    this.view.relabel(this.#text);
    this.#on.language(this.#text);
  }

  #startOver() {
    this.#timeline.clear();
    this.#setUnread(0);
    this.view.clearComposer();
    this.#connection.reopen();
  }

  #atEnd() {
    if (!this.#isOpen || document.visibilityState !== 'visible') return;
    this.#seen.displayed(this.#timeline.lastSeq);
    this.#setUnread(0);
  }

  #setUnread(count) {
    this.#unread = count;
    this.#on.unread(count);
  }

  // Many events of one replay are drawn together.
  #draw() {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    drawSoon(() => this.#drawNow());
  }

  #drawNow() {
    this.#isDrawing = false;
    const items = transcript(this.#timeline.events(), this.#outbox.entries());
    const isFirstLoad = !this.#hasBeenOnline && this.#state === 'connecting' && items.length === 0 && this.#identity.visitor !== null;
    this.view.show(items, { hasEarlier: this.#timeline.hasEarlier, isLoading: isFirstLoad || this.#timeline.isLoading });
  }

  #beacon(events) {
    const visitor = this.#identity.visitor;
    if (events.length === 0 || visitor === null) return;
    const body = JSON.stringify({ visitor, events });
    // Plain text: another type would need a preflight, and nobody waits for its answer here.
    navigator.sendBeacon(new URL('v1/webchat/beacon', this.#base), new Blob([body], { type: 'text/plain' }));
  }

  #viewHandlers() {
    return {
      send: (text) => this.#send(text),
      typed: (text) => this.#outgoingTyping.typed(text),
      earlier: () => this.#timeline.loadEarlier(),
      retry: (cid) => {
        this.#outbox.retry(cid);
        this.#connection.wake();
      },
      discard: (cid) => this.#outbox.discard(cid),
      atEnd: () => this.#atEnd(),
      reconnect: () => this.#connection.reopen(),
      language: () => this.#switchLanguage(),
      close: () => this.#on.close(),
    };
  }

  #looked = () => {
    if (document.visibilityState === 'visible') this.view.look();
  };

  #stored = (event) => {
    if (!this.#identity.isSignOut(event)) return;
    this.#identity.signedOutElsewhere();
    this.#outbox.clear();
    this.#startOver();
  };

  #hidden = () => {
    this.#outgoingTyping.stopped();
    this.#connection.suspend();
    this.#closed({});
  };

  #shownAgain = ({ persisted }) => {
    if (persisted) this.#connection.reopen();
  };
}

function socketUrl(base) {
  const url = new URL('v1/webchat/ws', base);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** The next frame, or soon where no frame comes: a hidden page draws too, so that it is current when it is seen. */
function drawSoon(action) {
  if (document.visibilityState === 'visible') requestAnimationFrame(action);
  else setTimeout(action, 0);
}
