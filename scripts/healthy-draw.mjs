/**
 * Draws thirty healthy networks, and poses each of them to `check` and to the diagnosis: `npm run healthy -- [--count 30]
 * [--seed 20261201] [--budget 60s] [--out FILE]`. A cause or a fact that is named for a healthy network is a false alarm.
 * The script writes a table to docs/healthy.md. With another `--count` or `--seed`, the script writes a file only if
 * `--out` names the file.
 *
 * A network is drawn from families, data sets, optimizers and numbers of steps. It counts as healthy by trainings without
 * a diagnosis alone (`isHealthy`). Finished work is kept in runs/healthy-BUILD/results.json, and the script goes on from
 * there if it was stopped.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  diagnosisOf,
  openResults,
  percent,
  resultFolder,
  runJson,
  table,
  timeLeft,
  trainingErrors,
} from './measure/program.mjs'
import { createRandom } from './measure/random.mjs'
import { writeRegression } from './measure/regression.mjs'

const usual = { count: '30', seed: '20261201' }
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: usual.count },
    seed: { type: 'string', default: usual.seed },
    budget: { type: 'string', default: '60s' },
    out: { type: 'string' },
  },
})
const [wanted, seed] = [values.count, values.seed].map(Number)
const folder = resultFolder('healthy')
const results = openResults(folder)
const regressions = {
  'friedman.csv': { rows: 2000, noise: 1, seed: 1 },
  'quiet.csv': { rows: 1000, noise: 0.2, seed: 2 },
}
for (const [name, options] of Object.entries(regressions)) writeRegression(join(folder, name), options)

const random = createRandom(seed)
const pick = (list) => list[Math.floor(random() * list.length)]
const whole = (low, high) => low + Math.floor(random() * (high - low + 1))

/** The default rates of the optimizers. */
const rates = { momentum: 0.03, adam: 0.001 }

/** Data sets of classes for dense networks, with the error of guessing the most frequent class. */
const classes = [
  { data: 'glyphs', guess: 0.9 },
  { data: 'glyphs', guess: 0.9 },
  { data: 'moons', guess: 0.5 },
  { data: 'blobs:classes=5', guess: 0.8 },
  { data: 'blobs:classes=8,features=6', guess: 0.875 },
  { data: 'teacher:depth=1,width=8', guess: 0.5 },
]
const activations = ['relu', 'tanh', 'elu', 'selu', 'gelu', 'silu', 'leakyRelu']

/** Writes the file of a network with two convolutions and a read-out, and returns the file's name. */
function writeConvolutional(channels, activation, hasNorms) {
  const block = (width) => [
    { kind: 'conv', channels: width, kernel: 3 },
    ...(hasNorms ? [{ kind: 'batchNorm' }] : []),
    { kind: 'activation', function: activation },
    { kind: 'maxPool' },
  ]
  const layers = [...block(channels), ...block(2 * channels), { kind: 'flatten' }, { kind: 'dense', width: 10 }]
  const name = `conv-${channels}-${activation}${hasNorms ? '-norms' : ''}.json`
  writeFileSync(join(folder, name), JSON.stringify({ kind: 'chain', layers }))
  return name
}

/** The families. Each function draws a network and data that suit the network, and their frequencies are the weights. */
const families = [
  {
    weight: 10,
    draw: () => {
      const norm = pick(['none', 'none', 'batch'])
      const text = `mlp:depth=${whole(1, 6)},width=${pick([16, 32, 64, 128])},activation=${pick(activations)}`
      return { network: norm === 'none' ? text : `${text},norm=${norm}`, ...pick(classes), options: [] }
    },
  },
  {
    weight: 5,
    draw: () => ({
      network: `residual-mlp:depth=${whole(2, 12)},width=${pick([32, 64])},activation=${pick(['relu', 'tanh', 'gelu'])}`,
      ...pick(classes),
      options: [],
    }),
  },
  {
    weight: 2,
    draw: () => ({ network: 'lenet-5', data: 'glyphs', guess: 0.9, options: ['--batch', '32'] }),
  },
  {
    weight: 3,
    draw: () => {
      const network = writeConvolutional(pick([4, 8]), pick(['relu', 'tanh', 'elu']), pick([true, false]))
      return { network, data: 'glyphs', guess: 0.9, options: ['--batch', '32'] }
    },
  },
  {
    weight: 5,
    draw: () => ({
      network: `mlp:depth=${whole(1, 3)},width=${pick([16, 32, 64])},activation=${pick(activations)}`,
      data: pick(Object.keys(regressions)),
      guess: 1,
      options: [],
    }),
  },
  {
    weight: 3,
    draw: () => ({
      network: `autoencoder:widths=${pick([32, 64])}-${whole(4, 6)}-${pick([32, 64])},activation=${pick(['tanh', 'relu', 'elu'])}`,
      data: `blobs:classes=${whole(3, 5)},features=${whole(8, 12)},noise=0.1`,
      guess: 1,
      options: [],
    }),
  },
]
/** Draws a network with its data, optimizer and number of steps. */
function drawNetwork() {
  const family = pick(families.flatMap((one) => new Array(one.weight).fill(one)))
  const drawn = family.draw()
  const optimizer = pick(Object.keys(rates))
  return { ...drawn, optimizer, steps: whole(4, 8) * 100 }
}

/** The words of a command for a drawn network. */
const wordsOf = ({ network, data, options, optimizer, steps }) => {
  const training = ['--optimizer', optimizer, '--steps', String(steps)]
  return [network, '--data', data, ...options, ...training]
}

const nameOf = (drawn) => wordsOf(drawn).join(' ')

/**
 * Whether a network is healthy, judged by trainings alone. The mean training error over eight seeds must be below a third
 * of the error of guessing, and the mean test error at most a tenth of guessing above. No seed may have twice the mean
 * training error. Other trainings must not lower the mean training error over three seeds by more than a fifth: at a third
 * or three times the rate, with three times as many steps, and with four times the width. Differences of less than two
 * hundredths of guessing do not count.
 */
async function isHealthy(drawn) {
  const { guess, optimizer, steps } = drawn
  const { failed, diverged, all } = await trainingsOf(drawn, ownSeeds)
  if (failed) throw new Error(`isobath train ${nameOf(drawn)}: ${failed.failure}`)
  const errors = all.map(({ train }) => train)
  const [train, test] = diverged ? [null, null] : [mean(errors), mean(all.map((one) => one.test))]
  const no = (reason) => ({ is: false, reason, train })
  if (diverged) return no('training diverges with a seed')
  if (train > guess / 3) return no('training error above a third of guessing')
  if (test > train + guess / 10) return no('test error far above the training error')
  const slight = 0.02 * guess
  if (Math.max(...errors) > Math.max(2 * train, train + slight)) return no('far worse with some seeds')
  const own = mean(errors.slice(0, 3))
  const isBetter = (error) => error !== null && error < Math.min(0.8 * own, own - slight)
  for (const factor of [1 / 3, 3]) {
    const rate = Number((rates[optimizer] * factor).toPrecision(3))
    if (isBetter(await errorOf(drawn, '--rate', String(rate))))
      return no(factor < 1 ? 'better at a third of the rate' : 'better at three times the rate')
  }
  if (isBetter(await errorOf({ ...drawn, steps: 3 * steps }))) return no('better with more steps')
  const network = drawn.network.replace(/width=(\d+)/, (_, width) => `width=${4 * width}`)
  if (isBetter(await errorOf({ ...drawn, network }))) return no('better with more width')
  return { is: true, reason: '', train, test }
}

/** The drawn network without the depth that the verdict useless-depth calls useless, or null for a network in a file. */
function withLessDepth(drawn) {
  const [, family, text] = /^([a-z-]+):(.*)$/.exec(drawn.network) ?? []
  if (family === undefined) return null
  if (family.startsWith('residual')) {
    const network = drawn.network.replace(/depth=(\d+)/, (_, depth) => `depth=${Math.ceil(depth / 2)}`)
    return { ...drawn, network }
  }
  // A chain of affine maps is one affine map, so a network without nonlinearities does as well.
  const sizes = text.split(',').filter((part) => /^(depth|width|widths)=/.test(part))
  const target = family === 'autoencoder' ? ['--target', 'autoencode'] : []
  return { ...drawn, network: `linear:${sizes.join(',')}`, options: [...drawn.options, ...target] }
}

/**
 * Whether a training confirms the verdict useless-depth: with half of the residual blocks, or without nonlinearities, the
 * training error rises by at most a fifth, or by at most two hundredths of guessing.
 */
async function isDepthUseless(drawn, train) {
  const smaller = withLessDepth(drawn)
  if (smaller === null) return false
  const error = await errorOf(smaller)
  return error !== null && error <= Math.max(1.2 * train, train + 0.02 * drawn.guess)
}

/**
 * Seeds of the trainings that decide whether a network is healthy. The diagnosis has other seeds. The drawn network is
 * trained with all seeds, and its variations with the first three.
 */
const ownSeeds = [1234, 1235, 1236, 1237, 1238, 1239, 1240, 1241]

const mean = (values) => values.reduce((sum, value) => sum + value / values.length, 0)

/** Trains a network with each of some seeds. Returns the first failed command, if a command failed, and all errors. */
async function trainingsOf(drawn, seeds, ...words) {
  const all = []
  for (const seed of seeds) {
    const training = ['train', ...wordsOf(drawn), '--seed', String(seed), ...words]
    all.push(await results.keep(training.join(' '), () => trainingErrors(training, folder)))
  }
  const diverged = all.some((one) => one.diverged || one.train === null)
  return { failed: all.find(({ failure }) => failure), diverged, all }
}

/** The mean training error over three seeds, or null if a training diverged or failed. */
async function errorOf(drawn, ...words) {
  const { failed, diverged, all } = await trainingsOf(drawn, ownSeeds.slice(0, 3), ...words)
  return failed || diverged ? null : mean(all.map(({ train }) => train))
}

/** The facts that `check` names, or null if this version has no such command. */
function facts(drawn) {
  return results.keep(`check ${nameOf(drawn)}`, async () => {
    const words = ['check', drawn.network, '--data', drawn.data]
    const { document, failure } = await runJson(words, folder)
    if (document !== null) return { facts: document.facts.map(({ fact }) => fact) }
    return failure.includes("unknown command 'check'") ? { facts: null } : { failure }
  })
}

const diagnosis = (drawn) =>
  results.keep(`diagnose ${nameOf(drawn)} ${values.budget}`, () =>
    diagnosisOf(['diagnose', ...wordsOf(drawn), '--budget', values.budget], folder),
  )

/** The verdicts that are no false alarm for a healthy network. */
const quiet = new Set(['healthy', 'undecided'])

function counts(posed) {
  const checked = posed.filter(({ check }) => check.facts)
  const diagnosed = posed.filter(({ diagnosis }) => !diagnosis.failure)
  return {
    checked: checked.length,
    named: checked.filter(({ check }) => check.facts.length > 0).length,
    diagnosed: diagnosed.length,
    alarms: diagnosed.filter(({ diagnosis, isConfirmed }) => !quiet.has(diagnosis.verdict) && !isConfirmed).length,
    useless: diagnosed.filter(({ isConfirmed }) => isConfirmed).length,
    undecided: diagnosed.filter(({ diagnosis }) => diagnosis.verdict === 'undecided').length,
  }
}

const factText = ({ failure, facts }) => (failure ? `failed: ${failure}` : (facts ?? ['no such command']).join(', '))
const verdictText = ({ failure, verdict }) => (failure ? `failed: ${failure}` : verdict)
const checkLine = ({ checked, named }) =>
  checked === 0 ? 'This version has no command `check`.' : `\`check\`: ${named} false alarms of ${checked}.`
const diagnoseLine = ({ diagnosed, alarms, undecided, useless }) =>
  `\`diagnose\`: ${alarms} false alarms of ${diagnosed}. ${undecided} verdicts are \`undecided\`, and ${useless} are \`useless-depth\`, confirmed.`

function page(posed, refused) {
  const rows = posed.map(({ drawn, train, test, check, diagnosis }) => [
    drawn.network,
    drawn.data,
    drawn.optimizer,
    drawn.steps,
    percent(train),
    percent(test),
    factText(check),
    verdictText(diagnosis),
    diagnosis.seconds.toFixed(0),
  ])
  const reasons = [...new Set(refused.map(({ reason }) => reason))].map((reason) => {
    const count = refused.filter((one) => one.reason === reason).length
    return `- ${reason}: ${count}`
  })
  const total = counts(posed)
  return [
    '# Healthy networks drawn at random',
    '',
    'This page lists healthy networks and the answers of `check` and `diagnose`. `npm run healthy` writes this page.',
    `The seed of the draw is ${seed}, and each diagnosis had a budget of ${values.budget}.`,
    '',
    'Trainings without a diagnosis decide whether a network is healthy:',
    '',
    '- The training error is below a third of the error of guessing. The test error is at most a tenth of guessing above. Both are means',
    '  over eight seeds, and no seed has twice the mean training error.',
    '- A third or three times the rate, three times as many steps, or four times the width lower the training error by at most a fifth.',
    '  These errors are means over three seeds.',
    '',
    'Differences of less than two hundredths of guessing do not count.',
    '',
    'A fact of `check` is a false alarm. A verdict other than `healthy` and `undecided` is a false alarm too, with one exception.',
    'The verdict `useless-depth` says that the network trains, and that fewer layers would do. A training confirms this verdict:',
    'with half of the residual blocks, or without nonlinearities, the training error rises by at most a fifth.',
    '',
    `- ${checkLine(total)}`,
    `- ${diagnoseLine(total)}`,
    '',
    'All networks have the default rate. The files `conv-*.json` are networks of two convolutions. The files friedman.csv and quiet.csv',
    'are regressions (Friedman 1991), which scripts/measure/regression.mjs writes. Errors of regressions and autoencoders are fractions',
    'of the variance that is not explained.',
    '',
    table(['network', 'data', 'optimizer', 'steps', 'training', 'test', 'facts', 'verdict', 'seconds'], rows),
    '',
    '## Other networks',
    '',
    `The draw gave ${refused.length} other networks, which are not healthy by these trainings. The list has the numbers of networks:`,
    '',
    ...reasons,
    '',
  ].join('\n')
}

const posed = []
const refused = []
const seen = new Set()
const times = []
while (posed.length < wanted) {
  const drawn = drawNetwork()
  const name = nameOf(drawn)
  if (seen.has(name)) continue
  seen.add(name)
  const isKept = results.has(`diagnose ${name} ${values.budget}`)
  const began = performance.now()
  const health = await isHealthy(drawn)
  if (!health.is) {
    refused.push({ name, reason: health.reason })
    console.log(`not healthy: ${name}: ${health.reason}, training error ${percent(health.train)}`)
    continue
  }
  const one = {
    drawn,
    train: health.train,
    test: health.test,
    check: await facts(drawn),
    diagnosis: await diagnosis(drawn),
  }
  const isDeep = one.diagnosis.verdict === 'useless-depth'
  posed.push({ ...one, isConfirmed: isDeep && (await isDepthUseless(drawn, health.train)) })
  if (!isKept) times.push((performance.now() - began) / 1000)
  const left = timeLeft(times, wanted - posed.length)
  const said = `check ${factText(one.check) || 'quiet'}, verdict ${verdictText(one.diagnosis)}`
  console.log(`${posed.length}/${wanted}  ${name}: ${said}${left && `; ${left}`}`)
}
const isUsual = values.count === usual.count && values.seed === usual.seed
const out = values.out ?? (isUsual ? 'docs/healthy.md' : undefined)
if (out) writeFileSync(out, page(posed, refused))
const total = counts(posed)
console.log(
  `${refused.length} drawn networks are not healthy. ${checkLine(total)} ${diagnoseLine(total)}`.replaceAll('`', ''),
)
process.exitCode = total.named + total.alarms > 0 || total.diagnosed < posed.length ? 1 : 0
