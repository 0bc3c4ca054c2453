// Apollo Client: automatic persisted queries, by POST and by GET, and a manifest of its own tool against an app that may send
// nothing else.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApolloClient, HttpLink, InMemoryCache, gql } from '@apollo/client/core/index.js'
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries/index.js'
import { generatePersistedQueryIdsFromManifest } from '@apollo/persisted-query-lists'
import { endpoint, expect, operation, ops, page, tokenOf, watched } from './server.mjs'

const sha256 = (text) => createHash('sha256').update(text).digest('hex')
const ask = (link, fetcher, query = operation) =>
  new ApolloClient({ cache: new InMemoryCache(), link: link.concat(new HttpLink({ uri: endpoint, fetch: fetcher })) }).query({ query: gql(query), variables: { first: 2 } })

export async function automatic() {
  const token = tokenOf('apollo-automatic')
  for (const useGETForHashedQueries of [false, true]) {
    const { seen, fetcher } = watched(token)
    const query = operation.replace('Page', useGETForHashedQueries ? 'ByGet' : 'ByPost')
    const link = () => new PersistedQueryLink({ sha256, useGETForHashedQueries })
    page((await ask(link(), fetcher, query)).data)
    expect(seen.map((s) => 'query' in s.sent), [false, true], 'first by hash, then with the text')
    expect(seen[0].body.errors[0].extensions.code, 'PERSISTED_QUERY_NOT_FOUND')
    page((await ask(link(), fetcher, query)).data)
    expect(seen.length, 3, 'the second time the hash is enough')
    expect(seen[2].method, useGETForHashedQueries ? 'GET' : 'POST')
  }
}

export async function manifest() {
  const dir = mkdtempSync(join(tmpdir(), 'rialto-apollo-'))
  writeFileSync(join(dir, 'page.graphql'), operation)
  writeFileSync(join(dir, 'persisted-query-manifest.config.json'), JSON.stringify({ documents: ['*.graphql'] }))
  const tool = new URL('node_modules/.bin/generate-persisted-query-manifest', import.meta.url).pathname
  execFileSync(tool, [], { cwd: dir })
  const file = join(dir, 'persisted-query-manifest.json')
  ops('register', '--app', 'apollo-manifest', file)
  ops('mode', '--app', 'apollo-manifest', 'registered')
  const { seen, fetcher } = watched(tokenOf('apollo-manifest'))
  const link = new PersistedQueryLink(generatePersistedQueryIdsFromManifest({ loadManifest: async () => JSON.parse(readFileSync(file, 'utf8')) }))
  page((await ask(link, fetcher)).data)
  expect(seen.map((s) => [s.status, 'query' in s.sent]), [[200, false]], 'one request, without the text')
  const refused = await fetcher(endpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query: '{ shop { name } }' }) })
  expect([refused.status, (await refused.json()).errors[0].extensions.code], [422, 'OPERATION_NOT_REGISTERED'])
}
