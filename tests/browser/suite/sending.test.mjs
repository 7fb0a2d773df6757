// What happens to a message between the Enter key and the acknowledgement, and what else the
// composer sends.

import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, test } from 'node:test';
import { startBrowser, withCustomer } from '../browser.mjs';
import { letTimePass, stopTime, withClock } from '../clock.mjs';
import { Peer } from '../peer.mjs';
import { until } from '../until.mjs';

let browser;
let peer;
before(async () => { browser = await startBrowser(); });
after(() => browser?.close());
beforeEach(async () => { peer = await Peer.start(); });
afterEach(() => peer.stop());

const story = (name, tell) => test(name, () => withCustomer(browser, {}, tell));
const sent = (text) => peer.frames.filter(({ t, content }) => t === 'msg' && content.text === text);
const stored = () => [...peer.threads.values()].flatMap(({ events }) => events).filter(({ data }) => data.from === 'customer').map(({ data }) => data.content.text);

/** Refuses the first message with `nack`, then behaves. */
function refuseOnce(nack) {
  peer.intercept = (session, { t, cid }) => {
    if (t !== 'msg') return false;
    peer.intercept = () => false;
    session.send({ t: 'nack', cid, ...nack });
    return true;
  };
}

for (const code of ['rate_limited', 'unavailable']) {
  story(`a message refused as ${code} goes again after the time named, and none overtakes it`, async (customer) => {
    const chat = await customer.open(peer.url, withClock);
    await chat.isOnline();
    refuseOnce({ code, retry_after_ms: 20_000 });
    await chat.say('first');
    await until('the message', () => sent('first').length === 1);
    await chat.say('second');
    await chat.hasHeard(peer.session);
    await chat.page.clock.fastForward(19_000);
    await chat.hasHeard(peer.session);
    assert.deepEqual([sent('first').length, sent('second').length], [1, 0], 'the second waits behind the first');
    await chat.page.clock.fastForward(1_000);
    await letTimePass(chat);
    await chat.isAnswered(['first', 'second']);
    assert.deepEqual(stored(), ['first', 'second']);
    assert.equal(new Set(sent('first').map(({ cid }) => cid)).size, 1);
  });
}

for (const [code, words] of [['too_long', 'Not sent: the message is too long.'], ['closed', 'Not sent: the chat is closed.'], ['invalid', 'Not sent.'], ['conflict', 'Not sent.'], ['something_new', 'Not sent.']]) {
  story(`a message refused as ${code} says so and may be tried again or discarded`, async (customer) => {
    const chat = await customer.open(peer.url);
    await chat.isOnline();
    refuseOnce({ code });
    await chat.say('refused');
    await chat.page.getByText(words, { exact: false }).waitFor();
    await chat.say('accepted');
    await until('the next message', () => sent('accepted').length === 1);
    // It is still there after a reload, and only a person decides about it.
    await chat.page.reload();
    await chat.page.getByRole('button', { name: 'Try again to send: refused' }).click();
    await until('the refused message', () => stored().includes('refused'));
    assert.notEqual(sent('refused')[0].cid, sent('refused')[1].cid, 'the old cid has been judged');
    refuseOnce({ code });
    await chat.say('useless');
    await chat.page.getByRole('button', { name: 'Discard: useless' }).click();
    await until('it to be gone', async () => !(await chat.texts()).includes('useless'));
    assert.deepEqual(stored(), ['accepted', 'refused']);
  });
}

story('a message that made the server close with 1009 is not sent again', async (customer) => {
  const chat = await customer.open(peer.url);
  await chat.isOnline();
  peer.intercept = (session, { t }) => {
    if (t !== 'msg') return false;
    peer.intercept = () => false;
    session.client.close(1009);
    return true;
  };
  await chat.say('too big');
  await chat.page.getByText('Not sent: the message is too long.').waitFor();
  await chat.isOnline();
  await chat.say('small');
  await chat.page.getByText('You said: small').waitFor();
  assert.equal(sent('too big').length, 1);
});

story('a tab that goes away leaves its messages to the next one', async (customer) => {
  const chat = await customer.open(peer.url);
  await chat.isOnline();
  peer.isDown = true;
  peer.cut();
  await chat.isInState('waiting');
  await chat.say('written');
  await chat.say('and left');
  await chat.page.close();
  peer.isDown = false;
  const other = await customer.open(peer.url);
  await other.isAnswered(['written', 'and left']);
  assert.equal(sent('written').length, 1);
  const left = await other.page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('outbox')));
  assert.deepEqual(left, [], 'nothing is left behind');
});

story('a tab that lives keeps its messages to itself', async (customer) => {
  const one = await customer.open(peer.url);
  await one.isOnline();
  peer.intercept = (session, { t }) => t === 'msg';
  await one.say('mine');
  await until('the message to be under way', () => sent('mine').length === 1);
  const other = await customer.open(peer.url);
  await other.isOnline();
  await other.say('theirs');
  await until('the other message', () => sent('theirs').length === 1);
  assert.equal(sent('mine').length, 1, 'the second tab does not send it');
  peer.intercept = () => false;
  peer.cut();
  await until('both', () => stored().length === 2);
  assert.deepEqual(stored().sort(), ['mine', 'theirs']);
});

story('without storage the chat still works', async (customer) => {
  const chat = await customer.open(peer.url, (page) => page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('forbidden', 'SecurityError'); } });
  }));
  await chat.isOnline();
  await chat.say('hello');
  await chat.isAnswered(['hello']);
  peer.cut();
  await until('a second hello', () => peer.count(({ t }) => t === 'hello') === 2);
  assert.equal(peer.frames.findLast(({ t }) => t === 'hello').visitor, 'visitor-1');
});

story('Enter that chooses a word in an input method does not send', async (customer) => {
  const chat = await customer.open(peer.url);
  await chat.isOnline();
  await chat.field.fill('你好');
  await chat.field.evaluate((field) => {
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }));
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }));
  });
  assert.equal(await chat.field.inputValue(), '你好');
  assert.deepEqual(await chat.texts(), []);
  await chat.field.press('Enter');
  await chat.isAnswered(['你好']);
});

story('nothing and too much are not sent', async (customer) => {
  const chat = await customer.open(peer.url);
  await chat.isOnline();
  await chat.say('   \n ');
  await chat.say('字'.repeat(8_001));
  await chat.page.getByText('1 too many characters').waitFor();
  assert.equal(await chat.field.getAttribute('aria-invalid'), 'true');
  assert.deepEqual(await chat.texts(), []);
  await chat.say('😀'.repeat(8_000));
  await until('the longest message', () => stored().length === 1);
  assert.equal([...stored()[0]].length, 8_000, 'an emoji is one character');
});

story('the outbox has a bound', async (customer) => {
  const chat = await customer.open(peer.url);
  await chat.isOnline();
  peer.isDown = true;
  peer.cut();
  await chat.isInState('waiting');
  for (let count = 0; count < 100; count += 1) await chat.say(`message ${count}`);
  await chat.say('one too many');
  await chat.page.getByText('Too many messages are waiting').waitFor();
  assert.equal(await chat.field.inputValue(), 'one too many', 'what was written is not lost');
  assert.equal((await chat.texts()).length, 100);
});

story('typing is told at most every three seconds, and its end', async (customer) => {
  const chat = await customer.open(peer.url, withClock);
  await chat.isOnline();
  const typing = () => peer.frames.filter(({ t }) => t === 'typing').map(({ on }) => on);
  await chat.field.pressSequentially('abcdef');
  await chat.page.clock.fastForward(3_000);
  await chat.field.pressSequentially('gh');
  await chat.field.press('Enter');
  await chat.page.clock.fastForward(1_100);
  await until('the end', () => typing().at(-1) === false);
  assert.deepEqual(typing(), [true, true, false]);
});

story('that the other side types is shown, and expires', async (customer) => {
  const chat = await customer.open(peer.url, withClock);
  await chat.isOnline();
  peer.session.send({ t: 'typing', from: 'agent', on: true });
  const note = chat.page.getByText('An agent is typing…');
  await note.waitFor();
  await chat.page.clock.fastForward(6_100);
  await note.waitFor({ state: 'hidden' });
  peer.session.send({ t: 'typing', from: 'bot', on: true });
  await chat.page.getByText('The assistant is typing…').waitFor();
  peer.session.send({ t: 'typing', from: 'customer', on: true });
  peer.session.send({ t: 'typing', from: 'bot', on: false });
  await chat.page.getByText('is typing…').waitFor({ state: 'hidden' });
  peer.session.send({ t: 'queue', position: 3 });
  await chat.page.getByText('You are number 3 in the queue.').waitFor();
});

story('what is in sight is reported as seen, together and at most once a second', async (customer) => {
  const chat = await customer.open(peer.url, withClock);
  await chat.isOnline();
  await chat.say('hello');
  const seen = () => peer.frames.filter(({ t }) => t === 'seen').map(({ seq }) => seq);
  await letTimePass(chat);
  await chat.isAnswered(['hello']);
  await until('the answer to be seen', () => seen().at(-1) === 2);
  await stopTime(chat);
  const before = seen().length;
  for (let count = 0; count < 20; count += 1) peer.says(peer.session.thread, `news ${count}`);
  await chat.hasHeard(peer.session);
  await chat.page.clock.fastForward(1_000);
  await until('the newest to be seen', () => seen().at(-1) === 22);
  assert.deepEqual(seen().slice(before), [3, 22], 'the first at once, the rest together');
  peer.says(peer.session.thread, 'more');
  await chat.hasHeard(peer.session);
  await chat.page.clock.fastForward(500);
  await chat.page.getByText('more', { exact: true }).waitFor();
  await chat.hasHeard(peer.session);
  assert.equal(seen().at(-1), 22, 'not twice in a second');
  await chat.page.clock.fastForward(500);
  await until('more to be seen', () => seen().at(-1) === 23);
});
