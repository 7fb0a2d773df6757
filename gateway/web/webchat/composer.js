// Where the customer writes. Enter sends and Shift+Enter starts a line, except while an input
// method is composing: there Enter chooses a word and must not send half a sentence.

import { element, icon } from './element.js';
import { MAX_TEXT_CHARACTERS } from './outbox.js';

const COUNT_FROM = MAX_TEXT_CHARACTERS - 500;
const MAX_HEIGHT_PX = 160;
const IME_KEY_CODE = 229;

export class Composer {
  node;
  #on;
  #text;
  #parts;

  /** `on`: `send(text)`, which says whether the message was accepted, and `typed(text)`. */
  constructor(on, text) {
    this.#on = on;
    const label = element('label', { class: 'unseen', for: 'signalbox-text' });
    const field = element('textarea', { id: 'signalbox-text', class: 'field', rows: '1', dir: 'auto', autocomplete: 'off', enterkeyhint: 'send', 'aria-describedby': 'signalbox-keys signalbox-note' });
    const send = element('button', { class: 'send', type: 'submit' }, icon('send'));
    const keys = element('p', { id: 'signalbox-keys', class: 'keys' });
    const note = element('p', { id: 'signalbox-note', class: 'note', role: 'status' });
    this.#parts = { label, field, send, keys, note };
    this.node = element('form', { class: 'composer' }, label, element('div', { class: 'composer-row' }, field, send), element('div', { class: 'composer-hints' }, keys, note));
    this.node.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    field.addEventListener('keydown', (event) => this.#pressed(event));
    field.addEventListener('input', () => {
      this.#changed();
      this.#on.typed(field.value);
    });
    this.relabel(text);
  }

  relabel(text) {
    this.#text = text;
    const { label, field, send, keys } = this.#parts;
    label.textContent = text.composer;
    field.placeholder = text.placeholder;
    send.setAttribute('aria-label', text.send);
    send.title = text.send;
    keys.textContent = text.keys;
    this.#changed();
  }

  focus() {
    this.#parts.field.focus({ preventScroll: true });
  }

  clear() {
    this.#parts.field.value = '';
    this.#changed();
  }

  #pressed(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === IME_KEY_CODE) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const { field, note } = this.#parts;
    const text = field.value.trim();
    field.focus();
    if (text === '' || charactersIn(text) > MAX_TEXT_CHARACTERS) return;
    if (this.#on.send(text)) this.clear();
    else note.textContent = this.#text.outboxFull;
  }

  #changed() {
    const { field, send, note } = this.#parts;
    const count = charactersIn(field.value.trim());
    const left = MAX_TEXT_CHARACTERS - count;
    const isTooLong = left < 0;
    send.classList.toggle('ready', count > 0 && !isTooLong);
    field.setAttribute('aria-invalid', String(isTooLong));
    note.classList.toggle('problem', isTooLong);
    note.textContent = count < COUNT_FROM ? '' : isTooLong ? this.#text.charactersOver(-left) : this.#text.charactersLeft(left);
    field.style.height = 'auto';
    // Zero while the panel is folded: then the sheet's own height stands.
    if (field.scrollHeight > 0) field.style.height = `${Math.min(MAX_HEIGHT_PX, field.scrollHeight + 2)}px`;
  }
}

/** Characters as the gateway counts them: an emoji is one, though JavaScript sees two. */
function charactersIn(text) {
  return text.length < COUNT_FROM ? text.length : [...text].length;
}
