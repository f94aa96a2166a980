/**
 * Measures several small trainings that run side by side, each on its own thread, as in the command `compare`. The
 * reference is the time of the same trainings one after the other, each on all threads, as in the command `train`.
 */
import type { Backend } from '../backends/backend.ts'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { parseNetwork } from '../network/presets.ts'
import { type Bench, settle, timeTurn, type Work, warmUp } from './measure.ts'
import { type BenchRow, rowOf } from './rows.ts'
import { type PreparedStep, prepareStep } from './training.ts'

export interface SideBySideSize {
  readonly depth: number
  readonly width: number
  readonly batch: number
}

const classes = 10

/**
 * Number of training steps in one call of a program. During a call, a training does not wait for the steps of other
 * trainings.
 */
const stepsOfCall = 16
/** Number of program calls that are timed together. */
const callsOfWork = 2

export const sideBySideName = ({ depth, width }: SideBySideSize): string => `side by side, MLP ${depth} x ${width}`

const repeat =
  (step: Work): Work =>
  async () => {
    for (let call = 0; call < callsOfWork; call++) await step()
  }

/**
 * Measures as many trainings as the bench has threads. The figure is the time in which every training makes one step,
 * in milliseconds.
 */
export async function benchSideBySide(bench: Bench, size: SideBySideSize): Promise<BenchRow> {
  const { backend, threads, exact, effort, seed } = bench
  const { depth, width, batch } = size
  const name = sideBySideName(size)
  bench.onProgress(name, 0)
  const network = parseNetwork(`mlp:depth=${depth},width=${width}`, { classes })
  const prepare = (where: Backend, trial: number): Promise<PreparedStep> =>
    prepareStep(where, { network, input: [width], batch, seed: seed + trial }, { ringSlots: stepsOfCall })
  const lanes: Backend[] = []
  const [beside, after]: [PreparedStep[], PreparedStep[]] = [[], []]
  try {
    for (let trial = 0; trial < threads; trial++) {
      lanes.push(await createWasmBackend({ threads: 1, exact }))
      beside.push(await prepare(lanes[trial], trial))
      after.push(await prepare(backend, trial))
    }
    const sideBySide: Work = () => Promise.all(beside.map(({ step }) => repeat(step)()))
    const inTurns: Work = async () => {
      for (const { step } of after) await repeat(step)()
    }
    for (const work of [sideBySide, inTurns]) await warmUp(bench, work)
    const [ours, others]: [number[], number[]] = [[], []]
    for (let round = 0; round < effort.rounds; round++) {
      for (const [work, times] of [
        [sideBySide, ours],
        [inTurns, others],
      ] as const) {
        await settle(bench)
        times.push((await timeTurn(bench, work)) / (callsOfWork * stepsOfCall))
      }
      bench.onProgress(name, round + 1)
    }
    return rowOf({ name, unit: 'ms', against: 'turns', ours, others })
  } finally {
    for (const { program } of [...beside, ...after]) program.dispose()
    for (const lane of lanes) lane.dispose()
  }
}
