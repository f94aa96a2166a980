/**
 * Measures the cost of the usual probes in a training, on glyphs or tiles. Run `npm run build:modules`, then
 * `node scripts/probe-cost.mjs [NETWORK@BATCH[@DATA] ...]`. A training with a snapshot every 50 steps reports its time
 * for steps and for snapshots, including the download of the weights. The figures are the difference between a long and
 * a short training, so compilation and the snapshots at both ends are left out. The table shows medians over the
 * rounds, and the smallest and largest ratio.
 */
import { glyphs, parseNetwork, tiles, train, usualProbes } from '../build/index.js'

const usual = [
  'mlp:depth=60@128',
  'mlp:depth=1000,width=64@64',
  'residual-mlp:depth=100,width=100@128',
  'resnet-20@32@tiles',
  'resnet-20@128@tiles',
]
const rounds = Number(process.env.ROUNDS ?? 7)
const every = Number(process.env.EVERY ?? 50)
const threads = process.env.THREADS === undefined ? undefined : Number(process.env.THREADS)
/** Least duration of the steps of the long training, in seconds. */
const wanted = 2

const sets = { glyphs: glyphs({ train: 2000, test: 64 }), tiles: tiles({ train: 2000, test: 64 }) }
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

/**
 * Trains, and returns the seconds of all steps and of all snapshots. A snapshot is taken before
 * every `every` steps and after the last step.
 */
async function timed(network, { data, batch }, snapshots) {
  const steps = snapshots * every
  const options = { data, batch, steps, logEvery: steps, threads, probes: { of: usualProbes, every } }
  const { trainingSeconds, measuringSeconds } = await train(network, options)
  return { training: trainingSeconds, measuring: measuringSeconds }
}

async function measure(argument) {
  const [name, batch, set = 'glyphs'] = argument.split('@')
  const data = sets[set]
  const network = parseNetwork(name, { classes: data.classNames?.length ?? 10, input: data.shape })
  const spec = { data, batch: Number(batch) }
  const { training } = await timed(network, spec, 1)
  const snapshots = 1 + Math.max(2, Math.ceil(wanted / training))
  const found = []
  for (let round = 0; round < rounds; round++) {
    const short = await timed(network, spec, 1)
    const long = await timed(network, spec, snapshots)
    const step = (long.training - short.training) / ((snapshots - 1) * every)
    const pass = (long.measuring - short.measuring) / (snapshots - 1)
    found.push({ step, pass, ratio: 1 + pass / (every * step) })
  }
  const ratios = found.map(({ ratio }) => ratio)
  const milliseconds = (seconds) => (1000 * seconds).toFixed(seconds < 0.1 ? 1 : 0)
  const cells = [
    `\`${name}\``,
    batch,
    milliseconds(median(found.map(({ step }) => step))),
    milliseconds(median(found.map(({ pass }) => pass))),
    `${median(ratios).toFixed(3)} (${Math.min(...ratios).toFixed(3)} to ${Math.max(...ratios).toFixed(3)})`,
  ]
  console.log(`| ${cells.join(' | ')} |`)
}

const wantedNetworks = process.argv.slice(2)
console.log(`| network | batch | step, ms | snapshot, ms | time with a snapshot every ${every} steps / time without |`)
console.log('|---|---|---|---|---|')
for (const argument of wantedNetworks.length > 0 ? wantedNetworks : usual) await measure(argument)
