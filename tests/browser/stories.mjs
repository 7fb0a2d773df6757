// What a customer must be able to do, told once and run twice: against the scripted peer and
// against a running gateway. Nothing here may know which of the two answers; each message is
// answered once by a text that quotes it.

import assert from 'node:assert/strict';
import { hasNoViolations } from './axe.mjs';
import { withCustomer } from './browser.mjs';
import { startForeignSite } from './foreign_site.mjs';
import { until } from './until.mjs';

/**
 * * `url()` is the gateway's base URL, `browser()` the browser; both exist only once the tests run.
 * * `sitePort`: where the foreign site listens, 0 for any port; null leaves its story out, for a
 *   gateway that allows no origin but its own.
 */
export function stories({ test, url, browser, sitePort }) {
  const story = (name, options, tell) => test(name, () => withCustomer(browser(), options, tell));

  story('a customer chats, reloads, finds the history and goes on', {}, async (customer) => {
    const chat = await customer.open(url());
    await chat.isOnline();
    await chat.say('Hello');
    await chat.isAnswered(['Hello']);
    await chat.say('Is the tea fresh?');
    await chat.isAnswered(['Hello', 'Is the tea fresh?']);
    const before = await chat.texts();
    await chat.page.reload();
    await chat.shows(before);
    await chat.say('Good');
    await chat.isAnswered(['Hello', 'Is the tea fresh?', 'Good']);
  });

  story('what is written without a network arrives once and in order when it is back', {}, async (customer) => {
    const chat = await customer.open(url());
    await chat.isOnline();
    await chat.say('before');
    await chat.isAnswered(['before']);
    await customer.context.setOffline(true);
    await chat.isInState('offline');
    for (const text of ['first', 'second', 'third']) await chat.say(text);
    const waiting = chat.page.getByText('Waiting for connection');
    await until('the state of each waiting message in words', async () => await waiting.count() === 3);
    await customer.context.setOffline(false);
    await chat.isAnswered(['before', 'first', 'second', 'third']);
    await until('no message to wait', async () => await waiting.count() === 0);
  });

  story('two tabs show one conversation', {}, async (customer) => {
    const one = await customer.open(url());
    await one.isOnline();
    await one.say('from the first tab');
    await one.isAnswered(['from the first tab']);
    const other = await customer.open(url());
    await other.isAnswered(['from the first tab']);
    await other.say('from the second tab');
    const both = ['from the first tab', 'from the second tab'];
    await other.isAnswered(both);
    await one.isAnswered(both);
  });

  story('a message is text, whatever it holds', {}, async (customer) => {
    const chat = await customer.open(url());
    await chat.isOnline();
    const text = '<img src=x onerror="alert(1)"> & שלום\n你好 👋🏽';
    await chat.say(text);
    await chat.isAnswered([text]);
    assert.equal(await chat.page.locator('.bubble img').count(), 0);
  });

  for (const colorScheme of ['light', 'dark']) {
    story(`a phone 360 pixels wide shows everything without scrolling sideways, ${colorScheme}`, { viewport: { width: 360, height: 640 }, colorScheme }, async (customer) => {
      const chat = await customer.open(url());
      await chat.isOnline();
      const text = `${'long'.repeat(60)} https://shop.example/${'path/'.repeat(30)}`;
      await chat.say(text);
      await chat.isAnswered([text]);
      const sideways = await chat.page.evaluate(() => [...document.querySelectorAll('html, .chat, .log')].filter((node) => node.scrollWidth > node.clientWidth).map((node) => node.className || node.tagName));
      assert.deepEqual(sideways, []);
      await hasNoViolations(chat.page);
    });
  }

  story('the keyboard alone is enough', {}, async (customer) => {
    const chat = await customer.open(url());
    await chat.isOnline();
    const { keyboard } = chat.page;
    await tabTo(chat.page, (focus) => focus.role === 'TEXTAREA');
    await keyboard.type('first line');
    await keyboard.press('Shift+Enter');
    await keyboard.type('second line');
    await keyboard.press('Enter');
    await chat.isAnswered(['first line\nsecond line']);
    assert.equal(await chat.field.inputValue(), '');
    await tabTo(chat.page, (focus) => focus.name === '切换到中文');
    assert.notEqual((await focused(chat.page)).outline, 'none', 'the focus can be seen');
    await keyboard.press('Enter');
    await chat.page.getByRole('heading', { name: '在线咨询' }).waitFor();
  });

  for (const [locale, title, placeholder] of [['zh-CN', '在线咨询', '请输入消息…'], ['zh-TW', '在线咨询', '请输入消息…'], ['en-GB', 'Chat with us', 'Write a message…'], ['fr-FR', 'Chat with us', 'Write a message…']]) {
    story(`the chat speaks to a browser set to ${locale}`, { locale }, async (customer) => {
      const chat = await customer.open(url());
      await chat.isOnline();
      await chat.page.getByRole('heading', { name: title }).waitFor();
      assert.equal(await chat.field.getAttribute('placeholder'), placeholder);
      assert.equal(await chat.page.title(), title);
    });
  }

  story('the chosen language is kept', {}, async (customer) => {
    const chat = await customer.open(url());
    await chat.page.getByRole('button', { name: '切换到中文' }).click();
    await chat.page.reload();
    await chat.page.getByRole('heading', { name: '在线咨询' }).waitFor();
    assert.equal(await chat.page.locator('html').getAttribute('lang'), 'zh-CN');
  });

  for (const [locale, colorScheme] of [['en-US', 'light'], ['zh-CN', 'dark']]) {
    story(`nothing stands in the way of assistive technology, ${locale}, ${colorScheme}`, { locale, colorScheme }, async (customer) => {
      const chat = await customer.open(url());
      await chat.isOnline();
      await hasNoViolations(chat.page);
      await chat.say('Hello https://shop.example/');
      await chat.isAnswered(['Hello https://shop.example/']);
      await hasNoViolations(chat.page);
      assert.equal(await chat.page.getByRole('log').getAttribute('aria-live'), 'polite');
    });
  }

  const siteStory = sitePort === null ? (name) => test(name, { skip: 'SIGNALBOX_SITE_PORT names no port' }, () => {}) : story;
  siteStory('the chat stands on another site, untouched by its style and policy', {}, async (customer) => {
    const site = await startForeignSite({ gateway: url(), port: sitePort });
    try {
      const chat = await customer.open(site.url);
      await chat.page.getByRole('button', { name: 'Open chat' }).click();
      await until('the focus in the field', async () => (await focused(chat.page)).role === 'TEXTAREA');
      await chat.isOnline();
      await chat.say('Hello from the shop');
      await chat.isAnswered(['Hello from the shop']);
      const style = await chat.page.locator('.bubble').first().evaluate((node) => ({ size: getComputedStyle(node).fontSize, color: getComputedStyle(node).color, spacing: getComputedStyle(node).letterSpacing }));
      assert.deepEqual(style, { size: '15px', color: 'rgb(255, 255, 255)', spacing: 'normal' });
      await hasNoViolations(chat.page, 'signalbox-chat');
      await chat.page.keyboard.press('Escape');
      await chat.page.getByRole('dialog').waitFor({ state: 'hidden' });
      assert.equal((await focused(chat.page)).name, 'Open chat', 'the focus goes back to where it came from');
      await chat.page.reload();
      await chat.page.getByRole('button', { name: 'Open chat' }).click();
      await chat.isAnswered(['Hello from the shop']);
    } finally {
      await site.stop();
    }
  });
}

/** What has the focus, looked for inside shadow roots too. */
function focused(page) {
  return page.evaluate(() => {
    let node = document.activeElement;
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
    return { role: node.tagName, name: node.getAttribute('aria-label'), outline: getComputedStyle(node).outlineStyle };
  });
}

async function tabTo(page, isThere) {
  for (let presses = 0; presses < 20; presses += 1) {
    if (isThere(await focused(page))) return;
    await page.keyboard.press('Tab');
  }
  assert.fail('the keyboard does not get there');
}
