// Bodies as large as Confluence has them: this SDK takes answers of any size, and gets them whole.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ScalekitClient } from '@scalekit-sdk/node'

const { SCALEKIT_ENV_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET } = process.env
const connector = 'confluence'
const identifier = 'node_sizes'
const { actions } = new ScalekitClient(SCALEKIT_ENV_URL, SCALEKIT_CLIENT_ID, SCALEKIT_CLIENT_SECRET)
const execute = async (toolName, toolInput = {}) =>
  (await actions.executeTool({ connector, identifier, toolName, toolInput })).data

test('a page as large as Confluence takes is written and read whole', async () => {
  const { link } = await actions.getAuthorizationLink({ connectionName: connector, identifier })
  assert.equal((await fetch(link)).status, 200)
  const [space] = (await execute('confluence_space_list')).results
  const value = `<p>${'tides and moons '.repeat(327_000)}</p>`
  const page = await execute('confluence_page_create', {
    spaceId: space.id, title: 'Nearly five mebibytes, from Node', body_representation: 'storage', body_value: value,
  })
  const read = await execute('confluence_page_get', { id: page.id, body_format: 'storage' })
  assert.equal(read.cut, undefined)
  assert.ok(read.body.storage.value.length >= value.length - 100)
})

test('whole numbers stay whole', async () => {
  const [space] = (await execute('confluence_space_list')).results
  const document = { version: 1, type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Tides' }] }] }
  const page = await execute('confluence_page_create', {
    spaceId: space.id, title: 'ADF from Node', body_representation: 'atlas_doc_format', body_value: document,
  })
  assert.ok(page.id)
})
