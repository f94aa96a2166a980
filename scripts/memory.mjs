/**
 * Compares the planned and the measured memory of a training step (Linux only). The step either stores all activations,
 * or computes as many as possible again, or chooses within a limit as a training does. The limit is 4 GiB, or
 * `--limit MEBIBYTES`. Each measurement runs in a separate process. Run `npm run build:modules`, then
 * `node --expose-gc scripts/memory.mjs [--limit 3072] [--only chosen] [NETWORK BATCH ...]`.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { fillInput } from '../build/backends/backend.js'
import { createWasmBackend } from '../build/backends/wasm/backend.js'
import { createBlueprint } from '../build/blueprint/create.js'
import { initializeParameter } from '../build/blueprint/initialize.js'
import { parseNetwork, presetData } from '../build/network/presets.js'
import { resolveOptions } from '../build/settings/options.js'
import { chooseStep } from '../build/training/fit.js'
import { stepGraph } from '../build/training/step-graph.js'
import { stepInputs } from '../build/training/step-inputs.js'

const usual = [
  ['residual-mlp:depth=10000,width=32', 128],
  ['mlp:depth=2000,width=64,activation=tanh', 128],
  ['vanilla-cnn:depth=10000,channels=32', 32],
]
const ways = { kept: 'stored', again: 'computed again', chosen: 'as chosen' }
const steps = 3
const mebibytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MiB`

/** The resident memory of this process in bytes: now (VmRSS) or at most (VmHWM). */
function residentBytes(what) {
  globalThis.gc()
  return 1024 * Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1])
}

async function measure(network, batch, way, limit) {
  const { input, classes } = presetData(network)
  const blueprint = createBlueprint(parseNetwork(network, { classes, input }), input)
  const settings = resolveOptions({ batch, steps }, Number.POSITIVE_INFINITY)
  const backend = await createWasmBackend({ threads: 2, memoryLimit: limit * 2 ** 20 })
  const before = residentBytes('VmRSS')
  const started = performance.now()
  const { graph, ringSlots } =
    way === 'chosen'
      ? chooseStep(blueprint, settings, backend)
      : { graph: stepGraph(blueprint, settings, { recompute: way === 'again' }), ringSlots: 2 }
  const planning = performance.now() - started
  const label = `${network}, batch ${batch}, activations ${ways[way]}`
  const planned = `planned ${mebibytes(backend.memoryOf(graph, { ringSlots }))} in ${planning.toFixed(0)} ms`
  if (backend.memoryOf(graph, { ringSlots }) > backend.memoryLimit) {
    console.log(`${label}: ${planned}, which exceeds the limit`)
    backend.dispose()
    return
  }
  const program = await backend.compile(graph, { ringSlots })
  for (const parameter of blueprint.parameters) program.upload(parameter.name, initializeParameter(parameter, 0))
  fillInput(program, 'x', 0, ({ array, offset, stride }) => {
    for (let element = 0; element < batch * stride; element++) array[offset + element] = (element % 7) - 3
  })
  const labels = Int32Array.from({ length: batch }, (_, sample) => sample % classes)
  program.upload('labels', labels)
  const times = []
  for (let step = 0; step < steps; step++) {
    for (const [name, value] of stepInputs(settings, step)) program.upload(name, [value])
    const begun = performance.now()
    await program.run(0, 1)
    times.push(performance.now() - begun)
  }
  const grown = `measured ${mebibytes(residentBytes('VmRSS') - before)}`
  const peak = `largest process size ${mebibytes(residentBytes('VmHWM'))}`
  const loss = `loss ${(await program.download('loss'))[0].toPrecision(9)}`
  const each = `${times.map((time) => time.toFixed(0)).join(', ')} ms per step`
  console.log(`${label}: ${planned}, ${grown}, ${peak}; ${each}; ${loss}`)
  backend.dispose()
}

const pairs = (words) => (words.length < 2 ? [] : [words.slice(0, 2), ...pairs(words.slice(2))])

const { values, positionals } = parseArgs({
  options: { limit: { type: 'string', default: '4096' }, only: { type: 'string' }, alone: { type: 'boolean' } },
  allowPositionals: true,
})
if (values.alone) await measure(positionals[0], Number(positionals[1]), values.only, Number(values.limit))
else {
  const given = pairs(positionals)
  for (const [network, batch] of given.length > 0 ? given : usual) {
    for (const way of values.only ? [values.only] : Object.keys(ways)) {
      const words = [network, String(batch), '--only', way, '--limit', values.limit, '--alone']
      execFileSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), ...words], { stdio: 'inherit' })
    }
  }
}
