// Looks at a page as assistive technology meets it.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const AXE = await readFile(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Fails if axe finds anything within `within` of a page. */
export async function hasNoViolations(page, within = 'html') {
  // A colour on its way to another is judged by neither.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.evaluate(AXE);
  const violations = await page.evaluate(async ([root, tags]) => {
    const found = await globalThis.axe.run(root, { runOnly: tags });
    return found.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`) }));
  }, [within, WCAG]);
  assert.deepEqual(violations, []);
}
