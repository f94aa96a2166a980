/**
 * Measures how the time of a training step is divided among kernels, and how close each kernel comes to the limits of
 * the machine. The limits follow the roofline model of Williams, Waterman & Patterson (2009). A kernel takes at least
 * its operations divided by the peak speed, and at least its bytes divided by the bandwidth. The longer of both times
 * is the roof of the kernel.
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
  /** Peak speed of all threads together, in GFLOP/s. */
  readonly gflops: number
  /** Bandwidth in GB/s over memory as large as the memory of the program. */
  readonly programBandwidth: number
  /**
   * Bandwidth in GB/s over memory that fits into the cache of a core, for kernels whose operands were just computed.
   */
  readonly cacheBandwidth: number
}

export type Bound = 'compute' | 'memory' | 'cache'

export interface RooflineRow {
  readonly name: string
  readonly size: string
  /** Number of calls in one step. */
  readonly calls: number
  /** Time of all calls in one step, in milliseconds, averaged over the threads. */
  readonly milliseconds: number
  readonly share: number
  /**
   * Number of operations. Convolutions count the direct sum, so GFLOP/s with Winograd's algorithm may exceed the peak.
   */
  readonly operations: number
  /** Least number of operations of the kernel's own algorithm, from which the roof follows. */
  readonly leastOperations: number
  readonly bytes: number
  readonly gflops: number
  readonly gigabytes: number
  /** The limit that determines the roof: compute, memory or cache. Null for rows that are not kernels. */
  readonly bound: Bound | null
  /** Time at the roof, in milliseconds; 0 for rows that are not kernels. */
  readonly roofMilliseconds: number
  /** The fraction of the roof that the kernel reaches; null for rows that are not kernels. */
  readonly ofRoof: number | null
  /** Time beyond the time at the roof, in milliseconds. */
  readonly lostMilliseconds: number
}

export interface Roofline {
  readonly peaks: Peaks
  readonly memoryBytes: number
  readonly threads: number
  readonly precision: 'float32'
  /** The rows in descending order of lost time. */
  readonly rows: readonly RooflineRow[]
  /** Duration of a step of the profiled program, in milliseconds, which is the sum of all rows. */
  readonly profiledMilliseconds: number
  /** Duration of a step without profiling in the fastest round, in milliseconds. */
  readonly stepMilliseconds: number
  /** Duration of a step without profiling in the median round, in milliseconds. */
  readonly stepMedian: number
  /** Duration of a step without profiling in the slowest round, in milliseconds. */
  readonly stepSlowest: number
  readonly rounds: number
}

/** Approximate duration of the steps of a round, in milliseconds. The figure of a round is the mean of its steps. */
const roundMilliseconds = 150
const cacheBytes = 256 * 1024
const largestProbe = 256 * 1024 * 1024

/** The roof of a kernel that took `time` milliseconds: its limit, and the time at the roof, in milliseconds. */
export function roofOf(
  { operations, bytes }: { readonly operations: number; readonly bytes: number },
  time: number,
  { gflops, programBandwidth, cacheBandwidth }: Peaks,
): { readonly bound: Bound; readonly milliseconds: number } {
  const compute = operations / gflops / 1e6
  const memory = bytes / programBandwidth / 1e6
  // A kernel that is faster than memory allows found its operands in the cache.
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

/** The rows of a round. Rows that are not kernels have no roof, so all their time is lost. */
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

/** The speed of a load in the best of five short runs, because a peak is the speed without any other work. */
async function speedOf({ run, amount }: Load): Promise<number> {
  const times: number[] = []
  for (let call = 0; call < 5; call++) times.push(await milliseconds(run))
  return amount / Math.min(...times) / 1e6
}

interface Loads {
  readonly loads: Readonly<Record<keyof Peaks, Load>>
  dispose(): void
}

/** Creates the loads that measure the peaks, on as many threads as the program has. */
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

/** Measures a roofline. The plain program, the profiled program and the peaks of the machine take turns. */
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
    // The first round does not count, because V8 optimizes the code of the peaks during this round.
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
    // The rows come from a single round, so their times add up. The fastest round fits the peaks, which are the best of
    // all rounds. Slower rounds contain other work of the machine.
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
