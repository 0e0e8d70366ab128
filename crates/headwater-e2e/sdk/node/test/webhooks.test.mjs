// Webhooks, verified by the published Node SDK.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { ScalekitClient } from '@scalekit-sdk/node'

const { SCALEKIT_ENV_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET, E2E_BINARY, E2E_DATA } = process.env

test('the SDK verifies what is delivered', async () => {
  let arrived
  const delivery = new Promise((resolve) => { arrived = resolve })
  const endpoint = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk) => { body += chunk })
    request.on('end', () => {
      response.writeHead(204).end()
      arrived({ headers: request.headers, body })
    })
  })
  await new Promise((resolve) => endpoint.listen(0, '127.0.0.1', resolve))
  const command = (...words) =>
    execFileSync(E2E_BINARY, ['webhook', '--data-dir', E2E_DATA, ...words], { encoding: 'utf8' })
  const printed = command('create', '--url', `http://127.0.0.1:${endpoint.address().port}/hook`)
  const [, id, secret] = printed.match(/^webhook (\S+)\nsecret +(\S+)\n$/)
  try {
    const client = new ScalekitClient(SCALEKIT_ENV_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET)
    await client.actions.getAuthorizationLink({ connectionName: 'confluence', identifier: 'node_webhook' })
    const { headers, body } = await delivery
    assert.equal(JSON.parse(body).type, 'connected_account.created')
    assert.equal(JSON.parse(body).data.identifier, 'node_webhook')
    assert.equal(client.verifyWebhookPayload(secret, headers, body), true)
    assert.throws(() => client.verifyWebhookPayload(secret, headers, `${body} `))
  } finally {
    command('delete', id)
    endpoint.close()
    endpoint.closeAllConnections()
  }
})
