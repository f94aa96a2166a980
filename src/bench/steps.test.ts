/** Tests of training steps beside a made-up peer with given times. */
import { describe, expect, it } from 'vitest'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { type Bench, quickEffort } from './measure.ts'
import type { Peer, PeerProblem, PeerSetting } from './peers/peer.ts'
import { atLeast } from './rows.ts'
import { benchStep, mlpSizes, mlpWork, resnetSizes, resnetWork } from './steps.ts'

const bench: Bench = {
  backend: await createWasmBackend({ threads: 'inline' }),
  threads: 2,
  exact: false,
  winograd: true,
  effort: { ...quickEffort, rounds: 3 },
  seed: 0,
  abort: new AbortController().signal,
  onProgress: () => {},
}

const work = resnetWork({ depth: 8, input: [3, 4, 4], batch: 2, bar: atLeast(0, 0), seconds: [1, 1] })

const settings: readonly PeerSetting[] = [
  { threads: 1, layout: 'NCHW' },
  { threads: 1, layout: 'channels_last' },
  { threads: 2, layout: 'NCHW' },
]

interface Asked {
  readonly peer: Peer
  readonly problems: PeerProblem[]
  /** The settings of the timed rounds, in chronological order. */
  readonly rounds: PeerSetting[]
}

/** A made-up peer. `timesOf` gives the milliseconds of a turn by its setting and its number. */
function peerWith(timesOf: (setting: PeerSetting, turn: number) => readonly number[]): Asked {
  const [problems, rounds]: [PeerProblem[], PeerSetting[]] = [[], []]
  const timeTurn = async (setting: PeerSetting): Promise<readonly number[]> => {
    rounds.push(setting)
    return timesOf(setting, rounds.length)
  }
  const prepare: Peer['prepare'] = async (problem) => {
    problems.push(problem)
    return { settings, timeTurn }
  }
  const peer = { name: 'Peer', version: '1', facts: {}, warning: null, prepare, dispose: () => {} }
  return { peer, problems, rounds }
}

describe('benchStep', () => {
  it('compares Isobath with the fastest setting of the peer, and measures a clearly slower setting only once', async () => {
    // The second setting is 1.25 times as slow as the third in its fastest step, and even slower in its median step.
    const times = new Map([
      [settings[0], [14, 14, 14]],
      [settings[1], [12.5, 20, 21]],
      [settings[2], [10, 11, 12]],
    ])
    const { peer, rounds } = peerWith((setting) => times.get(setting) ?? [])
    const row = await benchStep(bench, work, peer)
    const later = [settings[1], settings[2]]
    expect(rounds).toEqual([...settings, ...later, ...later])
    expect(row).toMatchObject({ peer: 11, peerThreads: 2, peerLayout: 'NCHW', reached: 'beyond', note: null })
    expect(row.ratios).toHaveLength(3)
    expect(row.peerSettings).toEqual([
      { ...settings[0], milliseconds: 14, rounds: 1 },
      { ...settings[1], milliseconds: 20, rounds: 3 },
      { ...settings[2], milliseconds: 11, rounds: 3 },
    ])
  })

  it('asks the peer for the network with the same number of parameters', async () => {
    const { peer, problems } = peerWith(() => [1])
    await benchStep(bench, work, peer)
    const network = { kind: 'resnet', depth: 8, channels: 3, height: 4, width: 4 }
    // He et al. (2015): a first convolution of 9 x 3 x 16, six convolutions, two vectors for each norm, a read-out of
    // 64 x 10.
    const weights = 9 * (3 * 16 + 2 * 16 ** 2 + 16 * 32 + 32 ** 2 + 32 * 64 + 64 ** 2)
    const parameters = weights + 2 * (16 + 2 * 16 + 2 * 32 + 2 * 64) + 650
    expect(problems).toMatchObject([{ network, batch: 2, weightDecay: 1e-4, threadLimit: 2, parameters }])
  })

  it('gives only the time of Isobath if the peer fails, with the reason in the note', async () => {
    const { peer } = peerWith((_setting, turn) => {
      if (turn === 2) throw new Error('out of memory')
      return [1]
    })
    const row = await benchStep(bench, work, peer)
    expect(row).toMatchObject({ peer: null, ratio: null, reached: null, note: 'Peer: out of memory', peerSettings: [] })
    expect(row.ours).toBeGreaterThan(0)
  })
})

it('mlpWork and resnetWork name rows after the sizes of the networks', () => {
  const works = [...mlpSizes.map(mlpWork), ...resnetSizes.map(resnetWork)]
  expect(works.map(({ name, problem }) => [name, problem.input, problem.weightDecay])).toEqual([
    ['MLP 1000 x 64, batch 64', [64], 0],
    ['MLP 100 x 100, batch 128', [100], 0],
    ['MLP 10 x 1024, batch 128', [1024], 0],
    ['MLP 50 x 256, batch 128', [256], 0],
    ['ResNet-20, batch 128', [3, 32, 32], 1e-4],
    ['ResNet-56, batch 128', [3, 32, 32], 1e-4],
  ])
})
