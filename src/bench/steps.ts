/** Measures training steps of whole networks, alternately in Isobath and in a peer program. */
import { count } from '../blueprint/count.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { parseNetwork } from '../network/presets.ts'
import { reasonOf } from '../support/files.ts'
import { type Bench, median, settle, timeTurn, turnSize, warmUp } from './measure.ts'
import type { Peer, PeerNetwork, PeerSetting, PreparedPeer } from './peers/peer.ts'
import { atLeast, type Bar, type BenchRow, rowOf } from './rows.ts'
import { type Problem, prepareStep, rate } from './training.ts'

interface Size {
  readonly depth: number
  readonly batch: number
  readonly bar?: Bar
  /** Estimated duration of one round in seconds, for Isobath alone and for Isobath with the peer. */
  readonly seconds: readonly [alone: number, withPeer: number]
}

/** The size of a multilayer perceptron whose input has the same width as the layers. */
export interface MlpSize extends Size {
  readonly width: number
}

/** The size of a residual network for CIFAR (He et al. 2015). */
export interface ResnetSize extends Size {
  /** Shape of an image: channels, height, width. */
  readonly input: readonly [number, number, number]
}

export const mlpSizes: readonly MlpSize[] = [
  { depth: 1000, width: 64, batch: 64, bar: atLeast(4, 5), seconds: [0.8, 4] },
  { depth: 100, width: 100, batch: 128, bar: atLeast(2, 2.5), seconds: [0.7, 3] },
  { depth: 10, width: 1024, batch: 128, bar: atLeast(1.1, 1.4), seconds: [1.5, 7] },
  { depth: 50, width: 256, batch: 128, seconds: [0.9, 5] },
]

/** Shape of a CIFAR image: 3 channels, 32 x 32. */
const cifar = [3, 32, 32] as const

export const resnetSizes: readonly ResnetSize[] = [
  { depth: 20, input: cifar, batch: 128, bar: atLeast(1, 1.3), seconds: [2.5, 9.5] },
  { depth: 56, input: cifar, batch: 128, bar: atLeast(1, 1.3), seconds: [3, 11] },
]

/** A training step that is measured in Isobath and in a peer program. */
export interface StepWork extends Pick<Size, 'bar' | 'seconds'> {
  readonly name: string
  readonly problem: Omit<Problem, 'seed'>
  readonly peerNetwork: PeerNetwork
}

const classes = 10

export function mlpWork({ depth, width, batch, bar, seconds }: MlpSize): StepWork {
  const network = parseNetwork(`mlp:depth=${depth},width=${width},activation=tanh,init=glorot`, { classes })
  return {
    name: `MLP ${depth} x ${width}, batch ${batch}`,
    problem: { network, input: [width], batch, weightDecay: 0 },
    peerNetwork: { kind: 'mlp', depth, width },
    bar,
    seconds,
  }
}

/**
 * The residual network as He et al. trained it, except for the learning rate: He initialization, batch norm,
 * zero-padded shortcuts, momentum and weight decay.
 */
export function resnetWork({ depth, input, batch, bar, seconds }: ResnetSize): StepWork {
  const [channels, height, width] = input
  return {
    name: `ResNet-${depth}, batch ${batch}`,
    problem: { network: parseNetwork(`cifar-resnet-${depth}`, { classes, input }), input, batch, weightDecay: 1e-4 },
    peerNetwork: { kind: 'resnet', depth, channels, height, width },
    bar,
    seconds,
  }
}

/** A setting of the peer program, with the median step time of each turn, in milliseconds. */
interface Tried {
  readonly setting: PeerSetting
  readonly rounds: number[]
}

/**
 * Largest ratio of a setting's step time to the best setting's step time in the first round. A setting of the peer with
 * a larger ratio is not measured again.
 */
const clearlySlower = 1.3

/**
 * Measures the turns of a peer for one row, in all settings of the peer that are not clearly slower than the best
 * setting.
 */
class PeerTurns {
  private readonly peer: PreparedPeer
  private readonly all: readonly Tried[]
  /** The settings of the peer that the next round measures. */
  private going: readonly Tried[]

  constructor(peer: PreparedPeer) {
    this.peer = peer
    this.all = peer.settings.map((setting) => ({ setting, rounds: [] }))
    this.going = this.all
  }

  async measure(bench: Bench): Promise<void> {
    /**
     * The duration of the fastest step in each setting, in milliseconds. Other work on the machine raises the median
     * duration, but seldom slows every step down.
     */
    const fastest = new Map<Tried, number>()
    for (const tried of this.going) {
      await settle(bench)
      const times = await this.peer.timeTurn(tried.setting)
      tried.rounds.push(median(times))
      fastest.set(tried, Math.min(...times))
    }
    const limit = clearlySlower * Math.min(...fastest.values())
    if (this.going === this.all) this.going = this.all.filter((tried) => (fastest.get(tried) ?? 0) <= limit)
  }

  /** The figures of the peer for a row of the bench. */
  get figures() {
    const [best] = [...this.going].sort((one, other) => median(one.rounds) - median(other.rounds))
    const tried = this.all.map(({ setting, rounds }) => {
      return { ...setting, milliseconds: median(rounds), rounds: rounds.length }
    })
    return { others: best.rounds, setting: best.setting, tried }
  }
}

/**
 * Measures a training step in rounds, each of which has one turn of Isobath and one turn of the peer. If the peer
 * fails, the row has only Isobath's times and a note.
 */
export async function benchStep(bench: Bench, work: StepWork, peer: Peer | null): Promise<BenchRow> {
  const { name, peerNetwork, bar } = work
  const { effort, seed, backend, threads, abort } = bench
  bench.onProgress(name, 0)
  const problem = { ...work.problem, seed }
  const { network, input, batch, weightDecay = 0 } = problem
  const { program, step } = await prepareStep(backend, problem)
  try {
    const size = turnSize(effort, await warmUp(bench, step))
    let failure: string | undefined
    const refused = (error: unknown): null => {
      abort.throwIfAborted()
      failure = reasonOf(error)
      return null
    }
    const { parameters } = count(createBlueprint(network, input))
    const asked = { network: peerNetwork, batch, classes, rate, weightDecay, parameters, threadLimit: threads, effort }
    const prepared = peer ? await peer.prepare(asked, abort).catch(refused) : null
    const theirs = prepared && new PeerTurns(prepared)
    const ours: number[] = []
    for (let round = 0; round < effort.rounds; round++) {
      await settle(bench)
      ours.push(await timeTurn(bench, step, size))
      if (failure === undefined) await theirs?.measure(bench).catch(refused)
      bench.onProgress(name, round + 1)
    }
    const note = failure === undefined ? undefined : `${peer?.name}: ${failure}`
    const measured = { name, unit: 'ms', against: 'peer', ours, bar, note } as const
    return rowOf(failure === undefined ? { ...measured, ...theirs?.figures } : measured)
  } finally {
    program.dispose()
  }
}
