// What the customer does on the site's pages: which page, for how long it was really visible,
// and when they left. Rules may answer to it ("five minutes on the delivery page").
//
// Addresses lose their query, since sites put names, mail addresses and tokens there; only
// campaign marks stay. Somebody who asked not to be tracked is not.

// A little more than the second that the gateway asks for, since lines jitter.
const SEND_EVERY_MS = 1_100;
const MAX_PER_SESSION = 500;
const MAX_QUEUED = 20;
const MAX_TITLE_CHARACTERS = 300;
// So that a full queue still fits a beacon's 64 KiB, whatever its characters need as bytes.
const MAX_URL_CHARACTERS = 500;
const KEPT_PARAMETERS = ['utm_source', 'utm_medium', 'utm_campaign'];

export class PageEvents {
  #send;
  #beacon;
  #isAllowed = navigator.doNotTrack !== '1' && navigator.globalPrivacyControl !== true;
  #queue = [];
  #count = 0;
  #sendTimer = null;
  #url = null;
  #referrer = '';
  #marks = [];
  #passed = new Set();
  #markTimer = null;
  #visibleMs = 0;
  #visibleSince = null;

  /**
   * * `send(frame)` says whether the frame could be handed over.
   * * `beacon(events)` delivers what is left while the page goes away.
   */
  constructor({ send, beacon }) {
    this.#send = send;
    this.#beacon = beacon;
  }

  start() {
    if (!this.#isAllowed) return;
    document.addEventListener('visibilitychange', this.#visibilityChanged);
    addEventListener('pagehide', this.#left);
    addEventListener('pageshow', this.#shown);
    addEventListener('popstate', this.#navigated);
    globalThis.navigation?.addEventListener('currententrychange', this.#navigated);
    this.#view();
  }

  stop() {
    document.removeEventListener('visibilitychange', this.#visibilityChanged);
    removeEventListener('pagehide', this.#left);
    removeEventListener('pageshow', this.#shown);
    removeEventListener('popstate', this.#navigated);
    globalThis.navigation?.removeEventListener('currententrychange', this.#navigated);
    clearTimeout(this.#markTimer);
    clearTimeout(this.#sendTimer);
  }

  welcomed({ limits }) {
    const marks = limits?.dwell_marks_ms;
    this.#marks = Array.isArray(marks) ? marks.filter(Number.isFinite).sort((one, other) => one - other) : [];
    this.#awaitMark();
    this.#flush();
  }

  #view() {
    this.#referrer = this.#url ?? withoutSecrets(document.referrer);
    this.#url = withoutSecrets(location.href);
    this.#visibleMs = 0;
    this.#visibleSince = document.visibilityState === 'visible' ? performance.now() : null;
    this.#passed.clear();
    this.#add('view');
    this.#awaitMark();
  }

  #navigated = () => {
    if (withoutSecrets(location.href) === this.#url) return;
    this.#add('leave');
    this.#view();
  };

  #visibilityChanged = () => {
    const isVisible = document.visibilityState === 'visible';
    this.#visibleMs = this.#dwellMs();
    this.#visibleSince = isVisible ? performance.now() : null;
    this.#add('visibility', { visible: isVisible });
    this.#awaitMark();
  };

  // A socket is not to be relied on while the page goes away, so nothing is sent there any more.
  #left = () => {
    this.#enqueue('leave');
    clearTimeout(this.#sendTimer);
    this.#sendTimer = null;
    this.#beacon(this.#queue.splice(0));
  };

  #shown = ({ persisted }) => {
    if (persisted) this.#view();
  };

  #dwellMs() {
    const current = this.#visibleSince === null ? 0 : performance.now() - this.#visibleSince;
    return this.#visibleMs + current;
  }

  #awaitMark() {
    clearTimeout(this.#markTimer);
    if (!this.#isAllowed || this.#visibleSince === null) return;
    const next = this.#marks.find((mark) => !this.#passed.has(mark));
    if (next === undefined) return;
    this.#markTimer = setTimeout(() => {
      this.#passed.add(next);
      this.#add('dwell');
      this.#awaitMark();
    }, Math.max(0, next - this.#dwellMs()));
  }

  #add(kind, more) {
    this.#enqueue(kind, more);
    this.#flush();
  }

  #enqueue(kind, more = {}) {
    if (this.#count >= MAX_PER_SESSION) return;
    this.#count += 1;
    if (this.#queue.length >= MAX_QUEUED) this.#queue.shift();
    this.#queue.push({ t: 'page', kind, ...pageNow(this.#url, this.#referrer), ts: new Date().toISOString(), dwell_ms: Math.round(this.#dwellMs()), ...more });
  }

  #flush() {
    if (this.#sendTimer !== null || this.#queue.length === 0) return;
    if (!this.#send(this.#queue[0])) return;
    this.#queue.shift();
    this.#sendTimer = setTimeout(() => {
      this.#sendTimer = null;
      this.#flush();
    }, SEND_EVERY_MS);
  }
}

/** The page as `hello` names it. */
export function currentPage() {
  return pageNow(withoutSecrets(location.href), withoutSecrets(document.referrer));
}

function pageNow(url, referrer) {
  return { url, title: document.title.slice(0, MAX_TITLE_CHARACTERS), referrer };
}

function withoutSecrets(address) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return '';
  }
  const kept = new URLSearchParams();
  for (const name of KEPT_PARAMETERS) {
    if (url.searchParams.has(name)) kept.set(name, url.searchParams.get(name));
  }
  url.username = '';
  url.password = '';
  url.hash = '';
  url.search = kept.toString();
  return url.href.slice(0, MAX_URL_CHARACTERS);
}
