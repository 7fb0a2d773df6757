// What can be said of dashboards, rules and runbooks without a server.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DASHBOARDS, written } from '../../grafana/dashboards.mjs';
import { SHIPPED } from './prometheus.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RUNBOOKS = join(ROOT, 'docs/runbooks');
/** It always fires. */
const NEVER_SILENT = 'SignalboxWatchdog';

const alertRules = readFileSync(join(SHIPPED, 'alerts.rules.yml'), 'utf8');
/** Name and severity: an alert may be a page and a ticket. */
const severities = [...alertRules.matchAll(/- alert: (\w+)[^]*?severity: (\w+)/g)].map(([, name, severity]) => ({ name, severity }));
const alerts = new Set(severities.map(({ name }) => name));
const testFiles = readdirSync(join(SHIPPED, 'tests')).map((name) => join(SHIPPED, 'tests', name));

test('promtool takes the configuration, the rules and their tests', () => {
  promtool('check', 'config', join(SHIPPED, 'prometheus.yml'));
  promtool('test', 'rules', ...testFiles);
});

function promtool(...parameters) {
  try {
    execFileSync('promtool', parameters, { stdio: 'pipe' });
  } catch (error) {
    assert.fail(`promtool ${parameters.join(' ')}\n${error.stdout ?? error}${error.stderr ?? ''}`);
  }
}

test('every alert is seen to fire and to stay silent', () => {
  const fires = new Set();
  const silent = new Set();
  for (const file of testFiles) {
    const looks = readFileSync(file, 'utf8').matchAll(/ALERTS\{alertname="(\w+)", alertstate="firing"(?:, severity="(\w+)")?\}.*\n +eval_time: \w+\n( +exp_samples: \[\{)?/g);
    for (const [, name, severity, samples] of looks) {
      assert(alerts.has(name), `${basename(file)} looks at ${name}, which is no alert`);
      if (samples) fires.add(name).add(`${name} ${severity}`);
      else silent.add(name);
    }
  }
  for (const { name, severity } of severities) {
    const isOnlyOne = severities.filter((other) => other.name === name).length === 1;
    assert(fires.has(isOnlyOne ? name : `${name} ${severity}`), `no test sees ${name} fire as a ${severity}`);
    assert(silent.has(name) || name === NEVER_SILENT, `no test sees ${name} stay silent`);
  }
});

test('every alert has a runbook in both languages, and every runbook an alert', () => {
  for (const name of alerts) {
    for (const ending of ['.md', '.zh.md']) assert(existsSync(join(RUNBOOKS, name + ending)), `docs/runbooks/${name}${ending} is missing`);
  }
  for (const page of readdirSync(RUNBOOKS)) {
    const name = page.replace(/(\.zh)?\.md$/, '');
    assert(name === 'README' || alerts.has(name), `docs/runbooks/${page} is of no alert`);
  }
});

for (const [name, content] of Object.entries(DASHBOARDS)) {
  test(`${name} is what grafana/dashboards.mjs writes`, () => {
    const there = readFileSync(join(ROOT, 'grafana/dashboards', name), 'utf8');
    assert.equal(there, written(content), 'write it with: node grafana/dashboards.mjs');
  });

  test(`${name} can be read`, () => {
    const panels = content.panels.filter(({ type }) => type !== 'row');
    for (const { title, description, fieldConfig, links = [], targets, gridPos } of panels) {
      assert(description, `panel "${title}" lacks a description`);
      assert(fieldConfig.defaults.unit, `panel "${title}" lacks a unit`);
      assert(gridPos.x + gridPos.w <= 24, `panel "${title}" leaves the page`);
      for (const { url } of links) assert(existsSync(join(ROOT, url)), `panel "${title}" links to ${url}, which is missing`);
      for (const { expr } of targets) assert(!/\[(?!\$__rate_interval|24h|30d)/.test(expr), `panel "${title}" has an interval of its own: ${expr}`);
    }
    assert.equal(new Set(content.panels.map(({ id }) => id)).size, content.panels.length, 'numbers of panels differ');
  });
}

test('dashboards have addresses of their own', () => {
  const uids = Object.values(DASHBOARDS).map(({ uid }) => uid);
  assert.equal(new Set(uids).size, uids.length);
});
