// Order, gaps and repetition: what the client must make of a server or a line that loses,
// repeats and reorders.

import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, test } from 'node:test';
import { startBrowser, withCustomer } from '../browser.mjs';
import { message, Peer } from '../peer.mjs';
import { until } from '../until.mjs';

// SIGNALBOX_ROUNDS raises it for a longer run.
const ROUNDS = Number(process.env.SIGNALBOX_ROUNDS ?? 40);

let browser;
let peer;
before(async () => { browser = await startBrowser(); });
after(() => browser?.close());
beforeEach(async () => { peer = await Peer.start(); });
afterEach(() => peer.stop());

const story = (name, tell) => test(name, () => withCustomer(browser, {}, tell));

/** A chat in which `hello` was said and answered: events 1 and 2. */
async function begun(customer) {
  const chat = await customer.open(peer.url);
  await chat.isOnline();
  await chat.say('hello');
  await chat.shows(['hello', 'You said: hello']);
  return chat;
}
const BEGUN = ['hello', 'You said: hello'];

story('a lost event is found missing and fetched', async (customer) => {
  const chat = await begun(customer);
  const { thread } = peer.session;
  peer.says(thread, 'three', { isHidden: true });
  peer.says(thread, 'four', { isHidden: true });
  peer.says(thread, 'five');
  assert.deepEqual(await peer.frame(({ t }) => t === 'sync'), { t: 'sync', from: 2 });
  await chat.shows([...BEGUN, 'three', 'four', 'five']);
  assert.equal(peer.count(({ t }) => t === 'sync'), 1);
});

story('a gap before an acknowledgement is found too', async (customer) => {
  const chat = await begun(customer);
  peer.says(peer.session.thread, 'lost', { isHidden: true });
  await chat.say('again');
  await chat.shows([...BEGUN, 'lost', 'again', 'You said: again']);
});

story('events that come early or twice are shown once, in order', async (customer) => {
  const chat = await begun(customer);
  const { session } = peer;
  const events = ['three', 'four', 'five'].map((text) => peer.says(session.thread, text, { isHidden: true }));
  peer.intercept = (_, { t }) => t === 'sync';
  for (const at of [2, 1, 2, 0, 0, 1]) session.send(events[at]);
  session.send({ t: 'synced', seq: 5 });
  peer.says(session.thread, 'six');
  await chat.shows([...BEGUN, 'three', 'four', 'five', 'six']);
});

story('when a sync brings nothing, the history does', async (customer) => {
  const chat = await begun(customer);
  const { session } = peer;
  peer.says(session.thread, 'three', { isHidden: true });
  peer.intercept = (_, { t }) => {
    if (t !== 'sync') return false;
    session.send({ t: 'synced', seq: 4 });
    return true;
  };
  peer.says(session.thread, 'four');
  await chat.shows([...BEGUN, 'three', 'four']);
  assert.ok(peer.count(({ t }) => t === 'sync') <= 2, 'it does not ask for ever');
});

story('an acknowledgement that was lost is made good by the replay', async (customer) => {
  const chat = await begun(customer);
  peer.intercept = (session, { t, cid, content }) => {
    if (t !== 'msg') return false;
    const event = peer.store(session.thread, 'message', message('customer', content.text, { cid }), { isHidden: true });
    session.thread.cids.set(cid, { t: 'ack', cid, id: event.data.id, seq: event.seq, ts: event.data.ts });
    // No acknowledgement ever, not even of the repetition: the replay alone must do.
    peer.intercept = (_, frame) => frame.cid === cid;
    session.client.terminate();
    return true;
  };
  await chat.say('stored, not acknowledged');
  await chat.shows([...BEGUN, 'stored, not acknowledged']);
  await chat.isOnline();
  await chat.say('next');
  await chat.shows([...BEGUN, 'stored, not acknowledged', 'next', 'You said: next']);
  assert.equal(await chat.page.getByText('Sending…').count(), 0);
  const sent = peer.frames.filter(({ content }) => content?.text === 'stored, not acknowledged');
  assert.equal(new Set(sent.map(({ cid }) => cid)).size, 1, 'it kept its cid');
});

story('a message that never arrived is sent again with its cid', async (customer) => {
  const chat = await begun(customer);
  peer.intercept = (session, { t }) => {
    if (t !== 'msg') return false;
    peer.intercept = () => false;
    session.client.terminate();
    return true;
  };
  await chat.say('once');
  await chat.shows([...BEGUN, 'once', 'You said: once']);
  const cids = peer.frames.filter(({ content }) => content?.text === 'once').map(({ cid }) => cid);
  assert.equal(cids.length, 2);
  assert.equal(cids[0], cids[1]);
});

story('an acknowledgement that comes twice, or for nothing, changes nothing', async (customer) => {
  const chat = await begun(customer);
  const { session } = peer;
  session.send([...session.thread.cids.values()][0]);
  session.send({ t: 'ack', cid: '00000000-0000-4000-8000-000000000000', id: 'm_x', seq: 2, ts: new Date().toISOString() });
  session.send({ t: 'nack', cid: '00000000-0000-4000-8000-000000000000', code: 'invalid' });
  await chat.say('go on');
  await chat.shows([...BEGUN, 'go on', 'You said: go on']);
});

story('lines cut at every bad moment lose nothing, double nothing, reorder nothing', async (customer) => {
  // Hurried by the `online` event, since the back-off is not what is tested here.
  const chat = await begun(customer);
  const hurry = () => chat.page.evaluate(() => dispatchEvent(new Event('online')));
  const moments = ['hello', 'msg', 'ack', 'answer'];
  const said = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const moment = moments[round % moments.length];
    if (moment === 'hello') peer.cut();
    peer.intercept = (session, frame) => {
      if (moment === 'hello' ? frame.t !== 'hello' : frame.t !== 'msg') return false;
      peer.intercept = () => false;
      if (moment === 'ack') {
        const { send } = session;
        session.send = (out) => out.t !== 'ack' && send.call(session, out);
        session.handle(frame);
      }
      if (moment === 'answer') session.handle(frame);
      session.client.terminate();
      return true;
    };
    said.push(`message ${round}`);
    await chat.say(said.at(-1));
    await until(`round ${round} to arrive`, async () => {
      await hurry();
      return peer.threads.get('visitor-1').events.some(({ data }) => data.content.text === said.at(-1));
    });
  }
  const expected = [...BEGUN, ...said.flatMap((text) => [text, `You said: ${text}`])];
  await until('the last answer', async () => {
    await hurry();
    return (await chat.texts()).length >= expected.length;
  });
  await chat.shows(expected);
  assert.deepEqual(peer.threads.get('visitor-1').events.map(({ data }) => data.content.text), expected, 'and the server has each once');
});

story('a history or a sync that the server cannot answer now is asked for again', async (customer) => {
  const chat = await begun(customer);
  let refusals = 2;
  peer.intercept = (session, { t }) => {
    if ((t !== 'history' && t !== 'sync') || refusals === 0) return false;
    refusals -= 1;
    session.send({ t: 'error', code: 'unavailable', message: 'not now', retry_after_ms: 10 });
    return true;
  };
  await chat.page.reload();
  await chat.shows(BEGUN);
  assert.equal(refusals, 0);
  refusals = 2;
  peer.says(peer.session.thread, 'three', { isHidden: true });
  peer.says(peer.session.thread, 'four');
  await chat.shows([...BEGUN, 'three', 'four']);
  assert.equal(refusals, 0);
});

story('what was missed is replayed from where we were', async (customer) => {
  const chat = await begun(customer);
  const { thread } = peer.session;
  peer.isDown = true;
  peer.cut();
  await chat.isInState('waiting');
  peer.says(thread, 'while away');
  peer.isDown = false;
  await chat.shows([...BEGUN, 'while away']);
  const hello = peer.frames.findLast(({ t }) => t === 'hello');
  assert.deepEqual(hello.resume, { conversation: thread.id, last_seq: 2 });
  assert.equal(hello.visitor, thread.visitor);
});

story('too much to replay is read as history, page by page up to the beginning', async (customer) => {
  const chat = await begun(customer);
  const { thread } = peer.session;
  peer.isDown = true;
  peer.cut();
  await chat.isInState('waiting');
  for (let count = 0; count < 300; count += 1) peer.says(thread, `missed ${count}`);
  peer.isDown = false;
  const all = thread.events.map(({ data }) => data.content.text);
  await chat.shows(all.slice(-50));
  await chat.page.evaluate(() => { document.querySelector('.log').scrollTop = 0; });
  await until('the page before', async () => (await chat.texts()).length === 100);
  const top = chat.page.getByText('missed 250', { exact: true });
  assert.ok(await top.evaluate((node) => node.getBoundingClientRect().top > 0 && node.getBoundingClientRect().top < innerHeight), 'what was read stays in sight');
  await chat.page.getByRole('button', { name: 'Show earlier messages' }).press('Enter');
  await until('another page', async () => (await chat.texts()).length > 100);
  // The focus scrolls up to the button, and that alone may read the next page: then the button waits, or is gone.
  await until('all of it', async () => {
    await chat.page.locator('.earlier').evaluate((button) => button.click());
    return (await chat.texts()).length === all.length;
  });
  await chat.shows(all);
  await chat.page.getByRole('button', { name: 'Show earlier messages' }).waitFor({ state: 'hidden' });
});

story('another conversation takes the place of the old one', async (customer) => {
  const chat = await begun(customer);
  peer.intercept = (session, frame) => {
    if (frame.t !== 'hello') return false;
    peer.intercept = () => false;
    const visitor = peer.newVisitor();
    peer.says(peer.threads.get(visitor), 'a merged conversation');
    session.welcome({ ...frame, visitor });
    return true;
  };
  peer.close(1012);
  await chat.shows(['a merged conversation']);
  const hello = peer.frames.findLastIndex(({ t }) => t === 'hello');
  await until('the new one to be seen', () => peer.frames.slice(hello).some(({ t, seq }) => t === 'seen' && seq === 1));
});

story('corrections, deletions and notices change what is shown', async (customer) => {
  const chat = await begun(customer);
  const { thread } = peer.session;
  const wrong = peer.says(thread, 'wrong');
  const secret = peer.says(thread, 'secret');
  peer.store(thread, 'message_updated', { id: wrong.data.id, content: { type: 'text', text: 'right' } });
  peer.store(thread, 'message_deleted', { id: secret.data.id });
  peer.store(thread, 'agent_joined', { name: 'Mara' });
  peer.store(thread, 'status', { id: 'm_s', status: 'queued', ts: new Date().toISOString() });
  peer.store(thread, 'read', { seq: 1 });
  peer.store(thread, 'something_new', { any: 'thing' });
  peer.session.send({ t: 'from_the_future', x: 1 });
  peer.store(thread, 'message', { ...message('bot', ''), content: { type: 'hologram' } });
  await chat.shows([...BEGUN, 'right', 'This message was deleted.', 'This message cannot be shown here.']);
  await chat.page.getByText('Mara joined the chat').waitFor();
  await chat.page.getByText('You are waiting for a person to join').waitFor();
  await chat.page.getByText('Read', { exact: false }).first().waitFor();
});
