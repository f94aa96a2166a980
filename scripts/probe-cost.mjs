/**
 * What the usual probes cost a training: node scripts/probe-cost.mjs [NETWORK@BATCH[@DATA] ...], after npm run build. Short
 * trainings with and without a look every 50 steps, in turns within one process, on glyphs or tiles. Timed are steps of
 * which each 50 have one look: those before the first step and after the last are left out, as are compiling and scoring.
 * Printed are medians over the rounds, of a step's time and of the ratio of a round's two trainings: by the clock, and
 * by the processor's time of all threads, which other work on the machine disturbs less.
 */
import { glyphs, parseNetwork, tiles, train, usualProbes } from '../dist/index.js'

const usual = [
  'mlp:depth=60@128',
  'mlp:depth=1000,width=64@64',
  'residual-mlp:depth=100,width=100@128',
  'resnet-20@32@tiles',
  'resnet-20@128@tiles',
]
const rounds = Number(process.env.ROUNDS ?? 5)
const every = Number(process.env.EVERY ?? 50)
const threads = process.env.THREADS === undefined ? undefined : Number(process.env.THREADS)
/** Seconds that the steps of one training should take at least. */
const wanted = 2

const sets = { glyphs: glyphs({ train: 2000, test: 64 }), tiles: tiles({ train: 2000, test: 64 }) }
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const processor = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** Seconds of a step, looks included, by the clock and by the processor. */
async function timed(network, { data, batch, looks }, probes) {
  const steps = looks * every + 1
  const marks = []
  const onProgress = (done) => {
    if (done === 1 || done === steps) marks.push([performance.now() / 1000, processor()])
  }
  const options = { data, batch, steps, logEvery: steps, threads, onProgress }
  await train(network, probes ? { ...options, probes: { of: usualProbes, every } } : options)
  const [[clock, own], [clockEnd, ownEnd]] = marks
  return { clock: (clockEnd - clock) / (steps - 1), processor: (ownEnd - own) / (steps - 1) }
}

async function measure(argument) {
  const [name, batch, set = 'glyphs'] = argument.split('@')
  const data = sets[set]
  const network = parseNetwork(name, { classes: data.classNames?.length ?? 10, input: data.shape })
  const spec = { data, batch: Number(batch), looks: 1 }
  const { clock } = await timed(network, spec, false)
  const looks = Math.max(1, Math.ceil(wanted / (clock * every)))
  const without = []
  const probed = []
  for (let round = 0; round < rounds; round++) {
    // Who comes first changes from round to round.
    for (const probes of round % 2 === 0 ? [false, true] : [true, false]) {
      const times = await timed(network, { ...spec, looks }, probes)
      if (probes) probed.push(times)
      else without.push(times)
    }
  }
  const ratios = (clockOf) => probed.map((times, round) => clockOf(times) / clockOf(without[round]))
  const of = (clockOf) => {
    const all = ratios(clockOf)
    return `${median(all).toFixed(3)} (${Math.min(...all).toFixed(3)} to ${Math.max(...all).toFixed(3)})`
  }
  const [clockOf, processorOf] = [(times) => times.clock, (times) => times.processor]
  const look = median(probed.map((times, round) => (processorOf(times) - processorOf(without[round])) * every))
  const milliseconds = (seconds) => (1000 * seconds).toFixed(seconds < 0.1 ? 1 : 0)
  const cells = [
    `\`${name}\``,
    batch,
    milliseconds(median(without.map(clockOf))),
    milliseconds(median(without.map(processorOf))),
    milliseconds(look),
    of(clockOf),
    of(processorOf),
  ]
  console.log(`| ${cells.join(' | ')} |`)
}

const wantedNetworks = process.argv.slice(2)
console.log('| network | batch | step, ms | processor, ms | a look, processor, ms | ratio | ratio, processor |')
console.log('|---|---|---|---|---|---|---|')
for (const argument of wantedNetworks.length > 0 ? wantedNetworks : usual) await measure(argument)
