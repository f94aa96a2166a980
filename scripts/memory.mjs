/**
 * The memory of a training step as planned and as measured (what the process grows by, Linux only), with activations kept
 * and computed again: node --expose-gc scripts/memory.mjs, after npm run build. Each in a process of its own.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createWasmBackend } from '../dist/backends/wasm/backend.js'
import { createBlueprint } from '../dist/blueprint/create.js'
import { optimizerScalars, trainingGraph } from '../dist/graph/programs.js'
import { parseNetwork } from '../dist/network/presets.js'

const networks = ['residual-mlp:depth=10000,width=32', 'mlp:depth=2000,width=64,activation=tanh']
const batch = 128
const features = 784
const optimizer = { kind: 'momentum', momentum: 0.9, weightDecay: 0 }
const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`

/** Resident bytes of this process, garbage aside. */
function residentBytes() {
  globalThis.gc()
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
}

async function measure(network, recompute) {
  const blueprint = createBlueprint(parseNetwork(network, { classes: 10 }), [features])
  const options = { batch, loss: 'cross-entropy', optimizer, seed: 0, gradients: false, recompute }
  const graph = trainingGraph(blueprint, options)
  const backend = await createWasmBackend({ threads: 2 })
  const before = residentBytes()
  const program = await backend.compile(graph, { ringSlots: 2 })
  for (const [name, value] of optimizerScalars(optimizer, 0.001, 0)) program.write(name, [value])
  const { array, offset, stride } = program.inputRows('x', 0)
  for (let element = 0; element < batch * stride; element++) array[offset + element] = (element % 7) - 3
  const times = []
  for (let step = 0; step < 7; step++) {
    const started = performance.now()
    await program.run(0, 1)
    times.push(performance.now() - started)
  }
  const measured = residentBytes() - before
  const median = times.sort((a, b) => a - b)[3]
  const how = recompute ? 'computed again' : 'kept'
  console.log(
    `${network}, ${how}: planned ${mebibytes(program.memoryBytes)}, measured ${mebibytes(measured)}, ${median.toFixed(0)} ms a step`,
  )
  backend.dispose()
}

const [network, recompute] = process.argv.slice(2)
if (network) await measure(network, recompute === 'true')
else {
  for (const each of networks) {
    for (const again of [false, true]) {
      execFileSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), each, String(again)], {
        stdio: 'inherit',
      })
    }
  }
}
