// A first session: connect an end user's Confluence, then list, create, read, update and find a page.
//
// Needs `npm install --prefix examples` and the environment that `headwater dev` writes.

import 'dotenv/config'
import { createInterface } from 'node:readline/promises'
import { ScalekitClient } from '@scalekit-sdk/node'

const connector = 'confluence'
const identifier = process.argv[2] ?? 'user_123'

const scalekit = new ScalekitClient(
  process.env.SCALEKIT_ENV_URL!,
  process.env.SCALEKIT_CLIENT_ID!,
  process.env.SCALEKIT_CLIENT_SECRET!,
)
const actions = scalekit.actions

/** Executes a tool for the end user and returns Confluence's JSON. */
async function execute(toolName: string, toolInput: Record<string, unknown> = {}): Promise<any> {
  const { data } = await actions.executeTool({ connector, identifier, toolName, toolInput })
  return data
}

const { link } = await actions.getAuthorizationLink({ connectionName: connector, identifier })
console.log('Authorize Confluence:', link)
const terminal = createInterface({ input: process.stdin, output: process.stdout })
await terminal.question('Press Enter after authorizing... ')
terminal.close()

const [space] = (await execute('confluence_space_list')).results
console.log('Space:', space.name)

const posts = await execute('confluence_blogpost_list', { space_id: [space.id], limit: 3 })
console.log('Blog posts:', posts.results.map((post: any) => post.title))

const title = `Notes of ${identifier} from TypeScript`
const [found] = (await execute('confluence_page_list', { space_id: space.id, title })).results
const created =
  found ??
  (await execute('confluence_page_create', {
    spaceId: space.id,
    title,
    body_representation: 'storage',
    body_value: '<p>First thoughts.</p>',
  }))
console.log('Page:', created.id)

const page = await execute('confluence_page_get', { id: created.id, body_format: 'storage' })
console.log('Body:', page.body.storage.value)

const updated = await execute('confluence_page_update', {
  id: page.id,
  status: 'current',
  title,
  version_number: page.version.number + 1,
  body_representation: 'storage',
  body_value: `${page.body.storage.value}<p>Second thoughts.</p>`,
})
console.log('Version:', updated.version.number)

const hits = await execute('confluence_search', { cql: `type = page AND title ~ "${title}"` })
console.log('Found:', hits.results.map((hit: any) => hit.content.title))

const user = await actions.request({
  connectionName: connector,
  identifier,
  path: '/wiki/rest/api/user/current',
})
console.log('Acting as:', user.data.displayName)
