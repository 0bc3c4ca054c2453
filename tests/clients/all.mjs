// Runs every client against a running Rialto: node all.mjs ENDPOINT RIALTO, with RIALTO_DATA_DIR naming its data folder.
import * as apollo from './apollo.mjs'
import * as relay from './relay.mjs'
import * as urql from './urql.mjs'

const tests = { 'Apollo, automatic': apollo.automatic, 'Apollo, manifest': apollo.manifest, 'urql, persisted exchange': urql.persisted, 'Relay, compiled': relay.compiled }
for (const [name, test] of Object.entries(tests)) {
  try {
    await test()
    console.log('ok   ' + name)
  } catch (error) {
    console.error('FAIL ' + name, error)
    process.exitCode = 1
  }
}
