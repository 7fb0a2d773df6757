// Builds DOM nodes. Text goes in as text: there is no way here to hand in markup.

const SVG = 'http://www.w3.org/2000/svg';

/** `element('button', { class: 'send', type: 'submit' }, 'Send')`; attributes that are null or false are left out. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  setAttributes(node, attributes);
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** Icons are outlines on a 24 x 24 grid and mean nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  setAttributes(svg, { viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false', class: `icon icon-${name}` });
  for (const outline of OUTLINES[name]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', outline);
    svg.append(path);
  }
  return svg;
}

const OUTLINES = {
  chat: ['M4.5 5.5h15a1.5 1.5 0 0 1 1.5 1.5v8.5a1.5 1.5 0 0 1-1.5 1.5H12l-4.5 3.5V17h-3A1.5 1.5 0 0 1 3 15.5V7a1.5 1.5 0 0 1 1.5-1.5Z', 'M8 10h8', 'M8 13h5'],
  send: ['M12 19V5', 'M5.5 11.5 12 5l6.5 6.5'],
  close: ['M6 6l12 12', 'M18 6 6 18'],
  down: ['M12 5v14', 'M5.5 12.5 12 19l6.5-6.5'],
  // A semaphore arm set to clear: the sign of the house.
  signal: ['M8 3v18', 'M5 21h6', 'M8 9.5 19 4.5', 'M8 14.5l7-3.2'],
};

function setAttributes(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
}
