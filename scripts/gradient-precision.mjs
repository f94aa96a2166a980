/**
 * Whether deep gradients are numerically wrong: the relative error of the first layer's gradient in float32, by depth, for plain
 * and residual networks at initialization, as a figure and a table; and the training losses of some networks in float32 and in
 * float64, side by side: node scripts/gradient-precision.mjs [FIGURE.svg], after npm run build:modules. Minutes.
 */
import { writeFileSync } from 'node:fs'
import { controls } from '../build/diagnosis/controls.js'
import { settingsOf, workOf } from '../build/diagnosis/plan.js'
import { runTrial } from '../build/diagnosis/trial.js'
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
const parse = (text) => parseNetwork(text, { classes: 10, input: data.shape })
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const show = (value) => (Number.isFinite(value) ? value.toExponential(1) : String(value))

/** The first layer's gradient of some samples, and which ReLUs are on. */
async function run(blueprint, backend, samples, weights) {
  const rounded = new Map([...weights].map(([name, values]) => [name, Float32Array.from(values)]))
  const pass = await openPass(blueprint, backend, samples, joinNeeds([{ gradients: true, activations: true }]))
  const view = await pass.run((name) => rounded.get(name))
  const gradient = view.stages[0].weights.flatMap((place) => Array.from(view.gradient(place)))
  const isOn = view.stages.flatMap(({ activations }) =>
    activations
      .filter(({ layer }) => layer.layer.function === 'relu')
      .map((place) => Uint8Array.from(view.output(place).values, (value) => Number(value > 0))),
  )
  pass.dispose()
  return { gradient, isOn }
}

/** ReLUs, of all layers and samples, that are on in one and off in the other. */
const countOther = (one, other) =>
  one.reduce((sum, layer, index) => sum + layer.reduce((count, on, unit) => count + (on ^ other[index][unit]), 0), 0)

const length = (values) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))

/**
 * Of the first layer: what float32 does to its gradient, how many ReLUs it turns on or off, and what another draw of 64
 * samples does to the gradient.
 */
async function errorsOf(text) {
  const blueprint = createBlueprint(parse(text), data.shape)
  const rounding = []
  const turned = []
  const sampling = []
  for (const seed of seeds) {
    const weights = initialize(blueprint, seed)
    const samples = probeSamples(data, { seed })
    const { gradient } = await precisionGap(blueprint, backends, samples, weights)
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

console.log('| hidden layers | network | median | least | greatest | ReLUs turned, by seed | other samples |')
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
    if (calm.length < seeds.length) console.error(name, depth, rounding.map(show), turned, 'without:', calm.map(show))
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
    description: `Relative error of the first layer's gradient in float32, against float64, by the number of hidden layers from ${depths[0]} to ${depths.at(-1)}: ${ends.join(', ')}. Bands: least and greatest of ${seeds.length} seeds. Another 64 samples change the same gradient by ${median(noise).toFixed(2)} of its length.`,
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

/** Losses on training samples after training, as the diagnosis's float64 control scores them. */
async function train(text, rate, control, seed) {
  const settings = resolveOptions({ steps: trained.steps, batch: 128, optimizer: momentum({ rate }) }, data.train.count)
  const network = { network: parse(text), data, settings, precision: 'float32', twins: {} }
  const training = controls[control].training(network)
  const blueprint = createBlueprint(training.network, data.shape)
  const spec = {
    control,
    seed,
    blueprint,
    settings: settingsOf(training, seed),
    data,
    precision: training.precision,
    start: initialize(blueprint, seed),
    isWatched: false,
    work: workOf(training),
  }
  const { record } = await runTrial(spec, backends[training.precision], {})
  return record.train.loss?.toFixed(4) ?? record.diverged
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
