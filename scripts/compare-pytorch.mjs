/**
 * Trains one network here and in PyTorch (Debian's python3 with python3-torch), from the same first weights on the same
 * batches, one after the other, and puts losses and errors side by side: a table, results.json and three figures in a folder.
 * After npm run build:modules:
 *
 *     node scripts/compare-pytorch.mjs [resnet-20] [--data cifar-10] [--data-dir FOLDER] [--recipe he-2015] [--seed 1]
 *       [--epochs 2 | --steps N] [--samples N] [--evaluate-every STEPS] [--threads 2] [--control] [--out compare-pytorch]
 *
 * --control trains a third time, in PyTorch with images laid out channel by channel: other sums of the same numbers. Two
 * trainings at a high rate part by as much as rounding alone takes them apart, and this says how much that is.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createAugmenter } from '../build/data/augment.js'
import { createBatches } from '../build/data/batches.js'
import { createStandardizer } from '../build/data/standardize.js'
import {
  createBlueprint,
  initialize,
  loadDataset,
  outputsOf,
  parseNetwork,
  tableText,
  train,
  version,
} from '../build/index.js'
import { lineFigure } from '../build/report/line-figure.js'
import { resolveOptions, settingsFor } from '../build/settings/options.js'
import { scheduleFactor } from '../build/settings/schedules.js'
import { createRandom } from '../build/support/random.js'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: 'cifar-10' },
    'data-dir': { type: 'string' },
    recipe: { type: 'string', default: 'he-2015' },
    seed: { type: 'string', default: '1' },
    epochs: { type: 'string' },
    steps: { type: 'string' },
    samples: { type: 'string' },
    'evaluate-every': { type: 'string' },
    threads: { type: 'string', default: '2' },
    control: { type: 'boolean', default: false },
    out: { type: 'string', default: 'compare-pytorch' },
  },
})
const [preset = 'resnet-20'] = positionals
const numberOf = (text) => (text === undefined ? undefined : Number(text))
const [seed, threads] = [values.seed, values.threads].map(Number)

const data = await loadDataset(values.data, { dataDir: values['data-dir'], samples: numberOf(values.samples), seed })
const network = parseNetwork(preset, { classes: outputsOf(data), input: data.shape })
const blueprint = createBlueprint(network, data.shape)
const options = {
  recipe: values.recipe,
  seed,
  ...(values.steps ? { steps: Number(values.steps) } : { epochs: Number(values.epochs ?? 2) }),
  evaluateEvery: numberOf(values['evaluate-every']) ?? { epochs: 0.5 },
}
const settings = settingsFor(blueprint, resolveOptions(options, data.train.count))
const { optimizer, schedule, steps, batch, evaluateEvery, standardize, augment, order } = settings
if (schedule.untilError)
  throw new Error(`${values.recipe} has a warm-up that ends with an error: choose another recipe.`)
const weights = initialize(blueprint, seed)
const python = '/usr/bin/python3'
const script = fileURLToPath(new URL('compare_pytorch.py', import.meta.url))
/** As many of the training set, and the same, as src/training/measurements.ts takes between steps. */
const evaluatedSamples = Math.min(5000, data.train.count)

/** Mean loss since the last evaluation, and errors, after so many steps. */
function rowsOf({ losses, evaluations }) {
  return evaluations.map(({ step, train: trained, test }, index) => {
    const since = losses.slice(index === 0 ? 0 : evaluations[index - 1].step, step)
    const loss = since.reduce((sum, each) => sum + each, 0) / since.length
    return { step, loss, trainError: trained.error, testError: test.error }
  })
}

async function trainHere() {
  const evaluations = []
  let told = performance.now()
  const record = await train(network, {
    ...options,
    data,
    weights,
    threads,
    onMeasured: (measured) => evaluations.push(measured),
    onProgress: (done, all) => {
      if (performance.now() - told < 10_000) return
      told = performance.now()
      console.error(`here: ${done} of ${all} steps`)
    },
  })
  if (record.diverged) throw new Error(`diverged at step ${record.diverged.step}`)
  const last = { step: record.steps, train: record.train, test: record.test }
  return {
    losses: record.losses.map(({ loss }) => loss),
    evaluations: [...evaluations, last],
    seconds: record.trainingSeconds,
  }
}

/** The samples as they are in memory, for PyTorch to standardize. */
function writeSamples(folder, set, { inputs, labels }) {
  writeFileSync(join(folder, `${set}.inputs`), inputs)
  writeFileSync(join(folder, `${set}.labels`), Int32Array.from(labels))
  const type = inputs instanceof Uint8Array ? 'uint8' : 'float32'
  return { inputs: `${set}.inputs`, labels: `${set}.labels`, type }
}

function writeProblem(folder, standardizer, layout) {
  const parameters = blueprint.parameters.map(({ name, role, shape, loops, trainable }, index) => {
    const file = `parameter${index}.f64`
    writeFileSync(join(folder, file), weights.get(name))
    return { name, role, shape, loops, trainable, file }
  })
  const { mean, deviation } = standardizer.statistics.inputs
  const chosen = createRandom(seed, 'measured samples').permutation(data.train.count)
  const problem = {
    root: blueprint.root,
    parameters,
    input: data.shape,
    batch,
    layout,
    threads,
    rule: optimizer.rule,
    rates: Array.from({ length: steps }, (_, step) => optimizer.rate * scheduleFactor(schedule, step, steps)),
    evaluateEvery,
    evaluated: [...chosen.slice(0, evaluatedSamples)],
    scale: { mean: [...mean], deviation: [...deviation] },
    train: writeSamples(folder, 'train', data.train),
    test: writeSamples(folder, 'test', data.test),
  }
  writeFileSync(join(folder, 'problem.json'), JSON.stringify(problem))
}

/** Sends the batches that the training here had, at the pace at which they are read. */
async function sendBatches(stdin, standardizer) {
  const size = standardizer.size
  const augmenter = createAugmenter(augment, data.shape, seed)
  const batches = createBatches(data.train, standardizer, { batch, order, seed, augmenter })
  for (let step = 0; step < steps; step++) {
    const message = new ArrayBuffer(4 * batch * (size + 1))
    const indices = batches.next({ array: new Float32Array(message, 0, batch * size), offset: 0, stride: size })
    new Int32Array(message, 4 * batch * size).set(Array.from(indices, (index) => data.train.labels[index]))
    if (!stdin.write(new Uint8Array(message))) await once(stdin, 'drain')
  }
  stdin.end()
}

async function trainInPyTorch(layout) {
  const folder = mkdtempSync(join(tmpdir(), 'isobath-compare-'))
  try {
    const standardizer = createStandardizer(data.train, data.shape, standardize)
    writeProblem(folder, standardizer, layout)
    const child = spawn(python, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
    const ended = once(child, 'exit')
    // Whoever ends early says why on standard error; the batches that nobody reads then are no error of their own.
    child.stdin.on('error', () => {})
    const sent = sendBatches(child.stdin, standardizer).catch(() => {})
    const losses = []
    const evaluations = []
    let facts = {}
    for await (const line of createInterface({ input: child.stdout })) {
      const message = JSON.parse(line)
      if ('loss' in message) losses.push(message.loss)
      else if ('test' in message) evaluations.push(message)
      else facts = message
      if ('loss' in message && message.step % 20 === 0) console.error(`PyTorch: ${message.step} of ${steps} steps`)
    }
    const [status] = await ended
    if (status !== 0) throw new Error(`python3 ended with status ${status}`)
    await sent
    return { losses, evaluations, ...facts }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const percent = (error) => `${(100 * error).toFixed(2)}%`

function resultTable(runs) {
  const rows = runs.map(({ run }) => rowsOf(run))
  const quantities = [
    { heading: 'loss', text: ({ loss }) => loss.toFixed(4) },
    { heading: 'training error', text: ({ trainError }) => percent(trainError) },
    { heading: 'test error', text: ({ testError }) => percent(testError) },
  ]
  const others = runs.slice(1).map((one) => one.name)
  const seconds = runs.map((one) => `${one.run.seconds.toFixed(0)} ${one.name}`).join(', ')
  return {
    caption: `${preset} on ${data.name}, ${steps} steps of ${batch}, ${values.recipe}, seed ${seed}; PyTorch ${runs[1].run.torch}`,
    columns: ['steps', ...quantities.flatMap(({ heading }) => [heading, ...others])].map((heading) => ({
      heading,
      numeric: true,
    })),
    rows: rows[0].map(({ step }, index) => [
      String(step),
      ...quantities.flatMap(({ text }) => rows.map((own) => text(own[index]))),
    ]),
    notes: [
      'Losses are means of the batches since the line before. Training errors are those of ' +
        `${evaluatedSamples} training samples, in the last line of all.`,
      `Seconds of the steps alone, ${threads} threads: ${seconds}.`,
    ],
  }
}

/** Means of so many neighbors, so that curves can be told apart. */
function smooth(losses, width) {
  return Array.from({ length: Math.ceil(losses.length / width) }, (_, index) => {
    const part = losses.slice(index * width, (index + 1) * width)
    return { x: index * width + (part.length - 1) / 2, y: part.reduce((sum, loss) => sum + loss, 0) / part.length }
  })
}

function figures(runs) {
  const width = Math.max(1, Math.round(steps / 100))
  const draw = (what, y, pointsOf, description) =>
    lineFigure({
      title: `${preset} on ${data.name}: ${what}`,
      description,
      width: 480,
      height: 320,
      x: { label: 'Steps', domain: [0, steps] },
      y,
      series: runs.map(({ name, run }) => ({ name, points: pointsOf(run), marks: pointsOf(run).length < 20 })),
    })
  const errorFigure = (what, set) => {
    const last = runs.map(({ name, run }) => `${percent(run.evaluations.at(-1)[set].error)} (${name})`)
    return draw(
      what,
      { label: 'Misclassified', percent: true },
      ({ evaluations }) => evaluations.map((one) => ({ x: one.step, y: one[set].error })),
      `After ${steps} steps: ${last.join(', ')}.`,
    )
  }
  const label = width === 1 ? 'Loss' : `Loss, mean of ${width} steps`
  return {
    'loss.svg': draw(
      'training loss',
      { label },
      ({ losses }) => smooth(losses, width),
      `All begin with ${runs[0].run.losses[0].toFixed(3)}.`,
    ),
    'training-error.svg': errorFigure('training error', 'train'),
    'test-error.svg': errorFigure('test error', 'test'),
  }
}

// Before the training here: what PyTorch lacks is said at once.
mkdirSync(values.out, { recursive: true })
execFileSync(python, [script, '--check'], { stdio: 'inherit' })
const runs = [{ name: 'Isobath', run: await trainHere() }]
const layouts = { PyTorch: 'channels_last', ...(values.control ? { 'PyTorch, NCHW': 'contiguous_format' } : {}) }
for (const [name, layout] of Object.entries(layouts)) {
  runs.push({ name, run: await trainInPyTorch(layout) })
  console.log(tableText(resultTable(runs)))
  // Each time: who stops the control keeps the comparison.
  const results = { network: preset, data: data.name, settings, isobath: version, runs }
  writeFileSync(join(values.out, 'results.json'), `${JSON.stringify(results)}\n`)
  for (const [file, svg] of Object.entries(figures(runs))) writeFileSync(join(values.out, file), svg)
}
console.log(`Figures and numbers: ${values.out}`)
