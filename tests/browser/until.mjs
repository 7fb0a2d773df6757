// Waits for a condition instead of for time. The deadline only ends a test that has failed.

const DEADLINE_MS = 20_000;
const LOOK_EVERY_MS = 25;

/** Resolves to the first truthy value of `condition`; on the deadline fails with what `describe` says. */
export async function until(what, condition, describe = () => '') {
  const end = Date.now() + DEADLINE_MS;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain: ${what} ${await describe()}`);
    await new Promise((done) => { setTimeout(done, LOOK_EVERY_MS); });
  }
}
