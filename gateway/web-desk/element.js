// Makes elements, where text is always text and never markup, and lays a tree out again without touching what has not changed.

/** `element('p', {class: 'x', onclick}, 'text', child)`; what is null or false is left out. */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, '');
    else node.setAttribute(key, value);
  }
  node.append(...present(children));
  return node;
}

const FOCUSABLE = 'button:not(:disabled), summary, input, select, textarea, [tabindex]';

/**
 * Makes `children` what is in `parent`. Nodes that are there already stay: with them the focus, a selection, how far something
 * is scrolled, and what is open. A node is the same if it has the same `data-key`, or, without one, the same name and place.
 *
 * INVARIANT: whatever listens has a `data-key`, and its listener depends on nothing but that key and what its class knows: the
 * node that was there first keeps its own.
 */
export function fill(parent, ...children) {
  const focused = parent.contains(document.activeElement) && parent !== document.activeElement ? document.activeElement : null;
  const place = focused && [...parent.querySelectorAll(FOCUSABLE)].indexOf(focused);
  settle(parent, present(children));
  if (focused === null || document.activeElement === focused) return;
  if (focused.isConnected) return void focused.focus({ preventScroll: true });
  // Whoever worked by keyboard at what is gone goes on beside it.
  const beside = [...parent.querySelectorAll(FOCUSABLE)];
  beside[Math.min(Math.max(place, 0), beside.length - 1)]?.focus({ preventScroll: true });
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== '');
}

function settle(parent, wanted) {
  const known = new Map();
  for (const node of parent.childNodes) {
    const name = nameOf(node);
    if (!known.has(name)) known.set(name, []);
    known.get(name).push(node);
  }
  const kept = wanted.map((child) => {
    const node = typeof child === 'string' ? document.createTextNode(child) : child;
    const old = known.get(nameOf(node))?.shift();
    return old ? settled(old, node) : node;
  });
  for (const gone of [...known.values()].flat()) gone.remove();
  let next = parent.firstChild;
  for (const node of kept) {
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
}

const nameOf = (node) => (node.dataset?.key ? `key ${node.nodeName} ${node.dataset.key}` : node.nodeName);

/** `old`, with everything as in `node`. */
function settled(old, node) {
  if (old.isEqualNode(node)) return old;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.data = node.data;
    return old;
  }
  for (const { name } of [...old.attributes]) if (!node.hasAttribute(name) && !isPeoples(old, name)) old.removeAttribute(name);
  for (const { name, value } of [...node.attributes]) if (!isPeoples(old, name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  settle(old, [...node.childNodes]);
  return old;
}

/** Whether people have the say about it: what they opened stays open. */
const isPeoples = (node, attribute) => node.nodeName === 'DETAILS' && attribute === 'open';
