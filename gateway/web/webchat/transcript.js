// What the screen shows, made from events and waiting messages: no DOM, no clock, no network.
//
// Corrections and deletions change the message they speak of; neighbours of one author become a
// group; each day begins with its date.

const GROUP_WITHIN_MS = 3 * 60_000;
const NOTED_STATES = new Set(['queued', 'assigned', 'closed']);
const STATES_OF_PEOPLE = new Set(['queued', 'assigned']);

/**
 * * `events`: in order of `seq`.
 * * `waiting`: the outbox's entries, shown after everything else.
 * * Returns items `{key, kind: 'day'|'notice'|'message', ...}`, top to bottom.
 */
export function transcript(events, waiting) {
  const { entries, readSeq } = fold(events);
  const known = new Set(entries.map(({ cid }) => cid));
  const all = [...entries, ...waiting.filter(({ cid }) => !known.has(cid)).map(fromOutbox)];
  return grouped(withDays(markNewestOwn(all, readSeq)));
}

function fold(events) {
  const entries = [];
  const byId = new Map();
  let readSeq = 0;
  let isWithPeople = false;
  for (const { seq, kind, data } of events) {
    if (kind === 'message' && data) {
      const entry = fromEvent(seq, data);
      entries.push(entry);
      byId.set(entry.id, entry);
    } else if (kind === 'message_updated') {
      const entry = byId.get(data?.id);
      if (entry) Object.assign(entry, contentOf(data.content), { isEdited: true });
    } else if (kind === 'message_deleted') {
      const entry = byId.get(data?.id);
      if (entry) Object.assign(entry, { text: null, isDeleted: true });
    } else if (kind === 'agent_joined' || kind === 'agent_left') {
      entries.push({ key: `notice-${seq}`, kind: 'notice', notice: kind, name: data?.name ?? '', ts: data?.ts ?? null });
    } else if (kind === 'status') {
      // That the assistant answers is the plain case, and news only after people had the word.
      if (NOTED_STATES.has(data?.status) || (data?.status === 'bot' && isWithPeople)) {
        entries.push({ key: `notice-${seq}`, kind: 'notice', notice: data.status, name: data.agent ?? '', ts: data.ts ?? null });
      }
      isWithPeople = STATES_OF_PEOPLE.has(data?.status);
    } else if (kind === 'read') {
      readSeq = Math.max(readSeq, data?.seq ?? 0);
    }
  }
  return { entries, readSeq };
}

function fromEvent(seq, data) {
  return {
    // The same key before and after the acknowledgement: the bubble stays the same bubble.
    key: data.cid ? `cid-${data.cid}` : `seq-${seq}`,
    kind: 'message',
    seq,
    id: data.id,
    cid: data.cid ?? null,
    from: data.from === 'customer' || data.from === 'agent' ? data.from : 'bot',
    name: typeof data.name === 'string' ? data.name : '',
    ts: data.ts ?? null,
    state: 'sent',
    ...contentOf(data.content),
  };
}

function contentOf(content) {
  return { text: typeof content?.text === 'string' ? content.text : null };
}

function fromOutbox({ cid, text, client_ts: ts, failed }) {
  return { key: `cid-${cid}`, kind: 'message', seq: null, cid, from: 'customer', name: '', ts, text, state: failed === null ? 'sending' : 'failed', code: failed };
}

function markNewestOwn(entries, readSeq) {
  const newest = entries.findLast(({ from, state }) => from === 'customer' && state === 'sent');
  if (newest) {
    newest.showsState = true;
    if (newest.seq <= readSeq) newest.state = 'read';
  }
  return entries;
}

function withDays(entries) {
  const items = [];
  let day = null;
  for (const entry of entries) {
    const date = entry.ts === null ? null : new Date(entry.ts);
    if (date !== null && !Number.isNaN(date.getTime()) && date.toDateString() !== day) {
      day = date.toDateString();
      items.push({ key: `day-${day}-${entry.key}`, kind: 'day', date });
    }
    items.push(entry);
  }
  return items;
}

function grouped(items) {
  items.forEach((item, at) => {
    if (item.kind !== 'message') return;
    item.isFirst = !belongTogether(items[at - 1], item);
    item.isLast = !belongTogether(item, items[at + 1]);
  });
  return items;
}

function belongTogether(one, other) {
  if (one?.kind !== 'message' || other?.kind !== 'message') return false;
  if (one.from !== other.from || one.name !== other.name) return false;
  return Math.abs(Date.parse(other.ts) - Date.parse(one.ts)) < GROUP_WITHIN_MS;
}
