/**
 * Measures the relative error of float32 in all gradients of a training step together, against float64, with Winograd's
 * algorithm and with direct convolutions. Run `npm run build:modules`, then
 * `node scripts/winograd-error.mjs [NETWORK[@BATCH] ...]`. The error is measured on 30 batches of normal random
 * numbers. If float32 rounds the input of a ReLU across 0, the gradient changes by far more than the rounding error of
 * either algorithm. A batch whose error is more than ten times the smallest error therefore counts as a batch with a
 * flipped ReLU. The medians leave flipped batches out, unless more than half of all batches are flipped.
 */
import { createWasmBackend } from '../build/backends/wasm/backend.js'
import { createBlueprint } from '../build/blueprint/create.js'
import { initialize } from '../build/blueprint/initialize.js'
import { optimizerScalars, trainingGraph } from '../build/graph/programs.js'
import { parseNetwork, presetData } from '../build/network/presets.js'
import { createRandom } from '../build/support/random.js'

const usual = ['resnet-20@2', 'resnet-20@128', 'resnet-56@2', 'plain-20@2', 'vanilla-cnn:depth=20,channels=32@16']
const batches = 30
const optimizer = { kind: 'sgd', weightDecay: 0 }
const ways = {
  exact: { precision: 'float64' },
  direct: { winograd: false },
  winograd: { winograd: true },
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const sizeOf = (shape) => shape.reduce((product, size) => product * size, 1)

/**
 * Compiles a training step. The returned function computes all gradients at the initial weights, on batch number
 * `seed`.
 */
async function prepare(way, blueprint, batch) {
  const backend = await createWasmBackend({ threads: 2, ...way })
  const program = await backend.compile(
    trainingGraph(blueprint, { batch, loss: 'cross-entropy', optimizer, seed: 0, gradients: true }),
  )
  const gradients = async (seed) => {
    const random = createRandom(seed, 'winograd-error')
    const numbers = (count, next) => Float64Array.from({ length: count }, next)
    for (const [name, values] of initialize(blueprint, seed)) program.upload(name, values)
    program.upload(
      'x',
      numbers(batch * sizeOf(blueprint.input), () => Math.fround(random.normal())),
    )
    program.upload(
      'labels',
      numbers(batch, () => random.integer(sizeOf(blueprint.output))),
    )
    program.upload('step', [0])
    for (const [name, value] of optimizerScalars(optimizer, 0, 0)) program.upload(name, [value])
    await program.run(0, 1)
    const { outputs } = program.graph
    const wanted = outputs.filter(({ name }) => name.startsWith('gradient.'))
    const values = new Map()
    for (const { name } of wanted) values.set(name, Float64Array.from(await program.download(name)))
    return values
  }
  return { gradients, dispose: () => backend.dispose() }
}

const norm = (tensors) =>
  Math.hypot(...tensors.map((values) => Math.hypot(...[values.reduce((s, v) => s + v * v, 0) ** 0.5])))
const relative = (found, exact) => {
  const differences = [...exact].map(([name, values]) => values.map((value, index) => found.get(name)[index] - value))
  return norm(differences) / norm([...exact.values()])
}

async function measure(argument) {
  const [network, size = '2'] = argument.split('@')
  const batch = Number(size)
  const { input, classes } = presetData(network)
  const blueprint = createBlueprint(parseNetwork(network, { classes, input }), input)
  const found = []
  for (const way of Object.values(ways)) {
    const { gradients, dispose } = await prepare(way, blueprint, batch)
    const all = []
    for (let seed = 0; seed < batches; seed++) all.push(await gradients(seed))
    found.push(all)
    dispose()
  }
  const [exact, direct, winograd] = found
  const errors = [direct, winograd].map((all) => all.map((one, seed) => relative(one, exact[seed])))
  const isCalm = (error, all) => error <= 10 * Math.min(...all)
  const calm = errors[0].map((_, seed) => errors.every((all) => isCalm(all[seed], all)))
  const jumps = errors.map((all) => all.filter((error) => !isCalm(error, all)).length)
  const isOfAll = calm.filter(Boolean).length < batches / 2
  const [ofDirect, ofWinograd] = errors.map((all) => median(all.filter((_, seed) => isOfAll || calm[seed])))
  const medians = `direct ${ofDirect.toExponential(2)}, winograd ${ofWinograd.toExponential(2)}`
  const counts = `flipped ReLUs in ${jumps.join(' and ')} of ${batches} batches${isOfAll ? ', medians of all batches' : ''}`
  console.log(`${network}, batch ${batch}: ${medians}, ratio ${(ofWinograd / ofDirect).toFixed(2)}; ${counts}`)
}

const wanted = process.argv.slice(2)
for (const argument of wanted.length > 0 ? wanted : usual) await measure(argument)
