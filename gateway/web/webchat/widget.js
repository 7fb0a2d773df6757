// The chat on any site's page: a round button in the corner and a panel that unfolds from it.
//
// Everything stands in a shadow root with style sheets of its own, so that neither page's style
// reaches the other. The sheets are fetched and constructed, not linked: so a site's
// `style-src` needs no entry for the gateway.

import { Chat } from './chat.js';
import { element, icon } from './element.js';

const STYLES = ['base.css', 'frame.css', 'messages.css', 'composer.css', 'widget.css'];
const MAX_SHOWN_UNREAD = 99;

/** Puts the chat on this page; resolves to its handle once it can be used. */
export async function openWidget({ base, site, tokenProvider }) {
  const styles = await Promise.all(STYLES.map((name) => loadStyle(new URL(`webchat/${name}`, base))));
  const widget = new Widget({ base, site, tokenProvider });
  widget.host.attachShadow({ mode: 'open' });
  widget.host.shadowRoot.adoptedStyleSheets = styles;
  widget.host.shadowRoot.append(widget.root);
  document.body.append(widget.host);
  widget.start();
  return widget;
}

class Widget {
  host = element('signalbox-chat');
  root;
  #chat;
  #text;
  #unread = 0;
  #launcher;
  #panel;
  // What the badge says to the eye, said to a screen reader when it changes.
  #news = element('p', { class: 'unseen', role: 'status' });
  #badge = element('span', { class: 'badge', hidden: true, 'aria-hidden': 'true' });

  constructor({ base, site, tokenProvider }) {
    this.#launcher = element('button', { class: 'launcher', type: 'button', 'aria-expanded': 'false' }, icon('chat'), icon('close'), this.#badge);
    this.#panel = element('div', { class: 'panel', role: 'dialog', 'aria-labelledby': 'signalbox-title', hidden: true });
    this.root = element('aside', { class: 'signalbox widget' }, this.#panel, this.#launcher, this.#news);
    this.#chat = new Chat({
      base,
      site,
      tokenProvider,
      isPanel: true,
      on: {
        unread: (count) => this.#showUnread(count),
        close: () => this.close(),
        language: (text) => this.#relabel(text),
      },
    });
    this.#panel.append(this.#chat.view.node);
    this.#launcher.addEventListener('click', () => (this.#panel.hidden ? this.open() : this.close()));
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.isComposing) this.close();
    });
  }

  start() {
    this.#chat.start();
  }

  open() {
    if (!this.#panel.hidden) return;
    this.#panel.hidden = false;
    this.#launcher.setAttribute('aria-expanded', 'true');
    this.root.classList.add('open');
    this.#chat.opened();
    this.#relabel(this.#text);
  }

  close() {
    if (this.#panel.hidden) return;
    this.#panel.hidden = true;
    this.#launcher.setAttribute('aria-expanded', 'false');
    this.root.classList.remove('open');
    this.#chat.folded();
    this.#relabel(this.#text);
    this.#launcher.focus();
  }

  signIn(token) {
    this.#chat.signIn(token);
  }

  signOut() {
    this.#chat.signOut();
  }

  /** Takes the chat off the page. */
  remove() {
    this.#chat.stop();
    this.host.remove();
  }

  #relabel(text) {
    this.#text = text;
    this.root.lang = text.language;
    this.root.setAttribute('aria-label', text.title);
    const isOpen = !this.#panel.hidden;
    const label = isOpen ? text.close : this.#unread > 0 ? text.openUnread(this.#unread) : text.open;
    this.#launcher.setAttribute('aria-label', label);
    this.#news.textContent = isOpen || this.#unread === 0 ? '' : text.newMessages(this.#unread);
  }

  #showUnread(count) {
    this.#unread = count;
    this.#badge.hidden = count === 0;
    this.#badge.textContent = count > MAX_SHOWN_UNREAD ? `${MAX_SHOWN_UNREAD}+` : String(count);
    if (this.#text) this.#relabel(this.#text);
  }
}

async function loadStyle(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`a style sheet of the chat is missing: ${url} answered ${response.status}`);
  return new CSSStyleSheet().replace(await response.text());
}
