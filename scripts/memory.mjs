/**
 * The memory of a training step as planned and as measured (what the process grows by, Linux only), with activations kept
 * and computed again: node --expose-gc scripts/memory.mjs [NETWORK BATCH ...], after npm run build. Each in a process of its own.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createWasmBackend } from '../dist/backends/wasm/backend.js'
import { createBlueprint } from '../dist/blueprint/create.js'
import { optimizerScalars, trainingGraph } from '../dist/graph/programs.js'
import { parseNetwork, presetData } from '../dist/network/presets.js'

const usual = [
  ['residual-mlp:depth=10000,width=32', 128],
  ['mlp:depth=2000,width=64,activation=tanh', 128],
  ['vanilla-cnn:depth=10000,channels=32', 32],
]
const optimizer = { kind: 'momentum', momentum: 0.9, weightDecay: 0 }
const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`

/** Resident bytes of this process, garbage aside. */
function residentBytes() {
  globalThis.gc()
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
}

async function measure(network, batch, recompute) {
  const { input, classes } = presetData(network)
  const blueprint = createBlueprint(parseNetwork(network, { classes, input }), input)
  const options = { batch, loss: 'cross-entropy', optimizer, seed: 0, gradients: false, recompute }
  const graph = trainingGraph(blueprint, options)
  const backend = await createWasmBackend({ threads: 2 })
  const before = residentBytes()
  const program = await backend.compile(graph, { ringSlots: 2 })
  for (const [name, value] of optimizerScalars(optimizer, 0.001, 0)) program.write(name, [value])
  const { array, offset, stride } = program.inputRows('x', 0)
  for (let element = 0; element < batch * stride; element++) array[offset + element] = (element % 7) - 3
  const times = []
  for (let step = 0; step < 3; step++) {
    const started = performance.now()
    await program.run(0, 1)
    times.push(performance.now() - started)
  }
  const measured = residentBytes() - before
  const median = times.sort((a, b) => a - b)[1]
  const how = recompute ? 'computed again' : 'kept'
  const planned = `planned ${mebibytes(program.memoryBytes)}, measured ${mebibytes(measured)}`
  console.log(`${network}, batch ${batch}, activations ${how}: ${planned}, ${median.toFixed(0)} ms a step`)
  backend.dispose()
}

const pairs = (words) => (words.length < 2 ? [] : [words.slice(0, 2), ...pairs(words.slice(2))])

const [network, batch, recompute] = process.argv.slice(2)
if (recompute === 'true' || recompute === 'false') await measure(network, Number(batch), recompute === 'true')
else {
  const given = pairs(process.argv.slice(2))
  for (const [each, size] of given.length > 0 ? given : usual) {
    for (const again of [false, true]) {
      const words = ['--expose-gc', fileURLToPath(import.meta.url), each, String(size), String(again)]
      execFileSync(process.execPath, words, { stdio: 'inherit' })
    }
  }
}
