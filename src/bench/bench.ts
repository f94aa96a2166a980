/**
 * The bench: speed on the project's own terms and side by side with a peer. For Node only; whoever uses it loads it by a
 * dynamic import.
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
  /** One for each core by default. With 1, all is timed by the processor's time: what else runs doesn't count. */
  readonly threads?: number
  readonly exact?: boolean
  /** False: convolutions by the direct sum alone. */
  readonly winograd?: boolean
  readonly seed?: number
  /** One short round without warm-up: shows that everything runs, but its figures are rough. */
  readonly quick?: boolean
  /** 5 by default. */
  readonly rounds?: number
  readonly abort?: AbortSignal
  /** Told of all rows before the first is measured. */
  readonly onStart?: (rows: readonly PlannedRow[]) => void
  readonly onProgress?: Bench['onProgress']
}

export interface PlannedRow {
  readonly name: string
  readonly rounds: number
  /** About how long a round takes. */
  readonly seconds: number
}

export interface RowsOptions extends BenchOptions {
  /** Only the rows whose name has this text in it, in capitals or not. */
  readonly only?: string
  readonly peer?: PeerName
  /** The Python that has PyTorch; Debian's by default. */
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
  /** Why there is no peer although one was asked for. */
  readonly missing: string | null
  /** True when the bench was stopped: then rows are missing. */
  readonly interrupted: boolean
  readonly rows: readonly BenchRow[]
}

export interface RooflineResult extends Conditions {
  /** Null when the bench was stopped. */
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
 * Measures the rows. When `abort` is aborted it ends with the rows that were finished. Throws an `option` error when no
 * row has the text of `only`.
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

/** Measures where the time of a network's training step goes. */
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
