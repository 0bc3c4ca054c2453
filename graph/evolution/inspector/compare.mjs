// Runs @graphql-inspector/core over the table of schema changes. Where its verdict is not ours, the table says so and why.
import { readFileSync } from 'node:fs'
import { diff } from '@graphql-inspector/core'
import { buildSchema } from 'graphql'

const levels = ['NON_BREAKING', 'DANGEROUS', 'BREAKING']
const names = ['safe', 'dangerous', 'breaking']

const { prelude, rows } = JSON.parse(readFileSync(new URL('../testdata/changes.json', import.meta.url)))
const schema = sdl => buildSchema([...prelude, sdl].join('\n'))

let wrong = 0
let different = 0
for (const row of rows) {
  const changes = await diff(schema(row.before), schema(row.after))
  const worst = names[Math.max(0, ...changes.map(c => levels.indexOf(c.criticality.level)))]
  const expected = row.inspector ?? row.level
  if (row.inspector) different++
  if (worst !== expected) {
    wrong++
    console.error(`${row.name}: inspector says ${worst} (${changes.map(c => c.type).join(', ')}), the table ${expected}`)
  }
}
console.log(`inspector: ${rows.length} changes, ${rows.length - different} with the same verdict, ${different} with another one that the table explains`)
process.exit(wrong === 0 ? 0 : 1)
