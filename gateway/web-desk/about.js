// The right side: why the conversation is here, how the customer's mood went, who they are, notes, and what the rules read.

import { element, fill } from './element.js';

const SVG = 'http://www.w3.org/2000/svg';

export class About {
  #text;
  #back;

  constructor(text, back) {
    this.#text = text;
    this.#back = back;
    this.node = element('section', { class: 'pane about', 'aria-label': text.about, onkeydown: (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      back();
    } });
  }

  focus() {
    this.node.querySelector('[data-key="about-back"]')?.focus();
  }

  show(file, queues) {
    const text = this.#text;
    const tags = [...new Set([...file.customer.tags, ...file.episode.tags])];
    const why = { ...file.reason, ...file.why };
    const others = (file.why?.rules ?? []).filter(({ rule, did }) => rule !== why.rule && did.length > 0);
    const facts = Object.entries(file.facts ?? {});
    const queue = queues.find(({ name }) => name === file.case?.queue)?.title ?? file.case?.queue;
    const channel = text.channels[file.customer.channel] ?? file.customer.channel;
    const language = file.customer.language ?? file.customer.locale;
    fill(this.node,
      element('button', { class: 'to-about', type: 'button', 'data-key': 'about-back', onclick: this.#back }, `‹ ${text.backToTalk}`),
      file.reason && this.#section('why', text.why, element('div', { class: 'reason' }, text.whyHere(why).map((line) => element('p', { dir: 'auto' }, line)))),
      others.length > 0 && this.#section('others', text.whyMore, element('ul', { class: 'did' }, others.map((rule) => element('li', { dir: 'auto' }, text.ruleDid(rule))))),
      file.emotions.length > 0 && this.#section('mood', text.mood, this.#mood(file.emotions)),
      this.#section('customer', text.customer, pairs([
        [text.id, file.customer.id], [text.channel, [channel, file.customer.account].filter(Boolean).join(' · ')],
        [text.spoken, language && text.languageName(language)], [text.timezone, file.customer.timezone], [text.queue, queue],
        [text.priority, file.case && text.priorities[file.case.priority]], [text.turns, file.episode.turns],
      ])),
      tags.length > 0 && this.#section('tags', text.tags, element('p', { class: 'tags' }, tags.map((tag) => element('span', { class: 'mark' }, tag)))),
      file.notes.length > 0 && this.#section('notes', text.notes, file.notes.map((note) => this.#note(note))),
      facts.length > 0 && element('details', { class: 'facts', open: true, 'data-key': 'facts' }, element('summary', {}, text.facts),
        pairs(facts.map(([path, value]) => [text.factName(path), text.factValue(path, value), path]))));
  }

  #section(name, title, ...content) {
    return element('section', { 'aria-label': title, 'data-key': name }, element('h2', {}, title), content);
  }

  #note(note) {
    const { text, by } = this.#text.noteOf(note);
    return element('div', { class: 'note', dir: 'auto' }, element('p', {}, text), element('small', {}, `${by} · ${new Date(note.at).toLocaleString(this.#text.language, { dateStyle: 'short', timeStyle: 'short' })}`));
  }

  /** Two curves over the last turns, each with its figure and a sentence for whoever does not see them. */
  #mood(points) {
    return ['anger', 'negative'].map((name) => {
      const values = points.map((point) => Math.round(Number(point[name])));
      const title = this.#text[name];
      const said = this.#text.moodSaid(title, values.length > 1 ? values[0] : null, values.at(-1), Math.max(...values));
      return element('figure', { class: `mood ${name}` },
        element('figcaption', { 'aria-hidden': 'true' }, title, ' ', element('b', {}, this.#text.moodNow(values.at(-1)))),
        curve(values, said));
    });
  }
}

function curve(values, said) {
  const node = (name, attributes) => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  };
  const x = (place) => (values.length === 1 ? 50 : 2 + (place / (values.length - 1)) * 96);
  const y = (value) => 38 - value * 0.36;
  const svg = node('svg', { viewBox: '0 0 100 40', preserveAspectRatio: 'none', class: 'curve', role: 'img', 'aria-label': said });
  for (const value of [0, 50, 100]) svg.append(node('line', { x1: 0, x2: 100, y1: y(value), y2: y(value) }));
  svg.append(node('polyline', { points: values.map((value, place) => `${x(place)},${y(value)}`).join(' ') }));
  // A line of no length with round ends: a dot that the stretched picture leaves round.
  values.forEach((value, place) => svg.append(node('path', { d: `M${x(place)} ${y(value)}h0` })));
  return svg;
}

/** Names and values; a third part is what the name is called in rule files. */
function pairs(list) {
  return element('dl', {}, list.filter(([, value]) => value !== null && value !== undefined && value !== '').flatMap(([name, value, path]) => [
    element('dt', { title: path !== name ? path : null }, name), element('dd', { dir: 'auto' }, String(value)),
  ]));
}
