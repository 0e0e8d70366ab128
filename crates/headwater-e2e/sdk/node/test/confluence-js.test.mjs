// The sandbox seen by a Confluence client of the Node world, `confluence.js`, as its users configure it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { ConfluenceClient } from 'confluence.js';

const apiToken = 'an-api-token';
let sandbox;
let client;

before(async () => {
  const command = ['sandbox', '--port', '0', '--consent', 'auto', '--api-token', apiToken];
  sandbox = spawn(process.env.E2E_BINARY, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: sandbox.stdout })) {
    const [, email, host] = line.match(/API token +(\S+) with \S+ for (\S+)\/wiki\/rest/) ?? [];
    if (host) {
      client = new ConfluenceClient({ host, authentication: { basic: { email, apiToken } } });
      break;
    }
  }
  assert.ok(client, 'the sandbox did not start');
});

after(() => sandbox.kill());

const storage = value => ({ storage: { value, representation: 'storage' } });

const page = (key, title, value, parent) =>
  client.content.createContent({
    type: 'page', title, space: { key }, body: storage(value), ...(parent && { ancestors: [{ id: parent }] }),
  });

test('a tree is built, changed and removed', async () => {
  const space = await client.space.createSpace({ key: 'TIDES', name: 'Tides' });
  assert.equal(space.key, 'TIDES');
  const harbour = await page('TIDES', 'Harbour', '<p>one</p>');
  const quay = await page('TIDES', 'Quay', '<p>two</p>', harbour.id);
  const children = await client.contentChildrenAndDescendants.getContentChildrenByType({ id: harbour.id, type: 'page' });
  assert.deepEqual(children.results.map(it => it.id), [quay.id]);

  const change = { id: harbour.id, type: 'page', title: 'Harbour', body: storage('<p>uno</p>') };
  await client.content.updateContent({ ...change, version: { number: 2 } });
  const read = await client.content.getContentById({ id: harbour.id, expand: ['body.storage', 'version'] });
  assert.equal(read.body.storage.value, '<p>uno</p>');
  assert.equal(read.version.number, 2);
  await assert.rejects(client.content.updateContent({ ...change, version: { number: 2 } }), error => {
    assert.match(JSON.stringify(error), /409|Version must be incremented/);
    return true;
  });

  await client.content.deleteContent({ id: quay.id });
  await assert.rejects(client.content.getContentById({ id: quay.id }));
});

test('a file comes back as it was', async () => {
  await client.space.createSpace({ key: 'FILES', name: 'Files' });
  const charts = await page('FILES', 'Charts', '');
  const file = Buffer.from(Array.from({ length: 4096 }, (_, at) => at % 256));
  const attachments = [{ filename: 'chart 1.bin', file, comment: 'first', minorEdit: true }];
  const { results } = await client.contentAttachments.createAttachments({ id: charts.id, attachments });
  const back = await client.contentAttachments.downloadAttachment({ id: charts.id, attachmentId: results[0].id });
  assert.deepEqual(Buffer.from(back), file);
  const listed = await client.contentAttachments.getAttachments({ id: charts.id });
  assert.deepEqual(listed.results.map(it => it.title), ['chart 1.bin']);
});

test('labels are kept and comments found', async () => {
  await client.space.createSpace({ key: 'NOTES', name: 'Notes' });
  const log = await page('NOTES', 'Log', '<p>fog</p>');
  await client.contentLabels.addLabelsToContent({ id: log.id, body: [{ prefix: 'global', name: 'weather' }] });
  const labels = await client.contentLabels.getLabelsForContent({ id: log.id });
  assert.deepEqual(labels.results.map(it => it.name), ['weather']);
  await client.content.createContent({
    type: 'comment', container: { id: log.id, type: 'page' }, body: storage('<p>Cleared at noon.</p>'),
  });
  const found = await client.search.searchByCQL({ cql: 'space = NOTES and type = comment' });
  assert.equal(found.results.length, 1);
});

test('three hundred pages are listed and found once each', async () => {
  await client.space.createSpace({ key: 'MANY', name: 'Many' });
  for (let number = 0; number < 300; number += 1) {
    await page('MANY', `Page ${number}`, '<p>.</p>');
  }
  const listed = new Set();
  for (let start = 0; ; start += 40) {
    const { results } = await client.content.getContent({ spaceKey: 'MANY', type: 'page', start, limit: 40 });
    results.forEach(it => listed.add(it.id));
    if (results.length < 40) break;
  }
  assert.equal(listed.size, 301);

  const found = [];
  let cursor;
  do {
    const reply = await client.search.searchByCQL({ cql: 'space = MANY and type = page order by created', limit: 50, cursor });
    found.push(...reply.results.map(it => it.content.id));
    cursor = reply._links.next && new URLSearchParams(reply._links.next.split('?')[1]).get('cursor');
  } while (cursor);
  assert.equal(found.length, 301);
  assert.deepEqual(new Set(found), listed);
});
