// urql with its persisted exchange: automatic persisted queries by POST and by GET.
import { Client, fetchExchange } from '@urql/core'
import { persistedExchange } from '@urql/exchange-persisted'
import { endpoint, expect, operation, page, tokenOf, watched } from './server.mjs'

export async function persisted() {
  const token = tokenOf('urql')
  for (const preferGetForPersistedQueries of [false, true]) {
    const { seen, fetcher } = watched(token)
    const query = operation.replace('Page', preferGetForPersistedQueries ? 'UrqlByGet' : 'UrqlByPost')
    const ask = () => new Client({ url: endpoint, fetch: fetcher, exchanges: [persistedExchange({ preferGetForPersistedQueries }), fetchExchange], preferGetMethod: false }).query(query, { first: 2 }).toPromise()
    for (const want of [2, 3]) {
      const { data, error } = await ask()
      if (error) throw error
      page(data)
      expect(seen.length, want, 'the text is sent once')
    }
    expect(seen.map((s) => Boolean(s.sent.query)), [false, true, false])
    expect(seen[2].method, preferGetForPersistedQueries ? 'GET' : 'POST')
  }
}
