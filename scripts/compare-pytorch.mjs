/**
 * Trains one network in Isobath and then in PyTorch (Debian's python3 with python3-torch), with the same initial
 * weights and the same batches. The script compares losses and errors in a table, in results.json, and in three figures
 * in a folder. Run `npm run build:modules` first, then:
 *
 *     node scripts/compare-pytorch.mjs [resnet-20] [--data cifar-10] [--data-dir FOLDER] [--recipe he-2015] [--seed 1]
 *       [--epochs 2 | --steps N] [--samples N] [--evaluate-every STEPS] [--threads 2] [--control] [--out compare-pytorch]
 *
 * `--control` trains a third time, in PyTorch with images laid out channel by channel, which rounds the same sums
 * differently. At a high rate, rounding alone makes two trainings diverge from each other, and the control shows by how
 * much.
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
import { tableText } from '../build/format/table.js'
import { createBlueprint, initialize, loadDataset, outputsOf, parseNetwork, train, version } from '../build/index.js'
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
/** Number of training samples in an evaluation, which are the samples of src/training/measurements.ts. */
const evaluatedSamples = Math.min(5000, data.train.count)

/** One row for each evaluation: the mean loss since the previous evaluation, and both errors. */
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

/** Writes samples as they are in memory. PyTorch standardizes the samples itself. */
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

/** Sends PyTorch the batches of the Isobath training, as fast as PyTorch reads them. */
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
    // If Python ends early, it explains why on standard error. Batches that Python leaves unread are no error.
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
      'Losses are means over the batches since the previous line. ' +
        `Training errors are measured on ${evaluatedSamples} training samples, and in the last line on all.`,
      `Seconds for the steps without evaluations, on ${threads} threads: ${seconds}.`,
    ],
  }
}

/** Averages `width` neighboring losses, so that the curves are easier to distinguish. */
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
      `All trainings begin with a loss of ${runs[0].run.losses[0].toFixed(3)}.`,
    ),
    'training-error.svg': errorFigure('training error', 'train'),
    'test-error.svg': errorFigure('test error', 'test'),
  }
}

// The check comes before the long training, so that a missing PyTorch is reported at once.
mkdirSync(values.out, { recursive: true })
execFileSync(python, [script, '--check'], { stdio: 'inherit' })
const runs = [{ name: 'Isobath', run: await trainHere() }]
const layouts = { PyTorch: 'channels_last', ...(values.control ? { 'PyTorch, NCHW': 'contiguous_format' } : {}) }
for (const [name, layout] of Object.entries(layouts)) {
  runs.push({ name, run: await trainInPyTorch(layout) })
  console.log(tableText(resultTable(runs)))
  // Results are written after each training, so stopping the control does not lose the comparison.
  const results = { network: preset, data: data.name, settings, isobath: version, runs }
  writeFileSync(join(values.out, 'results.json'), `${JSON.stringify(results)}\n`)
  for (const [file, svg] of Object.entries(figures(runs))) writeFileSync(join(values.out, file), svg)
}
console.log(`Figures and numbers: ${values.out}`)
