// A running Rialto as the clients' tests see it: its address, and its command line.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'

export const endpoint = process.argv[2]
const rialto = process.argv[3]

// ops runs `rialto ops …` and gives what it says.
export const ops = (...args) => execFileSync(rialto, ['ops', ...args], { encoding: 'utf8' })

// tokenOf makes a storefront token of an app.
export const tokenOf = (app) => ops('token', '--app', app).trim().split(/\s+/).pop()

// watched is a fetch with a token, which keeps what was sent and what came back.
export function watched(token) {
  const seen = []
  const fetcher = async (url, init = {}) => {
    const answer = await fetch(url, { ...init, headers: { ...Object.fromEntries(new Headers(init.headers)), 'x-shopify-storefront-access-token': token } })
    const sent = init.body ? JSON.parse(init.body) : Object.fromEntries(new URL(url).searchParams)
    seen.push({ method: init.method ?? 'GET', sent, status: answer.status, body: await answer.clone().json() })
    return answer
  }
  return { seen, fetcher }
}

// expect compares, and says what for.
export const expect = (got, want, what) => assert.deepEqual(got, want, what)

export const operation = `query Page($first: Int!) {
  shop {
    name
  }
  products(first: $first) {
    nodes {
      id
      title
    }
  }
}`

// page checks an answer to the operation.
export function page(data) {
  expect(data.shop.name, 'Rialto Demo', 'the shop')
  expect(data.products.nodes.length, 2, 'the products')
}
