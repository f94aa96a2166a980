/**
 * Measures the time of each measurement of a diagnosis, in seconds and in steps of the network on one thread. Run
 * `npm run build:modules`, then `node scripts/measurement-cost.mjs` on an idle machine. The script takes half a minute.
 */
import { diagnose, glyphs, parseNetwork, tiles, train } from '../build/index.js'

const images = glyphs()
const cases = [
  ['mlp:depth=60', images, 128],
  ['residual-mlp:depth=30', images, 128],
  ['cifar-resnet-8', tiles({ train: 2000, test: 500 }), 32],
  ['mlp:depth=10,activation=tanh,init=orthogonal', images, 128],
  ['mlp:depth=3,width=256', images, 128],
]

console.log('| network | step, ms | measurement | seconds | steps |')
console.log('|---|---|---|---|---|')
for (const [text, data, batch] of cases) {
  const network = parseNetwork(text, { classes: data.classes, input: data.shape })
  const taken = new Map()
  let running
  const end = () => {
    if (running) taken.set(running.name, (performance.now() - running.from) / 1000)
    running = undefined
  }
  const onEvent = ({ kind, measurement }) => {
    if (kind === 'measuring' || kind === 'planned') end()
    if (kind === 'measuring') running = { name: measurement, from: performance.now() }
  }
  await diagnose(network, {
    data,
    batch,
    steps: 100,
    budget: 600,
    threads: 2,
    onEvent,
  })
  end()
  const steps = 101
  const { trainingSeconds } = await train(network, { data, batch, steps, threads: 1, logEvery: steps })
  const step = trainingSeconds / steps
  for (const [name, seconds] of taken) {
    const cells = [`\`${text}\``, (1000 * step).toFixed(1), name, seconds.toFixed(2), (seconds / step).toFixed(0)]
    console.log(`| ${cells.join(' | ')} |`)
  }
}
