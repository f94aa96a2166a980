/**
 * Measures whether deep gradients are numerically wrong. A figure and a table show the relative error of the first
 * layer's gradient in float32, by depth, for plain and residual networks at initialization. A second table compares the
 * training losses of some networks in float32 and in float64. Run `npm run build:modules`, then
 * `node scripts/gradient-precision.mjs [FIGURE.svg]`. The script takes minutes.
 */
import { writeFileSync } from 'node:fs'
import { trainingOf } from '../build/diagnosis/controls.js'
import { settingsOf, workOf } from '../build/diagnosis/plan.js'
import {
  createBlueprint,
  createWasmBackend,
  glyphs,
  initialize,
  momentum,
  parseNetwork,
  precisionGap,
  probeSamples,
} from '../build/index.js'
import { joinNeeds, openPass } from '../build/probes/pass.js'
import { lineFigure } from '../build/report/line-figure.js'
import { resolveOptions } from '../build/settings/options.js'
import { runTrial } from '../build/trials/run-trial.js'
import { createSpec } from '../build/trials/spec.js'

const out = process.argv[2] ?? 'gradient-precision.svg'
const data = glyphs()
const depths = [2, 5, 10, 20, 50, 100, 200, 500, 1000]
const seeds = [0, 1, 2, 3, 4]
const kinds = [
  { name: 'plain, ReLU', network: (depth) => `mlp:depth=${depth},width=64` },
  {
    name: 'plain, tanh',
    network: (depth) => `mlp:depth=${depth},width=64,activation=tanh,sw2=1.7609546,sb2=0.05`,
  },
  { name: 'residual', network: (depth) => `residual-mlp:depth=${depth},width=64,multiplier=1/L` },
]
const trained = {
  steps: 300,
  seeds: [0, 1, 2],
  rates: [0.01, 0.03],
  networks: ['mlp:depth=20', 'mlp:depth=60', 'residual-mlp:depth=60'],
}

const backends = {
  float32: await createWasmBackend({ precision: 'float32' }),
  float64: await createWasmBackend({ precision: 'float64' }),
}
const machine = { backend: async (precision) => backends[precision] }
const parse = (text) => parseNetwork(text, { classes: 10, input: data.shape })
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const show = (value) => (Number.isFinite(value) ? value.toExponential(1) : String(value))

/** The gradient of the first layer on some samples, and whether each ReLU unit is on. */
async function run(blueprint, backend, samples, weights) {
  const rounded = new Map([...weights].map(([name, values]) => [name, Float32Array.from(values)]))
  const pass = await openPass(blueprint, backend, samples, joinNeeds([{ gradients: true, activations: true }]))
  const view = await pass.run((name) => rounded.get(name))
  const gradient = []
  for (const place of view.stages[0].weights) gradient.push(...(await view.gradient(place)))
  const isOn = view.stages.flatMap(({ activations }) =>
    activations
      .filter(({ layer }) => layer.layer.function === 'relu')
      .map((place) => Uint8Array.from(view.output(place).values, (value) => Number(value > 0))),
  )
  pass.dispose()
  return { gradient, isOn }
}

/** The number of ReLU units, over all layers and samples, that are on in one pass and off in the other. */
const countOther = (one, other) =>
  one.reduce((sum, layer, index) => sum + layer.reduce((count, on, unit) => count + (on ^ other[index][unit]), 0), 0)

const length = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))

/**
 * Measures the rounding error of float32 in the first layer's gradient, and the number of ReLU units that float32 turns
 * on or off. For comparison, also measures the change of the gradient with another draw of 64 samples.
 */
async function errorsOf(text) {
  const blueprint = createBlueprint(parse(text), data.shape)
  const rounding = []
  const turned = []
  const sampling = []
  for (const seed of seeds) {
    const weights = initialize(blueprint, seed)
    const samples = probeSamples(data, { seed })
    const { gradient } = await precisionGap(blueprint, machine, samples, weights)
    rounding.push(gradient[0])
    const own = await run(blueprint, backends.float64, samples, weights)
    const single = await run(blueprint, backends.float32, samples, weights)
    turned.push(countOther(own.isOn, single.isOn))
    const other = await run(blueprint, backends.float64, probeSamples(data, { seed: seed + 100 }), weights)
    const difference = own.gradient.map((value, index) => value - other.gradient[index])
    sampling.push(length(difference) / length(own.gradient))
  }
  return { rounding, turned, sampling }
}

console.log('| hidden layers | network | median | smallest | largest | ReLUs turned, by seed | other samples |')
console.log('|---|---|---|---|---|---|---|')
const series = kinds.map(({ name }) => ({ name, marks: true, points: [] }))
const noise = []
for (const depth of depths) {
  for (const [index, { name, network }] of kinds.entries()) {
    const { rounding, turned, sampling } = await errorsOf(network(depth))
    const [low, high] = [Math.min(...rounding), Math.max(...rounding)]
    series[index].points.push({ x: depth, y: median(rounding), low, high })
    noise.push(...sampling)
    const calm = rounding.filter((_, seed) => turned[seed] === 0)
    if (calm.length < seeds.length)
      console.error(name, depth, rounding.map(show), turned, 'without turned ReLUs:', calm.map(show))
    const cells = [
      depth,
      name,
      ...[median(rounding), low, high].map(show),
      turned.join(', '),
      median(sampling).toFixed(2),
    ]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
const ends = series.map(({ name, points }) => `${name} ${show(points[0].y)} to ${show(points.at(-1).y)}`)
writeFileSync(
  out,
  lineFigure({
    title: "Error of the first layer's float32 gradient",
    description: `Relative error of the first layer's gradient in float32, against float64, by the number of hidden layers from ${depths[0]} to ${depths.at(-1)}: ${ends.join(', ')}. Bands: smallest and largest error of ${seeds.length} seeds. Another 64 samples change the same gradient by ${median(noise).toFixed(2)} of its length.`,
    x: { label: 'Hidden layers', scale: 'log', domain: [depths[0], depths.at(-1)] },
    y: { label: 'Relative error', scale: 'log', domain: [1e-7, 10] },
    references: [
      { label: 'other samples', y: median(noise) },
      { label: "float32's unit", y: 2 ** -23 },
    ],
    series,
    width: 620,
    height: 360,
  }),
)
console.log(`\nDrawn: ${out}\n`)

/**
 * The training loss after training, scored as for the controls of a diagnosis; the divergence if the training diverged.
 */
async function train(text, rate, control, seed) {
  const settings = resolveOptions({ steps: trained.steps, batch: 128, optimizer: momentum({ rate }) }, data.train.count)
  const subject = { network: parse(text), data, settings, precision: 'float32', twins: {} }
  const training = trainingOf(subject, control)
  const { seed: _, ...ownSettings } = settingsOf(training, seed)
  const spec = await createSpec({
    network: createBlueprint(training.network, data.shape).network,
    data: { name: data.name, options: {}, sha256: '' },
    settings: ownSettings,
    seed,
    start: { kind: 'seed' },
    precision: training.precision,
    probes: null,
    scoring: 'part',
    keepsWeights: false,
  })
  const trial = { ...spec, work: workOf(training) }
  const { scores, diverged } = await runTrial(trial, backends[training.precision], { data: () => data })
  return scores.train.loss?.toFixed(4) ?? `diverged at step ${diverged.step}`
}

console.log('| network | rate | float32, by seed | float64, by seed |')
console.log('|---|---|---|---|')
for (const text of trained.networks) {
  for (const rate of trained.rates) {
    const losses = { network: [], float64: [] }
    for (const [control, own] of Object.entries(losses)) {
      for (const seed of trained.seeds) own.push(await train(text, rate, control, seed))
    }
    console.log(`| \`${text}\` | ${rate} | ${losses.network.join(', ')} | ${losses.float64.join(', ')} |`)
  }
}
for (const backend of Object.values(backends)) backend.dispose()
