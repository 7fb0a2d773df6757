// The life of the connection: hello, close codes, silence, sleep.

import assert from 'node:assert/strict';
import { after, before, beforeEach, afterEach, test } from 'node:test';
import { startBrowser, withCustomer } from '../browser.mjs';
import { Peer } from '../peer.mjs';
import { until } from '../until.mjs';

let browser;
let peer;
before(async () => { browser = await startBrowser(); });
after(() => browser?.close());
beforeEach(async () => { peer = await Peer.start(); });
afterEach(() => peer.stop());

const story = (name, tell) => test(name, { timeout: 60_000 }, () => withCustomer(browser, {}, tell));
const hellos = () => peer.frames.filter(({ t }) => t === 'hello');
const helloCount = (count) => until(`${count} hellos`, () => hellos().length >= count, () => `there are ${hellos().length}`);
/** Time stands still until a test moves it: what a slow machine takes for its work passes none of it. */
const withClock = async (page) => {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1_000);
};
/** Lets time pass as it does outside: showing and sending take timers of their own. */
const letTimePass = (chat) => chat.page.clock.resume();
const stopTime = async (chat) => chat.page.clock.pauseAt(await now(chat) + 1_000);
const now = (chat) => chat.page.evaluate(() => Date.now());
/** As `withClock`, and every delay is the longest that the jitter allows, so that no attempt comes before its time. */
const longestDelays = async (page) => {
  await withClock(page);
  await page.addInitScript(() => { Math.random = () => 0.999; });
};
/** Lets the page wait out its delay and be refused once more. */
const refusedAfter = async (chat, delayMs) => {
  const { refused } = peer;
  await chat.isInState('waiting');
  await chat.page.clock.fastForward(delayMs);
  await until('a refused attempt', () => peer.refused > refused);
};
const shout = (chat, name) => chat.page.evaluate((event) => dispatchEvent(new Event(event)), name);

story('the first frame says hello as the protocol asks', async (customer) => {
  const chat = await customer.open(`${peer.url}?site=hello&secret=1&utm_source=mail#private`);
  await chat.isOnline();
  const [hello] = hellos();
  assert.match(hello.device, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual({ ...hello, device: null }, {
    t: 'hello', v: 1, site: 'hello', token: null, visitor: null, device: null, resume: null,
    page: { url: `${peer.url}?utm_source=mail`, title: 'Chat with us', referrer: '' },
    locale: 'en-US', tz: Intl.DateTimeFormat().resolvedOptions().timeZone, caps: ['typing', 'ack', 'history'],
  });
  await chat.page.reload();
  await helloCount(2);
  assert.equal(hellos()[1].visitor, 'visitor-1');
  assert.equal(hellos()[1].device, hello.device);
});

story('on this machine the address may carry the token of a logged-in user', async (customer) => {
  const chat = await customer.open(`${peer.url}?site=hello#token=signed.by.the-shop`);
  await chat.isOnline();
  const [hello] = hellos();
  assert.equal(hello.token, 'signed.by.the-shop');
  assert.equal(hello.page.url, peer.url);
  await chat.page.evaluate(() => { location.hash = '#token=of.another.customer'; });
  await helloCount(2);
  assert.equal(hellos()[1].token, 'of.another.customer');
});

story('two tabs that open at once become one visitor', async (customer) => {
  const [one, other] = await Promise.all([customer.open(peer.url), customer.open(peer.url)]);
  await one.isOnline();
  await other.isOnline();
  assert.equal(peer.threads.size, 1);
});

for (const code of [1001, 1011, 1012, 1013, 4413, 4408, 3999]) {
  story(`after ${code} it comes back by itself`, async (customer) => {
    const chat = await customer.open(peer.url);
    await chat.isOnline();
    peer.close(code);
    await helloCount(2);
    await chat.isOnline();
  });
}

for (const [code, words] of [[1008, 'This chat was ended.'], [4403, 'This chat is not available on this page.'], [4404, 'This chat does not exist. Please check the address of this page.']]) {
  story(`after ${code} it stays away, says why, and comes back when asked`, async (customer) => {
    const chat = await customer.open(peer.url, withClock);
    await chat.isOnline();
    peer.close(code);
    const button = chat.page.getByRole('button', { name: 'Try again' });
    await button.waitFor();
    assert.equal(await chat.page.getByText(words).count(), 2, 'once for the eye, once for the screen reader');
    await chat.page.clock.fastForward(300_000);
    await shout(chat, 'online');
    assert.equal(hellos().length, 1);
    await button.click();
    await chat.isOnline();
    await button.waitFor({ state: 'hidden' });
  });
}

story('a chat that does not exist greets nobody and takes nothing', async (customer) => {
  const chat = await customer.open(peer.url);
  await chat.isOnline();
  await chat.page.getByText('Hello, how can we help?').waitFor();
  peer.close(4404);
  await chat.page.getByRole('button', { name: 'Try again' }).waitFor();
  assert.equal(await chat.field.isVisible(), false);
  assert.equal(await chat.page.getByText('Hello, how can we help?').isVisible(), false);
});

for (const code of [1002, 1003, 1007, 4400]) {
  story(`after ${code} it waits a minute, whatever happens`, async (customer) => {
    const chat = await customer.open(peer.url, withClock);
    await chat.isOnline();
    peer.close(code);
    await chat.isInState('waiting');
    await shout(chat, 'online');
    await chat.page.clock.fastForward(55_000);
    assert.equal(hellos().length, 1);
    await chat.page.clock.fastForward(6_000);
    await chat.isOnline();
    assert.equal(hellos().length, 2);
  });
}

story('after 4429 it waits for as long as it was told', async (customer) => {
  const chat = await customer.open(peer.url, withClock);
  await chat.isOnline();
  peer.session.send({ t: 'error', code: 'rate_limited', retry_after_ms: 120_000 });
  peer.close(4429);
  await chat.isInState('waiting');
  await chat.page.clock.fastForward(115_000);
  assert.equal(hellos().length, 1);
  await chat.page.clock.fastForward(6_000);
  await chat.isOnline();
});

story('after 1000 it rests until the customer writes', async (customer) => {
  const chat = await customer.open(peer.url, withClock);
  await chat.isOnline();
  peer.close(1000);
  await chat.isInState('resting');
  await chat.page.clock.fastForward(300_000);
  assert.equal(hellos().length, 1);
  await letTimePass(chat);
  await chat.say('here again');
  await chat.shows(['here again', 'You said: here again']);
});

story('an unknown visitor token is tried twice, then given up for a new one, then nothing is', async (customer) => {
  const chat = await customer.open(peer.url);
  await chat.isOnline();
  peer.intercept = (session, { t }) => {
    if (t === 'hello') session.client.close(4401);
    return t === 'hello';
  };
  peer.close(1012);
  await chat.page.getByText('We could not confirm who you are. Please sign in again.').first().waitFor();
  assert.deepEqual(hellos().map(({ visitor }) => visitor), [null, 'visitor-1', 'visitor-1', null]);
  peer.intercept = () => false;
  await chat.page.getByRole('button', { name: 'Try again' }).click();
  await chat.isOnline();
});

story('a line that is silent after a ping is given up', async (customer) => {
  const chat = await customer.open(peer.url, withClock);
  await chat.isOnline();
  await chat.page.clock.fastForward(25_500);
  await peer.frame(({ t }) => t === 'ping');
  await letTimePass(chat);
  await chat.say('pong was heard');
  await chat.shows(['pong was heard', 'You said: pong was heard']);
  await stopTime(chat);
  peer.intercept = (_, { t }) => t === 'ping';
  await chat.page.clock.fastForward(25_500);
  await until('the second ping', () => peer.count(({ t }) => t === 'ping') >= 2);
  assert.equal(hellos().length, 1);
  await chat.page.clock.fastForward(10_500);
  await letTimePass(chat);
  await helloCount(2);
});

story('an open that leads nowhere is given up', async (customer) => {
  peer.intercept = (_, { t }) => t === 'hello';
  const chat = await customer.open(peer.url, withClock);
  await helloCount(1);
  peer.intercept = () => false;
  await chat.page.clock.fastForward(15_500);
  await letTimePass(chat);
  await chat.isOnline();
});

story('a server that is down is asked again, and at once when the network comes back', async (customer) => {
  const chat = await customer.open(peer.url, longestDelays);
  await chat.isOnline();
  peer.isDown = true;
  peer.cut();
  for (const delay of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000]) await refusedAfter(chat, delay);
  // The peer counts a refusal before the page has heard of it.
  await chat.isInState('waiting');
  peer.isDown = false;
  await shout(chat, 'online');
  await chat.isOnline();
});

story('an attempt that began without a network does not delay the next once it is back', async (customer) => {
  const chat = await customer.open(peer.url, longestDelays);
  await chat.isOnline();
  peer.isDown = true;
  peer.cut();
  for (const delay of [500, 1_000, 2_000, 4_000]) await refusedAfter(chat, delay);
  const release = peer.holdRefusals();
  await refusedAfter(chat, 8_000);
  await shout(chat, 'online');
  peer.isDown = false;
  release();
  const start = await now(chat);
  await until('the next attempt', async () => {
    await chat.page.clock.fastForward(100);
    return hellos().length >= 2;
  });
  assert.ok(await now(chat) - start < 10_000, 'its history would have made it wait for 16 seconds');
});

story('a page that rests in the back-forward cache lets go and comes back', async (customer) => {
  const chat = await customer.open(peer.url);
  await chat.isOnline();
  await chat.say('hello');
  await chat.shows(['hello', 'You said: hello']);
  await chat.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true })));
  await until('the socket to be let go', () => peer.sessions.size === 0);
  peer.says(peer.threads.get('visitor-1'), 'while you were away');
  await chat.page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await chat.shows(['hello', 'You said: hello', 'while you were away']);
});
