// The right side: why the conversation is here, what the rule read, who the customer is, notes, and how their mood went.

import { element, fill } from './element.js';

const SVG = 'http://www.w3.org/2000/svg';

export class About {
  #text;
  #back;

  constructor(text, back) {
    this.#text = text;
    this.#back = back;
    this.node = element('aside', { class: 'pane about', 'aria-label': text.about });
  }

  show(file) {
    const text = this.#text;
    const tags = [...file.customer.tags, ...file.episode.tags];
    const facts = Object.entries(file.facts ?? {});
    fill(this.node,
      element('button', { class: 'to-about', type: 'button', 'data-key': 'about-back', onclick: this.#back }, text.back),
      file.reason && section(text.why, element('div', { class: 'reason' }, this.#reason(file.reason).map((line) => element('p', { dir: 'auto' }, line)))),
      file.emotions.length > 0 && section(text.mood, this.#mood(file.emotions)),
      section(text.customer, pairs([
        [text.id, file.customer.id], [text.channel, [file.customer.channel, file.customer.account].filter(Boolean).join(' · ')],
        [text.spoken, file.customer.language ?? file.customer.locale], [text.queue, file.case?.queue],
      ])),
      tags.length > 0 && section(text.tags, element('p', { class: 'tags' }, tags.map((tag) => element('span', { class: 'mark' }, tag)))),
      file.notes.length > 0 && section(text.notes, file.notes.map((note) => element('p', { class: 'note', dir: 'auto' }, note.text, element('small', {}, note.by.agent?.name ?? note.by.rule)))),
      facts.length > 0 && section(text.facts, pairs(facts)));
  }

  #reason(reason) {
    const text = this.#text;
    if (reason.quarantined) return [text.quarantined];
    return [
      reason.rule === 'signalbox' ? text.itself : text.rule(reason.rule),
      reason.keywords?.length > 0 && text.wrote(reason.keywords),
      reason.reached?.length > 0 && text.reached(reason.reached),
    ].filter(Boolean);
  }

  #mood(points) {
    const anger = points.map((point) => Number(point.anger));
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 100 100');
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('class', 'curve');
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', anger.map((value) => `${Math.round(value)}%`).join(' '));
    const ground = document.createElementNS(SVG, 'line');
    for (const [name, value] of Object.entries({ x1: 0, x2: 100, y1: 99, y2: 99 })) ground.setAttribute(name, value);
    const curve = document.createElementNS(SVG, 'polyline');
    const x = (place) => (anger.length === 1 ? 100 : (place / (anger.length - 1)) * 100);
    const corners = anger.map((value, place) => `${x(place)},${99 - value * 0.98}`);
    curve.setAttribute('points', (anger.length === 1 ? [`0,${99 - anger[0] * 0.98}`] : []).concat(corners).join(' '));
    svg.append(ground, curve);
    return [svg, element('p', {}, this.#text.moodNow(Math.round(anger.at(-1))))];
  }
}

function section(title, ...content) {
  return element('section', { 'aria-label': title }, element('h2', {}, title), content);
}

function pairs(list) {
  return element('dl', {}, list.filter(([, value]) => value).flatMap(([name, value]) => [element('dt', {}, name), element('dd', { dir: 'auto' }, String(value))]));
}
