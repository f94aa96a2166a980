/** Training steps of multilayer perceptrons, side by side with a peer. */
import { parseNetwork } from '../network/presets.ts'
import { reasonOf } from '../support/files.ts'
import { type Bench, median, settle, turn, warmUp } from './measure.ts'
import type { Peer } from './peers/peer.ts'
import { atLeast, type Bar, type BenchRow, rowOf } from './rows.ts'
import { prepareStep, rate } from './training.ts'

export interface MlpSize {
  readonly depth: number
  readonly width: number
  readonly batch: number
  readonly bar?: Bar
}

export const mlpSizes: readonly MlpSize[] = [
  { depth: 1000, width: 64, batch: 64, bar: atLeast(4, 5) },
  { depth: 100, width: 100, batch: 128, bar: atLeast(2, 2.5) },
  { depth: 10, width: 1024, batch: 128, bar: atLeast(1.1, 1.4) },
  { depth: 50, width: 256, batch: 128 },
]

const classes = 10

export const mlpRowName = ({ depth, width, batch }: MlpSize): string => `MLP ${depth} x ${width}, batch ${batch}`

/** A peer's turns of one row, by its number of threads. */
type PeerTimes = ReadonlyMap<number, number[]>

/** The peer's turns with as many threads as were fastest for it. */
function fastest(times: PeerTimes): { readonly threads: number; readonly rounds: readonly number[] } | undefined {
  const [best] = [...times].sort(([, one], [, other]) => median(one) - median(other))
  return best && { threads: best[0], rounds: best[1] }
}

export async function benchMlp(bench: Bench, size: MlpSize, peer: Peer | null): Promise<BenchRow> {
  const { depth, width, batch, bar } = size
  const name = mlpRowName(size)
  const { effort, seed, backend, threads, abort } = bench
  bench.onProgress(name, 0)
  const network = parseNetwork(`mlp:depth=${depth},width=${width},activation=tanh,init=glorot`, { classes })
  const { program, step } = await prepareStep(backend, { network, input: [width], batch, seed })
  try {
    await warmUp(bench, step)
    const options = { depth, width, batch, classes, rate, threadLimit: threads, effort }
    let failure: string | undefined
    const refused = (error: unknown): null => {
      abort.throwIfAborted()
      failure = reasonOf(error)
      return null
    }
    const other = peer ? await peer.prepare(options, abort).catch(refused) : null
    const ours: number[] = []
    const others = new Map((other?.threadCounts ?? []).map((count): [number, number[]] => [count, []]))
    for (let round = 0; round < effort.rounds; round++) {
      await settle(bench)
      ours.push(await turn(bench, step))
      for (const [count, times] of failure === undefined ? others : []) {
        await settle(bench)
        const time = await other?.turn(count).catch(refused)
        if (typeof time === 'number') times.push(time)
      }
      bench.onProgress(name, round + 1)
    }
    const best = failure === undefined ? fastest(others) : undefined
    const note = failure === undefined ? undefined : `${peer?.name}: ${failure}`
    const measured = { name, unit: 'ms', against: 'peer', ours, bar, note } as const
    return rowOf({ ...measured, others: best?.rounds, peerThreads: best?.threads })
  } finally {
    program.dispose()
  }
}
