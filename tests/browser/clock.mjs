// The page's clock in a test's hands. On a slow machine anything may happen between two lines of a
// test; with time standing still, no deadline of the page passes meanwhile.
//
// While it stands nothing is drawn: bubbles appear once it runs again or is moved. What the page does
// on a frame or a key, it does at once.

/** For `customer.open`: time stands still until a test moves it. */
export async function withClock(page) {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1_000);
}

/** Lets time pass as it does outside. */
export function letTimePass({ page }) {
  return page.clock.resume();
}

/** Makes time stand still again, a little later than now. */
export async function stopTime({ page }) {
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000));
}
