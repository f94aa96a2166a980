/**
 * Poses networks to the diagnosis at rates from a thousandth to a thousand times the right rate, for momentum and adam:
 * `npm run ladder -- [--only WORDS ...] [--budget 2m] [--out FILE]`. The script writes a table to docs/ladder.md. A cell
 * is a network with an optimizer and a factor of the rate, such as `mlp:depth=4 momentum 100`. `--only` chooses the cells
 * whose names contain the words, and may be repeated. With `--only`, the script writes a file only if `--out` names one.
 *
 * Finished cells are kept in runs/ladder-BUILD/results.json, and the script goes on from there if it was stopped. All 56
 * cells take about an hour.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { diagnosisOf, openResults, percent, resultFolder, table, timeLeft, trainingErrors } from './measure/program.mjs'
import { writeRegression } from './measure/regression.mjs'

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    budget: { type: 'string', default: '2m' },
    out: { type: 'string' },
  },
})
const folder = resultFolder('ladder')
const results = openResults(folder)
const regression = join(folder, 'friedman.csv')
writeRegression(regression, { rows: 2000, noise: 1, seed: 1 })

/**
 * The networks with their right rates. The right rates were found by
 * `isobath compare mlp --depths 4 --data glyphs --steps 300 --seeds 1 --tune --optimizer momentum` and by the same
 * command for the other rows, with the options of the row. Training errors at the right rates, for momentum and adam:
 * 1.8% and 1.5%, 15.2% and 8.1%, 5.3% and 4.2% of the variance, 35.3% and 25.9%.
 */
const networks = [
  {
    network: 'mlp:depth=4',
    options: ['--data', 'glyphs', '--steps', '300'],
    rates: { momentum: 0.03, adam: 0.003 },
  },
  {
    network: 'mlp:depth=20',
    options: ['--data', 'glyphs', '--steps', '300'],
    rates: { momentum: 0.01, adam: 0.001 },
  },
  {
    network: 'mlp:depth=2,width=32',
    options: ['--data', regression, '--steps', '300'],
    rates: { momentum: 0.03, adam: 0.03 },
  },
  {
    network: 'cifar-resnet-8',
    options: ['--data', 'tiles', '--batch', '32', '--steps', '100'],
    rates: { momentum: 0.03, adam: 0.01 },
  },
]
const factors = [0.001, 0.01, 0.1, 1, 10, 100, 1000]

/**
 * Whether a training error is as good as the error at the right rate: at most a fifth larger, or larger by at most one
 * point.
 */
const isAsGood = (error, right) => error !== null && error <= Math.max(1.2 * right, right + 0.01)

/** The verdicts about the step, and whether the factor of the rate can have them as its cause. */
const stepVerdicts = {
  'unstable-step': (factor) => factor >= 1,
  'step-too-small': (factor) => factor <= 1,
  'too-few-steps': (factor) => factor <= 1,
}

const cells = networks.flatMap(({ network, options, rates }) =>
  Object.entries(rates).flatMap(([optimizer, right]) =>
    factors.map((factor) => {
      // Products such as 0.03 * 1000 get rid of their rounding error.
      const rate = Number((right * factor).toPrecision(6))
      return { name: `${network} ${optimizer} ${factor}`, network, options, optimizer, right, factor, rate }
    }),
  ),
)

/** Trains the network of a cell at a rate without a diagnosis. */
function trained({ network, options, optimizer }, rate) {
  const words = ['train', network, ...options, '--optimizer', optimizer, '--rate', String(rate), '--seed', '1234']
  return results.keep(`train ${network} ${optimizer} ${rate}`, () => trainingErrors(words, folder))
}

/** Diagnoses the network of a cell. */
function diagnosed({ name, network, options, optimizer, rate }) {
  const words = ['diagnose', network, ...options, '--optimizer', optimizer, '--rate', String(rate)]
  const key = `diagnose ${name} ${values.budget}`
  return results.keep(key, () => diagnosisOf([...words, '--budget', values.budget], folder))
}

/** Runs the command that the diagnosis of a cell printed, or returns null if there is no command. */
function cured({ name }, { cure }) {
  if (!cure) return null
  return results.keep(`cure ${name} ${values.budget} ${cure.command.join(' ')}`, () =>
    trainingErrors([...cure.command, '--seed', '1234'], folder),
  )
}

/** Measures a cell. The field `failure` is the error of a command that failed. */
async function measure(cell) {
  const { factor, right, rate } = cell
  const best = await trained(cell, right)
  const own = await trained(cell, rate)
  const diagnosis = await diagnosed(cell)
  const failure = [best, own, diagnosis].find((one) => one.failure)?.failure
  if (failure) return { ...cell, failure }
  const { verdict, ruledOut, seconds } = diagnosis
  const trains = !own.diverged && isAsGood(own.train, best.train)
  const isNamed = Object.hasOwn(stepVerdicts, verdict) ? stepVerdicts[verdict](factor) : verdict === 'healthy' && trains
  const isAcquitted = factor >= 10 && !trains && ruledOut.includes('unstable-step')
  const after = await cured(cell, diagnosis)
  return {
    ...cell,
    error: own.diverged ? null : own.train,
    trains,
    verdict,
    isNamed,
    isAcquitted,
    cure: after && {
      error: after.diverged || after.failure ? null : after.train,
      failure: after.failure,
      trains: !after.failure && !after.diverged && isAsGood(after.train, best.train),
    },
    seconds,
  }
}

/** Describes the training that the printed command gave. */
const cureText = (cure) => {
  if (cure === null) return ''
  if (cure.failure) return 'failed'
  return `${percent(cure.error)}${cure.trains ? '' : ', worse'}`
}

function counts(measured) {
  const done = measured.filter(({ failure }) => !failure)
  const count = (list) => list.filter(Boolean).length
  const cures = done.flatMap(({ cure }) => cure ?? [])
  return {
    cells: measured.length,
    failed: measured.length - done.length,
    worse: count(done.map(({ trains }) => !trains)),
    named: count(done.map(({ trains, isNamed }) => !trains && isNamed)),
    healthy: count(done.map(({ trains, verdict }) => trains && verdict === 'healthy')),
    acquitted: count(done.map(({ isAcquitted }) => isAcquitted)),
    cures: cures.length,
    trains: count(cures.map(({ trains }) => trains)),
  }
}

function page(measured) {
  const { cells, failed, worse, named, healthy, acquitted, cures, trains } = counts(measured)
  const rows = measured.map((one) => {
    const head = [one.network, one.optimizer, one.factor, one.rate]
    if (one.failure) return [...head, '', `failed: ${one.failure}`, '', '', '', '']
    const error = `${percent(one.error)}${one.trains ? '' : ', worse'}`
    const named = one.isNamed ? 'yes' : 'no'
    return [
      ...head,
      error,
      one.verdict,
      named,
      one.isAcquitted ? 'yes' : '',
      cureText(one.cure),
      one.seconds.toFixed(0),
    ]
  })
  const head = ['network', 'optimizer', 'times the right rate', 'rate', 'training error', 'verdict', 'step named']
  return [
    '# Rates from a thousandth to a thousand times the right rate',
    '',
    'This page lists the verdicts of the diagnosis on networks whose only fault is the rate. `npm run ladder` writes this page.',
    `Each diagnosis had a budget of ${values.budget}. The file scripts/ladder.mjs has the right rates and says how they were found.`,
    '',
    '- **Data.** The networks `mlp:depth=4` and `mlp:depth=20` train on `glyphs`, and `cifar-resnet-8` trains on `tiles`. The network',
    '  `mlp:depth=2,width=32` trains on a regression (Friedman 1991), whose error is the fraction of the variance that is not explained.',
    '- **Training error**: that of a training at the rate of the row, without a diagnosis. It is worse if it is over a fifth and over one',
    '  point above the training error at the right rate.',
    '- **Step named**: the verdict is `unstable-step` at a rate from the right rate up, or `step-too-small` or `too-few-steps` at a rate',
    '  from the right rate down. `healthy` counts too, if the training error is not worse.',
    '- **Ruled out**: `unstable-step` was ruled out at 10 or more times the right rate, although the training error is worse.',
    '- **Command**: the training error that the printed command gives with a seed that the diagnosis did not use.',
    '- **Seconds**: the duration of the diagnosis.',
    '',
    `- Cells whose training error is worse, in which the step is named: ${named} of ${worse}`,
    `- Cells in which the step is wrongly ruled out: ${acquitted}`,
    `- Other cells, in which the verdict is \`healthy\`: ${healthy} of ${cells - failed - worse}`,
    `- Printed commands whose training error is not worse: ${trains} of ${cures}`,
    ...(failed > 0 ? [`- Cells in which a command failed: ${failed}`] : []),
    '',
    table([...head, 'ruled out', 'command', 'seconds'], rows),
    '',
  ].join('\n')
}

const chosen = cells.filter(
  ({ name }) => values.only === undefined || values.only.some((words) => `${name} `.includes(`${words} `)),
)
const measured = []
const times = []
for (const [index, cell] of chosen.entries()) {
  const isKept = results.has(`diagnose ${cell.name} ${values.budget}`)
  const began = performance.now()
  const one = await measure(cell)
  measured.push(one)
  if (!isKept) times.push((performance.now() - began) / 1000)
  const mark = one.failure ? 'FAILED' : (one.isNamed || one.trains) && !one.isAcquitted ? 'right ' : 'WRONG '
  const about =
    one.failure ?? `${one.verdict}, training error ${percent(one.error)}, command ${cureText(one.cure) || 'none'}`
  const left = timeLeft(times, chosen.length - index - 1)
  console.log(`${mark} ${index + 1}/${chosen.length}  ${cell.name}: ${about}${left && `; ${left}`}`)
}
const out = values.out ?? (values.only === undefined ? 'docs/ladder.md' : undefined)
if (out) writeFileSync(out, page(measured))
const total = counts(measured)
console.log(
  [
    `${total.cells} cells: the step is named in ${total.named} of ${total.worse} in which it matters`,
    `${total.acquitted} wrongly ruled out`,
    `${total.healthy} of ${total.cells - total.failed - total.worse} others healthy`,
    `${total.trains} of ${total.cures} printed commands train`,
    `${total.failed} failed`,
  ].join(', '),
)
const isRight = total.named === total.worse && total.acquitted === 0 && total.trains === total.cures
process.exitCode = isRight && total.failed === 0 ? 0 : 1
