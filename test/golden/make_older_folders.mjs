/**
 * Makes the folders of test/golden/version-0.1: a run, a comparison and a diagnosis of version 0.1, each stopped before
 * its end.
 *
 *     git worktree add /tmp/v01 9f6d3da && cd /tmp/v01 && npm ci && npm run build && cd -
 *     node test/golden/make_older_folders.mjs /tmp/v01
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [build] = process.argv.slice(2)
const { blobs, compare, diagnose, momentum, parseNetwork, train } = await import(
  pathToFileURL(join(build, 'dist/index.js')).href
)
const target = join(import.meta.dirname, 'version-0.1')
rmSync(target, { recursive: true, force: true })

const data = blobs({ train: 60, test: 30 })
const network = parseNetwork('mlp:depth=2,width=2', { classes: 3 })
const settings = {
  data,
  optimizer: momentum({ rate: 0.05 }),
  standardise: 'per-pixel',
  steps: 40,
  batch: 20,
  logEvery: 10,
  exact: true,
  threads: 1,
}

const stop = new AbortController()
await train(network, {
  ...settings,
  seed: 3,
  checkpointEvery: 10,
  probes: { of: ['cosine', 'neighbourSimilarity'], every: 10 },
  run: join(target, 'run'),
  onProgress: (done) => done >= 20 && stop.abort(),
  abort: stop.signal,
})

/** Returns options that stop the work after `count` finished trials. */
function stopping(count) {
  const controller = new AbortController()
  let left = count
  const onEvent = ({ kind }) => {
    if (kind === 'finished' && --left === 0) controller.abort()
  }
  return { abort: controller.signal, onEvent }
}

const family = {
  name: 'mlp:width=2',
  label: 'plain',
  ofDepth: (depth) => parseNetwork(`mlp:depth=${depth},width=2`, { classes: 3 }),
}
await compare([family], { ...settings, depths: [1, 3], seeds: [0, 1], run: join(target, 'comparison'), ...stopping(2) })
const deep = parseNetwork('mlp:depth=6,width=2', { classes: 3 })
const { logEvery: _, ...diagnosed } = settings
await diagnose(deep, { ...diagnosed, seeds: [0, 1], run: join(target, 'diagnosis'), ...stopping(2) })
