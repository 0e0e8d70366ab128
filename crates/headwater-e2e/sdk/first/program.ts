// A first program as a newcomer types it: an authorization link, then one call. All it knows is in `.env`.

import { ScalekitClient } from '@scalekit-sdk/node'
import 'dotenv/config'

const scalekit = new ScalekitClient(
  process.env.SCALEKIT_ENV_URL,
  process.env.SCALEKIT_CLIENT_ID,
  process.env.SCALEKIT_CLIENT_SECRET,
)
const actions = scalekit.actions
const connector = 'confluence'
const identifier = 'newcomer_node'

const { link } = await actions.getAuthorizationLink({ connectionName: connector, identifier })
console.log('Authorize Confluence:', link)
await new Promise((resolve) => process.stdin.once('data', resolve))

const result = await actions.executeTool({ connector, identifier, toolName: 'confluence_blogpost_list', toolInput: {} })
console.log(JSON.stringify(result))
process.exit(0)
