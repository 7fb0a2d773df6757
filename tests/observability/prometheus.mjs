// A real Prometheus with the configuration and rules of grafana/prometheus, on a port of its own and forgotten afterwards.

import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '../browser/until.mjs';

export const SHIPPED = fileURLToPath(new URL('../../grafana/prometheus/', import.meta.url));
const LISTENING = /msg="Listening on" address=(\S+)/;

export class Prometheus {
  #process;
  #folder;
  #ended;
  #url;

  /** Scrapes `target`, `HOST:PORT`, each second. */
  static async start(target) {
    const prometheus = new Prometheus();
    const folder = await mkdtemp(join(tmpdir(), 'signalbox-prometheus-'));
    await cp(SHIPPED, folder, { recursive: true });
    const config = join(folder, 'prometheus.yml');
    await writeFile(config, hurried(await readFile(config, 'utf8'), target));
    prometheus.#folder = folder;
    prometheus.#process = spawn('prometheus', [`--config.file=${config}`, `--storage.tsdb.path=${join(folder, 'data')}`, '--web.listen-address=127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] });
    prometheus.#ended = new Promise((done) => { prometheus.#process.on('close', done).on('error', done); });
    try {
      prometheus.#url = await address(prometheus.#process.stderr);
      await until('Prometheus answers queries', async () => (await fetch(`${prometheus.#url}/-/ready`)).ok);
    } catch (error) {
      await prometheus.stop();
      throw error;
    }
    return prometheus;
  }

  async stop() {
    this.#process.kill('SIGTERM');
    await this.#ended;
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Samples of an instant query: `{ metric, value }`, the value as a number. */
  async query(expression) {
    const { result, resultType } = await this.#get('query', { query: expression });
    const samples = resultType === 'scalar' ? [{ metric: {}, value: result }] : result;
    return samples.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  /** Label sets of the series that a selector matches. */
  async series(selector) {
    return this.#get('series', { 'match[]': selector });
  }

  /** Every rule, as Prometheus has understood it. */
  async rules() {
    const { groups } = await this.#get('rules', {});
    return groups.flatMap(({ rules }) => rules);
  }

  /** The answer's data; what Prometheus finds wrong is an error. */
  async #get(path, parameters) {
    const response = await fetch(`${this.#url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const answer = await response.json();
    if (answer.status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${answer.error}`);
    return answer.data;
  }
}

/** The shipped configuration, for another target and a test's patience. */
function hurried(text, target) {
  const changed = text.replace('127.0.0.1:7777', target).replaceAll(/(scrape_interval|evaluation_interval): 15s/g, '$1: 1s');
  if (!changed.includes(target) || changed.includes('15s')) throw new Error('the shipped prometheus.yml looks different');
  return changed;
}

/** Where it listens, once it does. Reads on afterwards: a full pipe would stop the server. */
function address(log) {
  const lines = [];
  return new Promise((found, failed) => {
    createInterface({ input: log })
      .on('line', (line) => {
        lines.push(line);
        const match = LISTENING.exec(line);
        if (match) found(`http://${match[1]}`);
      })
      .on('close', () => failed(new Error(`prometheus ended:\n${lines.join('\n')}`)));
  });
}
