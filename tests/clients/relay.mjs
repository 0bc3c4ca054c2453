// Relay: what its compiler wrote is registered, and its runtime asks by doc_id, against an app that may send nothing else.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildClientSchema, getIntrospectionQuery, printSchema } from 'graphql'
import relay from 'relay-runtime'
import { endpoint, expect, operation, ops, page, tokenOf, watched } from './server.mjs'

const { Environment, Network, RecordSource, Store, fetchQuery } = relay

export async function compiled() {
  const token = tokenOf('relay')
  const { seen, fetcher } = watched(token)
  const send = (body) => fetcher(endpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }).then((r) => r.json())

  const dir = mkdtempSync(join(tmpdir(), 'rialto-relay-'))
  mkdirSync(join(dir, 'src'))
  writeFileSync(join(dir, 'schema.graphql'), printSchema(buildClientSchema((await send({ query: getIntrospectionQuery() })).data)))
  writeFileSync(join(dir, 'src', 'page.js'), 'const { graphql } = require("relay-runtime")\nmodule.exports = graphql`' + operation.replace('Page', 'pageQuery') + '`\n')
  writeFileSync(join(dir, 'package.json'), '{}')
  writeFileSync(join(dir, 'persisted.json'), '{}')
  writeFileSync(join(dir, 'relay.config.json'), JSON.stringify({ src: './src', schema: './schema.graphql', language: 'javascript', persistConfig: { file: './persisted.json' } }))
  execFileSync(new URL('node_modules/.bin/relay-compiler', import.meta.url).pathname, ['relay.config.json'], { cwd: dir })
  ops('register', '--app', 'relay', join(dir, 'persisted.json'))
  ops('mode', '--app', 'relay', 'registered')

  const request = createRequire(import.meta.url)(join(dir, 'src', '__generated__', 'pageQuery.graphql.js'))
  const network = Network.create((params, variables) => send({ doc_id: params.id, variables }))
  const environment = new Environment({ network, store: new Store(new RecordSource()) })
  seen.length = 0
  page(await fetchQuery(environment, request, { first: 2 }).toPromise())
  expect(seen.map((s) => [s.status, Object.keys(s.sent)]), [[200, ['doc_id', 'variables']]])
  expect((await send({ query: '{ shop { name } }' })).errors[0].extensions.code, 'OPERATION_NOT_REGISTERED')
}
