/** The workload of the bench: all rows and their sizes. */
import { benchCompile, benchDepth, compileRowNames, type DepthPair, stepRowName } from './depth.ts'
import type { Bench } from './measure.ts'
import type { Peer } from './peers/peer.ts'
import {
  benchProduct,
  convWork,
  gemmWork,
  type ImageSize,
  imageSizes,
  type ProductWork,
  productNames,
  productRowName,
} from './products.ts'
import type { BenchRow } from './rows.ts'
import { benchSideBySide, type SideBySideSize, sideBySideName } from './side-by-side.ts'
import {
  benchStep,
  type MlpSize,
  mlpSizes,
  mlpWork,
  type ResnetSize,
  resnetSizes,
  resnetWork,
  type StepWork,
} from './steps.ts'

export interface Workload {
  readonly mlps: readonly MlpSize[]
  readonly resnets: readonly ResnetSize[]
  readonly productSize: number
  readonly convs: readonly ImageSize[]
  readonly compileDepths: DepthPair
  readonly stepDepths: DepthPair
  readonly sideBySide: SideBySideSize
}

export const usualWorkload: Workload = {
  mlps: mlpSizes,
  resnets: resnetSizes,
  productSize: 1024,
  convs: imageSizes,
  compileDepths: [10, 10_000],
  stepDepths: [200, 2000],
  sideBySide: { depth: 20, width: 64, batch: 128 },
}

/** A task of the bench: rows that are measured together. */
export interface BenchTask {
  /** The names of the task's rows. The progress of the task is reported under the first name. */
  readonly names: readonly string[]
  /** Estimated duration of one round of the task in seconds, for Isobath alone and for Isobath with a peer. */
  readonly seconds: readonly [alone: number, withPeer: number]
  run(bench: Bench, peer: Peer | null): Promise<readonly BenchRow[]>
}

const stepTask = (work: StepWork): BenchTask => ({
  names: [work.name],
  seconds: work.seconds,
  run: async (bench, peer) => [await benchStep(bench, work, peer)],
})

/** Returns the estimated durations of a task that measures no peer, so that both durations are the same. */
const always = (seconds: number): BenchTask['seconds'] => [seconds, seconds]

const productTasks = (work: ProductWork): BenchTask[] =>
  productNames.map((product) => ({
    names: [productRowName(work, product)],
    seconds: always(0.7),
    run: async (bench) => [await benchProduct(bench, work, product)],
  }))

/** Lists the tasks of the bench, in the order of the table. */
export function tasksOf(workload: Workload, threads: number): readonly BenchTask[] {
  const { mlps, resnets, productSize, convs, compileDepths, stepDepths, sideBySide } = workload
  /** With one thread, no trainings run side by side, so the row for such trainings is left out. */
  const trainings = threads > 1 ? [sideBySide] : []
  return [
    ...[...mlps.map(mlpWork), ...resnets.map(resnetWork)].map(stepTask),
    ...[gemmWork(productSize), ...convs.map(convWork)].flatMap(productTasks),
    {
      names: compileRowNames(compileDepths),
      seconds: always(0.4),
      run: (bench: Bench) => benchCompile(bench, compileDepths),
    },
    {
      names: [stepRowName(stepDepths)],
      seconds: always(1.7),
      run: async (bench: Bench) => [await benchDepth(bench, stepDepths)],
    },
    ...trainings.map((size) => ({
      names: [sideBySideName(size)],
      seconds: always(2.2),
      run: async (bench: Bench) => [await benchSideBySide(bench, size)],
    })),
  ]
}
