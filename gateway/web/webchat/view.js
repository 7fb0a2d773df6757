// The chat as it is seen: head, messages, composer. It shows what it is told and reports what
// the customer does; it decides nothing.

import { Composer } from './composer.js';
import { element, icon } from './element.js';
import { MessageList } from './message_list.js';

export class View {
  node;
  #text;
  #list;
  #composer;
  #parts;
  #state = { name: 'connecting', canRetry: false };
  #queue = null;

  /**
   * * `isPanel`: it stands on somebody else's page and can be closed.
   * * `on`: `send`, `typed`, `earlier`, `retry`, `discard`, `atEnd`, `reconnect`, `language`, `close`.
   */
  constructor({ isPanel, on, text }) {
    this.#list = new MessageList(on, text);
    this.#composer = new Composer(on, text);
    const title = element(isPanel ? 'h2' : 'h1', { class: 'title', id: 'signalbox-title' });
    const status = element('p', { class: 'status', role: 'status' });
    const language = element('button', { class: 'quiet', type: 'button' });
    const close = element('button', { class: 'quiet round', type: 'button', hidden: !isPanel }, icon('close'));
    const stopped = element('div', { class: 'stopped', hidden: true }, element('p', {}), element('button', { class: 'plain', type: 'button' }));
    const queue = element('p', { class: 'queue', role: 'status', hidden: true });
    this.#parts = { title, status, language, close, stopped, queue };
    const head = element('header', { class: 'head' }, element('span', { class: 'mark' }, icon('signal')), element('div', { class: 'head-text' }, title, status), language, close);
    this.node = element('section', { class: 'chat', 'aria-labelledby': 'signalbox-title' }, head, stopped, this.#list.node, queue, this.#composer.node);
    language.addEventListener('click', () => on.language());
    close.addEventListener('click', () => on.close());
    stopped.querySelector('button').addEventListener('click', () => on.reconnect());
    this.relabel(text);
  }

  relabel(text) {
    this.#text = text;
    const { title, language, close, stopped } = this.#parts;
    this.node.lang = text.language;
    title.textContent = text.title;
    language.textContent = text.otherLanguage;
    language.setAttribute('aria-label', text.otherLanguageLabel);
    language.lang = text.language === 'en' ? 'zh-CN' : 'en';
    close.setAttribute('aria-label', text.close);
    stopped.querySelector('button').textContent = text.tryAgain;
    this.#list.relabel(text);
    this.#composer.relabel(text);
    this.showState(this.#state.name, this.#state.canRetry);
    this.showQueue(this.#queue);
  }

  /** `name` is a key of the texts under `state`; `canRetry` offers to connect by hand. */
  showState(name, canRetry) {
    this.#state = { name, canRetry };
    const { status, stopped } = this.#parts;
    this.node.dataset.state = name;
    if (status.textContent !== this.#text.state[name]) status.textContent = this.#text.state[name];
    stopped.hidden = !canRetry;
    stopped.querySelector('p').textContent = this.#text.state[name];
    status.classList.toggle('unseen', canRetry);
    this.#list.setOnline(name === 'online');
    // A chat that does not exist greets nobody and takes nothing.
    const isUnknown = name === 'unknown';
    this.#list.setGreeting(!isUnknown);
    this.#composer.node.hidden = isUnknown;
  }

  /** The place in the waiting line, from 1, or null when there is none. */
  showQueue(position) {
    this.#queue = position;
    this.#parts.queue.hidden = position === null;
    this.#parts.queue.textContent = position === null ? '' : this.#text.queue(position);
  }

  show(items, paging) {
    this.#list.show(items, paging);
  }

  showTyping(from) {
    this.#list.showTyping(from);
  }

  scrollToEnd() {
    this.#list.scrollToEnd();
  }

  /** Reports again what is in sight, without moving anything. */
  look() {
    this.#list.look();
  }

  focusComposer() {
    this.#composer.focus();
  }

  clearComposer() {
    this.#composer.clear();
  }
}
