/**
 * Measures how the time of a training step is divided among kernels, and how close each kernel comes to the limits of
 * the machine. The limits of the machine follow the roofline model of Williams, Waterman & Patterson (2009). The roof
 * of a kernel is the least time that the kernel can take. The roof is the longer of two times: operations divided by
 * peak speed, and bytes divided by bandwidth.
 */
import { enableRelaxedSimd } from '../backends/wasm/platform.ts'
import { createInlinePool, createThreadPool } from '../backends/wasm/pool.ts'
import type { Profile } from '../backends/wasm/profile.ts'
import { bytesOf, leastOperationsOf, operationsOf, sizeText } from './cost.ts'
import {
  type Bench,
  type Effort,
  isQuick,
  median,
  milliseconds,
  settle,
  turnSize,
  warmUp,
  yieldToEventLoop,
} from './measure.ts'
import { createBandwidthPeak, createFmaPeak, type Load } from './peak.ts'
import { graphOf, type Problem, prepareProgram, prepareStep } from './training.ts'

export interface Peaks {
  /** Peak speed of all threads of the machine together, in GFLOP/s. */
  readonly gflops: number
  /** Memory bandwidth in GB/s, measured over as much memory as the training program has. */
  readonly programBandwidth: number
  /**
   * Bandwidth in GB/s, measured over memory that fits into the cache of a core. This bandwidth limits a kernel whose
   * operands are still in the cache, because an earlier kernel has just computed the operands.
   */
  readonly cacheBandwidth: number
}

export type Bound = 'compute' | 'memory' | 'cache'

export interface RooflineRow {
  readonly name: string
  readonly size: string
  /** Number of calls of the kernel in one training step. */
  readonly calls: number
  /** Time of all calls of the kernel in one training step, in milliseconds, averaged over the threads. */
  readonly milliseconds: number
  readonly share: number
  /**
   * Number of floating-point operations in one training step. A convolution is counted with the operations of the
   * direct sum, so its GFLOP/s with Winograd's algorithm may exceed the peak.
   */
  readonly operations: number
  /**
   * Least number of floating-point operations of the kernel's own algorithm, from which the kernel's roof is computed.
   */
  readonly leastOperations: number
  readonly bytes: number
  readonly gflops: number
  readonly gigabytes: number
  /** The limit that determines the roof of the kernel: compute, memory or cache; null for rows that are not kernels. */
  readonly bound: Bound | null
  /** The roof of the kernel, which is its least possible time, in milliseconds; 0 for rows that are not kernels. */
  readonly roofMilliseconds: number
  /** The ratio of the kernel's least possible time to its measured time; null for rows that are not kernels. */
  readonly ofRoof: number | null
  /** Measured time of the row minus its least possible time, in milliseconds. */
  readonly lostMilliseconds: number
}

export interface Roofline {
  readonly peaks: Peaks
  readonly memoryBytes: number
  readonly threads: number
  readonly precision: 'float32'
  /** The rows of the roofline in descending order of lost time. */
  readonly rows: readonly RooflineRow[]
  /**
   * Duration of a training step of the profiled program, in milliseconds, which is the sum of the times of all rows.
   */
  readonly profiledMilliseconds: number
  /** Duration of a training step without profiling in the fastest round, in milliseconds. */
  readonly stepMilliseconds: number
  /** Duration of a training step without profiling in the median round, in milliseconds. */
  readonly stepMedian: number
  /** Duration of a training step without profiling in the slowest round, in milliseconds. */
  readonly stepSlowest: number
  readonly rounds: number
}

/**
 * Approximate duration of all steps of a round together, in milliseconds. The figure of a round is the mean duration of
 * its steps.
 */
const roundMilliseconds = 150
const cacheBytes = 256 * 1024
const largestProbe = 256 * 1024 * 1024

/**
 * Returns the roof of a kernel that took `time` milliseconds: the limit that determines the roof, and the kernel's
 * least possible time in milliseconds.
 */
export function roofOf(
  { operations, bytes }: { readonly operations: number; readonly bytes: number },
  time: number,
  { gflops, programBandwidth, cacheBandwidth }: Peaks,
): { readonly bound: Bound; readonly milliseconds: number } {
  const compute = operations / gflops / 1e6
  const memory = bytes / programBandwidth / 1e6
  // If a kernel is faster than the memory bandwidth allows, the kernel found its operands in the cache.
  const [bound, traffic] =
    time < memory ? (['cache', bytes / cacheBandwidth / 1e6] as const) : (['memory', memory] as const)
  return compute >= traffic ? { bound: 'compute', milliseconds: compute } : { bound, milliseconds: traffic }
}

interface RoundOfProfile {
  readonly profile: Profile
  readonly wall: number
  readonly steps: number
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * Returns the rows of the roofline for one round. Rows that are not kernels have no roof, so all of their time counts
 * as lost.
 */
function rowsOf({ profile, wall, steps }: RoundOfProfile, peaks: Peaks): RooflineRow[] {
  const total = wall / steps
  const rows = profile.kernels.map(({ name, kernel, calls, milliseconds: times }): RooflineRow => {
    const time = mean(times) / steps
    const operations = calls * operationsOf(kernel)
    const bytes = calls * bytesOf(kernel, 'float32')
    const leastOperations = calls * leastOperationsOf(kernel)
    const roof = roofOf({ operations: leastOperations, bytes }, time, peaks)
    return {
      name,
      size: sizeText(kernel),
      calls,
      milliseconds: time,
      share: time / total,
      operations,
      leastOperations,
      bytes,
      gflops: operations / time / 1e6,
      gigabytes: bytes / time / 1e6,
      bound: roof.bound,
      roofMilliseconds: roof.milliseconds,
      ofRoof: time > 0 ? roof.milliseconds / time : null,
      lostMilliseconds: Math.max(0, time - roof.milliseconds),
    }
  })
  const waiting = mean(profile.barriers.milliseconds) / steps
  const inside = rows.reduce((sum, row) => sum + row.milliseconds, waiting)
  const idle = (name: string, calls: number, time: number): RooflineRow => ({
    name,
    size: '',
    calls,
    milliseconds: time,
    share: time / total,
    operations: 0,
    leastOperations: 0,
    bytes: 0,
    gflops: 0,
    gigabytes: 0,
    bound: null,
    roofMilliseconds: 0,
    ofRoof: null,
    lostMilliseconds: time,
  })
  const others = [
    idle('waiting at barriers', profile.barriers.calls, waiting),
    idle('starting and ending the step', 1, Math.max(0, total - inside)),
  ]
  return [...rows, ...others].sort((one, other) => other.lostMilliseconds - one.lostMilliseconds)
}

/**
 * Returns the speed of a load in the best of five short runs, because a peak is the speed of a machine without other
 * work.
 */
async function speedOf({ run, amount }: Load): Promise<number> {
  const times: number[] = []
  for (let call = 0; call < 5; call++) times.push(await milliseconds(run))
  return amount / Math.min(...times) / 1e6
}

interface Loads {
  readonly loads: Readonly<Record<keyof Peaks, Load>>
  dispose(): void
}

/** Creates the loads that measure the peaks of the machine, on as many threads as the training program has. */
async function createLoads(bench: Bench, memoryBytes: number): Promise<Loads> {
  const { threads, exact, effort } = bench
  const shared = threads > 1
  const relaxed = (await enableRelaxedSimd()) && !exact
  const pool = shared ? await createThreadPool(threads) : createInlinePool()
  const part = isQuick(effort) ? 20 : 1
  const options = (program: number) => ({ program, shared, relaxed })
  const large = Math.min(memoryBytes, largestProbe)
  const passes = (bytes: number): number => Math.max(1, Math.round(2 ** 27 / part / bytes))
  const bandwidth = (program: number, bytes: number) =>
    createBandwidthPeak(pool, options(program), { bytes, passes: passes(bytes) })
  const loads = {
    gflops: await createFmaPeak(pool, options(0), 2_000_000 / part),
    programBandwidth: await bandwidth(1, large),
    cacheBandwidth: await bandwidth(2, Math.min(memoryBytes, threads * cacheBytes)),
  }
  return { loads, dispose: () => pool.dispose() }
}

/** The name under which the roofline reports its progress. */
export const rooflineName = 'roofline'
export const rooflineRounds = ({ rounds }: Effort): number => 1 + 4 * rounds

/**
 * Measures a roofline. Each round measures the program without profiling, the program with profiling, and the machine's
 * peaks.
 */
export async function measureRoofline(bench: Bench, problem: Problem): Promise<Roofline> {
  const { backend, effort, threads, abort } = bench
  let measured: Loads | undefined
  try {
    const plain = await prepareStep(backend, problem)
    const profiled = await prepareProgram(await backend.compileProfiled(graphOf(problem)), problem)
    const { memoryBytes } = plain.program
    measured = await createLoads(bench, memoryBytes)
    const { loads } = measured
    for (const { step } of [plain, profiled]) await warmUp(bench, step)
    const steps = stepsOfRound(effort, await milliseconds(plain.step))
    const repeat = (step: () => Promise<void>) => async (): Promise<void> => {
      for (let index = 0; index < steps; index++) await step()
    }
    const peaks: Record<keyof Peaks, number[]> = { gflops: [], programBandwidth: [], cacheBandwidth: [] }
    const untimed: number[] = []
    const rounds: RoundOfProfile[] = []
    const total = rooflineRounds(effort)
    // The first round is discarded, because V8 optimizes the code of the peak loads during this round.
    for (let round = 0; round < total; round++) {
      await settle(bench)
      const speeds = {
        gflops: await speedOf(loads.gflops),
        programBandwidth: await speedOf(loads.programBandwidth),
        cacheBandwidth: await speedOf(loads.cacheBandwidth),
      }
      await settle(bench)
      const plainTime = (await milliseconds(repeat(plain.step))) / steps
      profiled.program.takeProfile()
      const wall = await milliseconds(repeat(profiled.step))
      const profile = profiled.program.takeProfile()
      if (round > 0) {
        for (const name of peakNames) peaks[name].push(speeds[name])
        untimed.push(plainTime)
        rounds.push({ profile, wall, steps })
      }
      bench.onProgress(rooflineName, round + 1)
      await yieldToEventLoop(abort)
    }
    const machine: Peaks = {
      gflops: Math.max(...peaks.gflops),
      programBandwidth: Math.max(...peaks.programBandwidth),
      cacheBandwidth: Math.max(...peaks.cacheBandwidth),
    }
    // All rows come from one round, so the times of the rows add up to the time of the step. The rows come from the
    // fastest round, because each peak is also the best value of all rounds. In slower rounds, the machine also did
    // other work.
    const [chosen] = [...rounds].sort((one, other) => one.wall - other.wall)
    return {
      peaks: machine,
      memoryBytes,
      threads,
      precision: 'float32',
      rows: rowsOf(chosen, machine),
      profiledMilliseconds: chosen.wall / chosen.steps,
      stepMilliseconds: Math.min(...untimed),
      stepMedian: median(untimed),
      stepSlowest: Math.max(...untimed),
      rounds: rounds.length,
    }
  } finally {
    measured?.dispose()
  }
}

const peakNames = ['gflops', 'programBandwidth', 'cacheBandwidth'] as const

function stepsOfRound(effort: Effort, time: number): number {
  if (isQuick(effort)) return effort.steps
  return Math.max(turnSize(effort, time).steps, Math.min(1000, Math.round(roundMilliseconds / time)))
}
