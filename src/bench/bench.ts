/**
 * The bench measures the speed of Isobath against fixed bars and side by side with a peer, which is another program.
 * The bench needs Node, so its users load the bench by a dynamic import.
 */
import { availableParallelism } from 'node:os'
import { createWasmBackend } from '../backends/wasm/backend.ts'
import { IsobathError } from '../support/errors.ts'
import { type Hardware, observeHardware } from './hardware.ts'
import { type Bench, type Effort, quickEffort, usualEffort } from './measure.ts'
import { startJaxJs } from './peers/jax-js.ts'
import type { MissingPeer, Peer, PeerName } from './peers/peer.ts'
import { startPytorch } from './peers/pytorch.ts'
import { measureRoofline, type Roofline, rooflineName, rooflineRounds } from './roofline.ts'
import type { BenchRow } from './rows.ts'
import type { Problem } from './training.ts'
import { tasksOf, usualWorkload, type Workload } from './workload.ts'

export interface BenchOptions {
  /**
   * Number of threads of the bench; one for each core by default. With 1 thread, the bench measures processor time, so
   * other programs do not affect the figures.
   */
  readonly threads?: number
  readonly exact?: boolean
  /** Whether convolutions may use Winograd's algorithm; if false, all convolutions use the direct sum. */
  readonly winograd?: boolean
  readonly seed?: number
  /**
   * Whether the bench measures only one short round, without warm-up. A quick bench shows that everything runs, but its
   * figures are rough.
   */
  readonly quick?: boolean
  /** Number of rounds of measurements; 5 by default, or 1 for a quick bench. */
  readonly rounds?: number
  readonly abort?: AbortSignal
  /** Called with all planned rows of the bench before the first row is measured. */
  readonly onStart?: (rows: readonly PlannedRow[]) => void
  readonly onProgress?: Bench['onProgress']
}

export interface PlannedRow {
  readonly name: string
  readonly rounds: number
  /** Estimated duration of one round of the row, in seconds. */
  readonly seconds: number
}

export interface RowsOptions extends BenchOptions {
  /** Measures only the rows whose name contains this text, ignoring case. */
  readonly only?: string
  readonly peer?: PeerName
  /** Path of the Python interpreter that has PyTorch; by default Debian's /usr/bin/python3. */
  readonly python?: string
  readonly workload?: Workload
}

export interface DescribedPeer {
  readonly name: string
  readonly version: string
  readonly facts: Readonly<Record<string, string>>
  readonly warning: string | null
}

interface Conditions {
  readonly machine: Hardware
  readonly threads: number
  readonly exact: boolean
  readonly winograd: boolean
  readonly quick: boolean
  readonly rounds: number
}

export interface BenchResult extends Conditions {
  readonly steps: number
  readonly peer: DescribedPeer | null
  /** The reason why the requested peer program can't be measured; null if no requested peer is missing. */
  readonly missing: string | null
  /** Whether the bench was stopped before all rows were measured. */
  readonly interrupted: boolean
  readonly rows: readonly BenchRow[]
}

export interface RooflineResult extends Conditions {
  /** The measured roofline; null if the bench was stopped. */
  readonly roofline: Roofline | null
}

async function startPeer({ peer, python, abort }: RowsOptions): Promise<Peer | MissingPeer | null> {
  if (peer === undefined) return null
  return peer === 'pytorch' ? startPytorch(python, abort) : startJaxJs()
}

const threadsOf = ({ threads = availableParallelism() }: BenchOptions): number => threads

async function createBench(options: BenchOptions): Promise<Bench> {
  const { exact = false, winograd = true, seed = 0, quick = false } = options
  const threads = threadsOf(options)
  const effort: Effort = quick ? quickEffort : usualEffort
  return {
    backend: await createWasmBackend({ threads: threads === 1 ? 'inline' : threads, exact, winograd }),
    threads,
    exact,
    winograd,
    effort: { ...effort, rounds: options.rounds ?? effort.rounds },
    seed,
    abort: options.abort ?? new AbortController().signal,
    onProgress: options.onProgress ?? (() => {}),
  }
}

const conditionsOf = ({ threads, exact, winograd, effort }: Bench, quick = false) => ({
  threads,
  exact,
  winograd,
  quick,
  rounds: effort.rounds,
})

/**
 * Measures the rows of the bench. If the signal `abort` stops the bench, the result has the finished rows. Throws an
 * `option` error if no row name contains the text of the option `only`.
 */
export async function runBench(options: RowsOptions = {}): Promise<BenchResult> {
  const { only = '', workload = usualWorkload } = options
  const isWanted = (name: string): boolean => name.toLowerCase().includes(only.toLowerCase())
  const all = tasksOf(workload, threadsOf(options))
  const tasks = all.filter(({ names }) => names.some(isWanted))
  if (tasks.length === 0) {
    const names = all.flatMap((task) => task.names).join('; ')
    throw new IsobathError('option', `--only: expected a part of a row's name (${names}), got "${only}".`)
  }
  const describeHardware = observeHardware()
  const bench = await createBench(options)
  const started = await startPeer(options)
  const peer = started && 'prepare' in started ? started : null
  const rows: BenchRow[] = []
  const { rounds } = bench.effort
  const planned = tasks.map(({ names: [name], seconds }) => ({ name, rounds, seconds: seconds[peer ? 1 : 0] }))
  options.onStart?.(planned)
  try {
    for (const task of tasks) {
      bench.abort.throwIfAborted()
      const found = await task.run(bench, peer)
      rows.push(...found.filter(({ name }) => isWanted(name)))
    }
  } catch (error) {
    if (!bench.abort.aborted) throw error
  } finally {
    peer?.dispose()
    bench.backend.dispose()
  }
  return {
    machine: describeHardware(),
    ...conditionsOf(bench, options.quick),
    steps: bench.effort.steps,
    peer: peer && { name: peer.name, version: peer.version, facts: peer.facts, warning: peer.warning },
    missing: started && 'missing' in started ? started.missing : null,
    interrupted: bench.abort.aborted,
    rows,
  }
}

/** Measures how the time of a training step is divided among the kernels of the network. */
export async function runRoofline(problem: Problem, options: BenchOptions = {}): Promise<RooflineResult> {
  const describeHardware = observeHardware()
  const bench = await createBench(options)
  options.onStart?.([{ name: rooflineName, rounds: rooflineRounds(bench.effort), seconds: 1 }])
  let roofline: Roofline | null = null
  try {
    roofline = await measureRoofline(bench, problem)
  } catch (error) {
    if (!bench.abort.aborted) throw error
  } finally {
    bench.backend.dispose()
  }
  return { machine: describeHardware(), ...conditionsOf(bench, options.quick), roofline }
}
