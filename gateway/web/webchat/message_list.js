// The scrolling list of messages.
//
// It is drawn again from the items at each change, but a node whose item did not change stays
// the same node, so that a screen reader announces only what is new and a selection survives.

import { element, icon } from './element.js';

// How far from the end still counts as reading the end.
const END_SLACK_PX = 48;
// How near to the top the page before is fetched.
const TOP_SLACK_PX = 120;

export class MessageList {
  node;
  #on;
  #text;
  #isOnline = false;
  #items = [];
  #nodes = new Map();
  #hasEarlier = false;
  #isLoading = false;
  #hasGreeting = true;
  #typing = null;
  #wasAtEnd = true;
  #parts;

  /** `on`: `earlier()`, `retry(cid)`, `discard(cid)`, `atEnd()` whenever the newest message is in sight. */
  constructor(on, text) {
    this.#on = on;
    const list = element('ol', { class: 'messages', role: 'list' });
    const earlier = element('button', { class: 'earlier', type: 'button', hidden: true });
    const empty = element('div', { class: 'empty', hidden: true }, icon('signal'), element('p', { class: 'empty-title' }), element('p', { class: 'empty-text' }));
    const typing = element('p', { class: 'typing', hidden: true, 'aria-live': 'off' },
      element('span', { class: 'typing-dots', 'aria-hidden': 'true' }, element('i'), element('i'), element('i')), element('span', { class: 'typing-text', dir: 'auto' }));
    const log = element('div', { class: 'log', role: 'log', 'aria-live': 'polite', 'aria-relevant': 'additions', 'aria-busy': 'true', tabindex: '0' }, earlier, empty, list, typing);
    const newest = element('button', { class: 'newest', type: 'button', hidden: true }, icon('down'));
    this.#parts = { list, earlier, empty, typing, log, newest };
    this.node = element('div', { class: 'log-frame' }, log, newest);
    earlier.addEventListener('click', () => this.#on.earlier());
    newest.addEventListener('click', () => {
      this.scrollToEnd();
      log.focus({ preventScroll: true });
    });
    log.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => this.#keepEnd()).observe(log);
    this.relabel(text);
  }

  relabel(text) {
    this.#text = text;
    const { log, earlier, empty, newest } = this.#parts;
    log.setAttribute('aria-label', text.messages);
    earlier.textContent = text.earlier;
    newest.setAttribute('aria-label', text.newest);
    empty.querySelector('.empty-title').textContent = text.emptyTitle;
    empty.querySelector('.empty-text').textContent = text.emptyText;
    this.#nodes.clear();
    this.showTyping(this.#typing);
    this.#draw();
  }

  setOnline(isOnline) {
    this.#isOnline = isOnline;
    this.#draw();
  }

  /** Whether a conversation in which nothing was said begins with words of welcome. */
  setGreeting(hasGreeting) {
    this.#hasGreeting = hasGreeting;
    this.#draw();
  }

  show(items, { hasEarlier, isLoading }) {
    this.#items = items;
    this.#hasEarlier = hasEarlier;
    this.#isLoading = isLoading;
    this.#draw();
  }

  /** Who types: `bot`, `agent`, or null for nobody. */
  showTyping(from) {
    this.#typing = from;
    const { typing } = this.#parts;
    typing.hidden = from === null;
    typing.querySelector('.typing-text').textContent = from === null ? '' : this.#text.typing[from];
    this.#keepEnd();
  }

  scrollToEnd() {
    const { log } = this.#parts;
    log.scrollTop = log.scrollHeight;
    this.#scrolled();
  }

  look() {
    this.#scrolled();
  }

  #draw() {
    const { list, log, earlier, empty } = this.#parts;
    // Asked now, since the event of the last scroll may not have come yet.
    if (log.clientHeight > 0) this.#wasAtEnd = this.#isAtEnd();
    const fromEnd = log.scrollHeight - log.scrollTop;
    const firstKey = list.firstElementChild?.dataset.key;
    const isPrepended = firstKey !== undefined && this.#items[0]?.key !== firstKey;
    // What is older than the screen, or stood there before, is not news to be read out.
    log.setAttribute('aria-busy', String(this.#isLoading || isPrepended));
    earlier.hidden = !this.#hasEarlier;
    earlier.disabled = this.#isLoading;
    earlier.textContent = this.#isLoading ? this.#text.loading : this.#text.earlier;
    empty.hidden = !this.#hasGreeting || this.#isLoading || this.#items.length > 0;
    this.#reconcile();
    if (isPrepended && !this.#wasAtEnd) log.scrollTop = log.scrollHeight - fromEnd;
    else this.#keepEnd();
    if (!this.#isLoading) log.setAttribute('aria-busy', 'false');
  }

  #reconcile() {
    const { list } = this.#parts;
    const before = this.#nodes;
    this.#nodes = new Map();
    let place = list.firstElementChild;
    for (const item of this.#items) {
      const signature = JSON.stringify([item, item.state === 'sending' && this.#isOnline]);
      const known = before.get(item.key);
      const node = known?.signature === signature ? known.node : this.#drawItem(item, known?.node);
      this.#nodes.set(item.key, { node, signature });
      if (node === place) place = place.nextElementSibling;
      else list.insertBefore(node, place);
    }
    while (place !== null) {
      const next = place.nextElementSibling;
      place.remove();
      place = next;
    }
  }

  #drawItem(item, node = element('li')) {
    node.dataset.key = item.key;
    if (item.kind === 'day') return fill(node, 'day', element('span', {}, dayName(item.date, this.#text)));
    if (item.kind === 'notice') return fill(node, 'notice', element('span', { dir: 'auto' }, this.#text.notice[item.notice](item.name)));
    const side = item.from === 'customer' ? 'own' : 'other';
    const classes = ['message', side, item.isFirst && 'first', item.isLast && 'last', item.state].filter(Boolean).join(' ');
    const author = item.from === 'customer' ? this.#text.you : item.name || this.#text[item.from];
    return fill(node, classes, this.#author(item, author), this.#bubble(item), this.#meta(item));
  }

  #author(item, author) {
    const isShown = item.from !== 'customer' && item.isFirst;
    return element('span', { class: isShown ? 'author' : 'author unseen', dir: 'auto' }, isShown ? author : this.#text.says(author));
  }

  #bubble({ text, isDeleted }) {
    if (text === null) return element('p', { class: 'bubble placeholder' }, isDeleted ? this.#text.deleted : this.#text.unsupported);
    return element('p', { class: 'bubble', dir: 'auto' }, ...withLinks(text));
  }

  #meta(item) {
    const state = this.#stateText(item);
    if (!item.isLast && state === null && !item.isEdited) return null;
    const words = [item.isEdited ? this.#text.edited : null, item.isLast || item.showsState ? clock(item.ts, this.#text) : null, state].filter(Boolean);
    const meta = element('div', { class: 'meta' }, element('span', {}, words.join(' · ')));
    if (item.state === 'failed') meta.append(this.#action('retry', item), this.#action('discard', item));
    return meta;
  }

  #stateText({ from, state, showsState, code }) {
    if (from !== 'customer') return null;
    if (state === 'failed') return this.#text.failed[code] ?? this.#text.failed.other;
    if (state === 'sending') return this.#isOnline ? this.#text.sending : this.#text.pending;
    return showsState ? this.#text[state] : null;
  }

  #action(name, { cid, text }) {
    const button = element('button', { class: 'link', type: 'button', 'aria-label': this.#text[`${name}Label`](text) }, this.#text[name]);
    button.addEventListener('click', () => this.#on[name](cid));
    return button;
  }

  #keepEnd() {
    if (this.#wasAtEnd) this.scrollToEnd();
    else this.#scrolled();
  }

  #scrolled() {
    const { log, newest } = this.#parts;
    // Nothing is in sight while the panel is folded.
    if (log.clientHeight === 0) return;
    this.#wasAtEnd = this.#isAtEnd();
    newest.hidden = this.#wasAtEnd;
    if (this.#wasAtEnd) this.#on.atEnd();
    else if (log.scrollTop < TOP_SLACK_PX && this.#hasEarlier && !this.#isLoading) this.#on.earlier();
  }

  #isAtEnd() {
    const { log } = this.#parts;
    return log.scrollHeight - log.scrollTop - log.clientHeight < END_SLACK_PX;
  }
}

function fill(node, classes, ...children) {
  node.className = classes;
  node.replaceChildren(...children.filter((child) => child !== null));
  return node;
}

const LINK = /https?:\/\/[^\s<>"'`，。；！？、）】」』]+/gu;
const TRAILING = /[.,;:!?)\]}]+$/u;

/** Web addresses become links; everything else stays the characters that it is. */
function withLinks(text) {
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const address = found.replace(TRAILING, '');
    if (!URL.canParse?.(address)) continue;
    parts.push(text.slice(end, index), element('a', { href: address, target: '_blank', rel: 'noopener noreferrer nofollow ugc' }, address));
    end = index + address.length;
  }
  return [...parts, text.slice(end)];
}

function clock(ts, text) {
  const date = new Date(ts ?? NaN);
  return Number.isNaN(date.getTime()) ? null : date.toLocaleTimeString(text.language, { hour: 'numeric', minute: '2-digit' });
}

function dayName(date, text) {
  const yesterday = new Date();
  yesterday.setDate(yesterday.getDate() - 1);
  if (date.toDateString() === new Date().toDateString()) return text.today;
  if (date.toDateString() === yesterday.toDateString()) return text.yesterday;
  return date.toLocaleDateString(text.language, { dateStyle: 'long' });
}
