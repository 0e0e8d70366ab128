// Who gets the tokens of an account, and what the SDK's own get-or-create and upsert make of answers without them. The
// server's policy is in E2E_POLICY.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { ScalekitClient } from '@scalekit-sdk/node'

const { SCALEKIT_ENV_URL, E2E_BINARY, E2E_DATA, E2E_POLICY = 'all' } = process.env
const SHOWN = { nothing: [undefined, undefined], access: ['one', undefined], all: ['one', 'two'] }
const WRITTEN = {
  details: { case: 'oauthToken', value: { accessToken: 'one', refreshToken: 'two', scopes: ['read:page:confluence'] } },
}

const clientWith = (roles) => {
  const words = ['client', '--data-dir', E2E_DATA, 'create', '--role', roles]
  const printed = execFileSync(E2E_BINARY, words, { encoding: 'utf8' })
  const value = (name) => printed.match(new RegExp(`^${name}=(.+)$`, 'm'))[1]
  return new ScalekitClient(SCALEKIT_ENV_URL, value('SCALEKIT_CLIENT_ID'), value('SCALEKIT_CLIENT_SECRET'))
}

const shown = (response) => {
  const token = response.connectedAccount.authorizationDetails?.details?.value
  return [token?.accessToken || undefined, token?.refreshToken || undefined]
}

for (const roles of ['use', 'use,read,manage', 'use,credentials', 'use,read,manage,credentials']) {
  test(`get-or-create and upsert work as ${roles} where the policy is ${E2E_POLICY}`, async () => {
    const { actions } = clientWith(roles)
    const wanted = { connectionName: 'confluence', identifier: `node_${E2E_POLICY}_${roles.replaceAll(',', '_')}` }
    const first = await actions.getOrCreateConnectedAccount(wanted)
    const again = await actions.getOrCreateConnectedAccount(wanted)
    assert.equal(first.connectedAccount.id, again.connectedAccount.id)
    await actions.getOrCreateConnectedAccount({ ...wanted, authorizationDetails: WRITTEN })
    const read = await actions.getConnectedAccount(wanted)
    assert.deepEqual(shown(read), roles.includes('credentials') ? SHOWN[E2E_POLICY] : [undefined, undefined])
    // What was read is written back as it came.
    const details = read.connectedAccount.authorizationDetails
    if (details) await actions.updateConnectedAccount({ ...wanted, authorizationDetails: details })
    const kept = await actions.getOrCreateConnectedAccount(wanted)
    assert.equal(kept.connectedAccount.id, first.connectedAccount.id)
    assert.deepEqual(shown(await clientWith('credentials').actions.getConnectedAccount(wanted)), SHOWN[E2E_POLICY])
  })
}
