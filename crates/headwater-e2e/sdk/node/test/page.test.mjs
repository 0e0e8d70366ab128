// What the connector's page promises, through the published Node SDK: over TLS, and over plain HTTP to the same port.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ScalekitClient,
  ScalekitBadRequestException,
  ScalekitForbiddenException,
  ScalekitNotFoundException,
  ScalekitToolException,
} from '@scalekit-sdk/node'

const { SCALEKIT_ENV_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET } = process.env
const connector = 'confluence'

for (const url of [SCALEKIT_ENV_URL, SCALEKIT_ENV_URL.replace('https://', 'http://')]) {
  const scheme = url.split(':')[0]
  const identifier = `node_${scheme}`
  const client = new ScalekitClient(url, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET)
  const actions = client.actions
  const execute = async (toolName, toolInput = {}) =>
    (await actions.executeTool({ connector, identifier, toolName, toolInput })).data

  test(`${scheme}: the first program of the page`, async () => {
    const { link } = await actions.getAuthorizationLink({ connectionName: connector, identifier })
    const page = await fetch(link)
    assert.equal(page.status, 200)
    assert.match(await page.text(), /is connected/)
    const result = await actions.executeTool({ connector, identifier, toolName: 'confluence_blogpost_list', toolInput: {} })
    assert.ok(result.data.results.length > 0)
  })

  test(`${scheme}: the proxy`, async () => {
    const result = await actions.request({ connectionName: connector, identifier, path: '/wiki/rest/api/user/current', method: 'GET' })
    assert.equal(result.status, 200)
    assert.ok(result.data.accountId)
  })

  test(`${scheme}: names outside ASCII reach their account`, async () => {
    const account = { connectionName: connector, identifier: `Zoë_${scheme}` }
    const { link } = await actions.getAuthorizationLink(account)
    assert.equal((await fetch(link)).status, 200)
    const result = await actions.request({ ...account, path: '/wiki/rest/api/user/current', method: 'GET' })
    assert.equal(result.status, 200)
  })

  test(`${scheme}: a page is created, updated and found`, async () => {
    const [space] = (await execute('confluence_space_list')).results
    const page = await execute('confluence_page_create', {
      spaceId: space.id, title: `From Node over ${scheme}`, body_representation: 'storage', body_value: '<p>one</p>',
    })
    const updated = await execute('confluence_page_update', {
      id: page.id, status: 'current', title: page.title, version_number: page.version.number + 1,
      body_representation: 'storage', body_value: '<p>two</p>',
    })
    assert.equal(updated.version.number, 2)
    const hits = await execute('confluence_search', { cql: `id = ${page.id}` })
    assert.equal(hits.results[0].content.id, page.id)
  })

  test(`${scheme}: errors are the exceptions that programs catch`, async () => {
    await assert.rejects(execute('confluence_list'), ScalekitNotFoundException)
    await assert.rejects(execute('confluence_page_list', { limit: 5000 }), ScalekitBadRequestException)
    await assert.rejects(execute('confluence_page_get', { id: '999999999' }), (error) => error instanceof ScalekitToolException)
  })

  test(`${scheme}: accounts`, async () => {
    const created = await actions.getOrCreateConnectedAccount({ connectionName: connector, identifier: `${identifier}_2` })
    assert.equal(created.connectedAccount.status, 3)
    const listed = await actions.listConnectedAccounts({ connectionName: connector, identifier })
    assert.equal(listed.totalSize, 1)
    const read = await actions.getConnectedAccount({ connectionName: connector, identifier })
    assert.equal(read.connectedAccount.status, 1)
    await actions.deleteConnectedAccount({ connectionName: connector, identifier: `${identifier}_2` })
    const connections = await actions.listConnections({})
    assert.deepEqual(connections.connections.map((it) => it.connectionName), [connector])
  })

  test(`${scheme}: the application confirms its end user`, async () => {
    const account = { connectionName: connector, identifier: `${identifier}_3` }
    const wanted = { ...account, state: 'mine', userVerifyUrl: 'http://localhost:1/verify' }
    let target = (await actions.getAuthorizationLink(wanted)).link
    while (!target.startsWith('http://localhost:1/')) {
      const response = await fetch(target, { redirect: 'manual' })
      target = new URL(response.headers.get('location'), target).href
    }
    const query = new URL(target).searchParams
    assert.equal(query.get('state'), 'mine')
    assert.equal((await actions.getConnectedAccount(account)).connectedAccount.status, 4)
    const request = { authRequestId: query.get('auth_request_id'), identifier: account.identifier }
    const stranger = { ...request, identifier: 'somebody else' }
    await assert.rejects(actions.verifyConnectedAccountUser(stranger), ScalekitForbiddenException)
    const verified = await actions.verifyConnectedAccountUser(request)
    assert.match(verified.postUserVerifyRedirectUrl, /\/connect\/success$/)
    assert.equal((await actions.getConnectedAccount(account)).connectedAccount.status, 1)
    await assert.rejects(actions.verifyConnectedAccountUser(request), ScalekitNotFoundException)
  })

  test(`${scheme}: tools`, async () => {
    const { tools } = await client.tools.listScopedTools(identifier, {})
    assert.ok(tools.length >= 14)
    const available = await client.tools.listAvailableTools(identifier)
    assert.ok(available.tools.length >= 14)
  })
}
