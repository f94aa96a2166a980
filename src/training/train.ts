/** The training loop: fills the ring with batches while the program works through the other half of it. */
import { type Backend, fillInput, type InputRows, type Program, type Values } from '../backends/backend.ts'
import type { Blueprint, Shape } from '../blueprint/blueprint.ts'
import { sameShape } from '../blueprint/shape.ts'
import { createAugmenter } from '../data/augment.ts'
import { type Batches, createBatches } from '../data/batches.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Position } from '../data/order.ts'
import type { Standardiser } from '../data/standardise.ts'
import { isOptimizerState } from '../graph/programs.ts'
import type { TrainingSettings } from '../settings/options.ts'
import { IsobathError } from '../support/errors.ts'
import { type CheckpointClock, createCheckpointClock } from './checkpoint-clock.ts'
import { type Divergence, locateDivergence } from './divergence.ts'
import type { Weights } from './evaluate.ts'
import { chooseStep, type StepChoice } from './fit.ts'
import { isLogged } from './logged-steps.ts'
import type { Measurer } from './measurements.ts'
import { type Observer, showObservers } from './observers.ts'
import { createPace, type Pace } from './pace.ts'
import { stepInputs } from './step-inputs.ts'
import { type Targets, targetsOf } from './targets.ts'

export interface LossRecord {
  /** Updates made before; 0 is the first step. */
  readonly step: number
  /** The batch's mean loss before the update, weight decay not included. */
  readonly loss: number
}

export interface OptimizerState {
  readonly shape: Shape
  readonly values: Values
}

/** Everything that the next step depends on. */
export interface TrainingState {
  /** Updates made so far. */
  readonly step: number
  /** Parameters and running statistics, in the network's order. */
  readonly weights: Map<string, Values>
  /** What the optimizer keeps from step to step, by the names of the training graph's states; empty for plain SGD. */
  readonly optimizer: Map<string, OptimizerState>
  readonly position: Position
  /** The first step after a warm-up whose end is an error; absent before it, and where there is none. */
  readonly warmedUpAt?: number
}

export interface TrainingOutcome {
  readonly losses: readonly LossRecord[]
  readonly diverged: Divergence | null
  /** True when the caller stopped the run before its last step. */
  readonly interrupted: boolean
  readonly state: TrainingState
  /** Bytes of memory that the training program used. */
  readonly memoryBytes: number
  /** True where activations of repeated layers were computed again, since they didn't all fit into memory. */
  readonly recompute: boolean
}

export interface TrainingTask {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly standardiser: Standardiser
  readonly backend: Backend
  /** Values of all parameters and running statistics before the first of these steps. */
  readonly weights: Weights
  /** Where a run goes on that was begun before; from its first step when absent. */
  readonly start?: Omit<TrainingState, 'weights'>
  /** Called when the program has its copy of the weights and of the optimizer's states, which need not be kept then. */
  readonly onLoaded?: () => void
  /** How a step is compiled; chosen when absent. */
  readonly step?: StepChoice
  /** Steps between checkpoints; about every 30 seconds when absent. */
  readonly checkpointEvery?: number
  /** Called with the state between two steps when a checkpoint is due; not after the last step. */
  readonly onCheckpoint?: (state: TrainingState) => Promise<void>
  readonly observers?: readonly Observer[]
  /** Measures the network between two steps, and ends the warm-up. */
  readonly measurer?: Measurer
  /** Stops the run after the steps under way. */
  readonly abort?: AbortSignal
  /** Called now and then with the number of steps done and what was logged since the last call. */
  readonly onProgress?: (done: number, losses: readonly LossRecord[]) => void
}

/** Trains until the steps are done, the numbers aren't finite or the caller stops it. Throws a `memory` error. */
export async function runTraining(task: TrainingTask): Promise<TrainingOutcome> {
  const { blueprint, data, settings, backend } = task
  const { batch, seed, order, augment } = settings
  const choose = () => chooseStep(blueprint, settings, backend, (task.observers ?? []).length > 0)
  const { graph, ringSlots, recompute } = task.step ?? choose()
  const program = await backend.compile(graph, { ringSlots })
  try {
    for (const { name } of blueprint.parameters) program.upload(name, task.weights.get(name) ?? [])
    const { standardiser, start } = task
    if (start) writeOptimizer(program, start)
    task.onLoaded?.()
    const augmenter = createAugmenter(augment, data.shape, seed)
    const batches = createBatches(data.train, standardiser, {
      batch,
      order,
      seed,
      position: start?.position,
      augmenter,
    })
    return { ...(await new Trainer(task, program, batches).run()), recompute }
  } finally {
    program.dispose()
  }
}

/** The names of what the optimizer keeps from step to step. */
function optimizerInputs({ graph }: Program) {
  return graph.inputs.filter(({ name, role }) => role === 'state' && isOptimizerState(name))
}

/** Before the first step nothing is kept yet, and the program starts with zeros. */
function writeOptimizer(program: Program, { step, optimizer }: Omit<TrainingState, 'weights'>): void {
  for (const { name, value } of optimizerInputs(program)) {
    const state = optimizer.get(name)
    if (!state && step === 0) continue
    if (!state || !sameShape(state.shape, value.shape)) {
      throw new IsobathError(
        'run',
        `checkpoint: expected ${name} of the shape [${value.shape.join(', ')}]. The run was changed.`,
      )
    }
    program.upload(name, state.values)
  }
}

class Trainer {
  private readonly losses: LossRecord[] = []
  /** The weights as they were measured last. */
  private readonly measured = new Map<string, Values>()
  private readonly targets: Targets
  /** Steps in half of the ring. */
  private readonly group: number
  private readonly pace: Pace
  private readonly clock: CheckpointClock
  /** Steps between which the program must stand still, beside the checkpoints by time. */
  private readonly stops: readonly number[]
  private done: number
  private warmedUpAt: number | undefined
  /** Steps whose batches were filled in. */
  private prepared: number

  constructor(
    private readonly task: TrainingTask,
    private readonly program: Program,
    private readonly batches: Batches,
  ) {
    this.group = program.ringSlots / 2
    this.pace = createPace(this.group)
    this.targets = targetsOf(task)
    this.clock = createCheckpointClock(task.checkpointEvery)
    const { checkpointEvery = [], observers = [], settings } = task
    const { evaluateEvery = [], probes, schedule } = settings
    const looks = schedule.untilError?.every ?? []
    const probeEvery = probes?.every ?? []
    this.stops = [checkpointEvery, observers.map(({ every }) => every), evaluateEvery, probeEvery, looks].flat()
    this.done = task.start?.step ?? 0
    this.warmedUpAt = task.start?.warmedUpAt
    this.prepared = this.done
  }

  async run(): Promise<Omit<TrainingOutcome, 'recompute'>> {
    const { settings, abort } = this.task
    let half = 0
    let next = this.prepare(half)
    while (next > 0) {
      const count = next
      const first = this.done
      if (!(await this.measure(half, count))) break
      const running = this.pace.time(count, () => this.program.run(half * this.group, count))
      half = 1 - half
      next = abort?.aborted ? 0 : this.prepare(half)
      const { finished, losses } = await running
      this.done = first + finished
      this.log(first, losses)
      if (finished < count) return this.finish(await this.locate(1 - half, finished, first))
      await this.pause(losses[count - 1], next > 0)
    }
    return this.finish(null, this.done < settings.steps)
  }

  /** Before a group of steps that lie in this half of the ring; false where the caller stopped the run meanwhile. */
  private async measure(half: number, count: number): Promise<boolean> {
    const { measurer, settings } = this.task
    const isWarm = settings.schedule.untilError === undefined || this.warmedUpAt !== undefined
    if (!measurer?.isDue(this.done, isWarm)) return true
    const found = await measurer.measure(this.done, isWarm, () => this.readAgain())
    if (found === 'stopped') return false
    if (isWarm || found === 'cold') return true
    // Their inputs were filled in with the rate of the warm-up.
    this.warmedUpAt = this.done
    for (let index = 0; index < count; index++) this.writeScalars(half * this.group + index, this.done + index)
    return true
  }

  /** Between two groups of steps, when the program stands still; the last step had this loss. */
  private async pause(loss: number, goesOn: boolean): Promise<void> {
    const { observers = [], onCheckpoint, settings } = this.task
    const step = this.done
    if (observers.length > 0) {
      await showObservers(observers, this.program, { step, loss, isLast: step === settings.steps })
    }
    if (onCheckpoint && goesOn && this.clock.isDue(step))
      await this.clock.time(async () => onCheckpoint(await this.readState()))
  }

  /** Fills half of the ring, or less of it; gives the number of steps. */
  private prepare(half: number): number {
    const { settings } = this.task
    const toStop = this.stops.map((every) => every - (this.prepared % every))
    const count = Math.min(this.pace.next(), settings.steps - this.prepared, ...toStop)
    for (let index = 0; index < count; index++) {
      const slot = half * this.group + index
      const step = this.prepared + index
      this.fillBatch(slot)
      this.writeScalars(slot, step)
    }
    this.prepared += count
    return count
  }

  private fillBatch(slot: number): void {
    const { program, batches, targets } = this
    fillInput(program, 'x', slot, (samples) => {
      const indices = batches.next(samples)
      fillInput(program, targets.input, slot, (rows) => targets.fill(rows, indices, samples))
    })
  }

  private writeScalars(slot: number, step: number): void {
    const inputs = stepInputs(this.task.settings, step, this.warmedUpAt)
    for (const [name, value] of inputs) this.program.upload(name, [value], slot)
  }

  private log(first: number, losses: Float64Array): void {
    const { settings, onProgress } = this.task
    const fresh: LossRecord[] = []
    losses.forEach((loss, index) => {
      if (isLogged(first + index, settings)) fresh.push({ step: first + index, loss })
    })
    this.losses.push(...fresh)
    onProgress?.(this.done, fresh)
  }

  /** The run stopped before the update of a step whose loss wasn't finite: its batch shows where. */
  private async locate(half: number, finished: number, first: number): Promise<Divergence> {
    const inputs = await this.program.download('x', { slot: half * this.group + finished })
    const { blueprint, backend, settings, standardiser } = this.task
    const { batch } = settings
    const { size } = standardiser
    const fill = (indices: Uint32Array, { array, offset, stride }: InputRows): void => {
      indices.forEach((sample, row) => {
        array.set(inputs.subarray(sample * size, (sample + 1) * size), offset + row * stride)
      })
    }
    const samples = { count: batch, fill }
    const weights = await this.readWeights()
    return locateDivergence({ blueprint, backend, weights, samples, batch, step: first + finished })
  }

  /** Where the batches go on; those that were filled in and not used don't count. */
  private findPosition(): Position {
    const { settings, data } = this.task
    const used = this.done * settings.batch
    return { epoch: Math.floor(used / data.train.count), offset: used % data.train.count }
  }

  private async readWeights(): Promise<Map<string, Values>> {
    const weights = new Map<string, Values>()
    for (const { name } of this.task.blueprint.parameters) weights.set(name, await this.program.download(name))
    return weights
  }

  /** For those who have done with them by the next time: into the same memory. */
  private async readAgain(): Promise<Map<string, Values>> {
    const { program, measured } = this
    for (const { name } of this.task.blueprint.parameters) {
      measured.set(name, await program.download(name, { into: measured.get(name) }))
    }
    return measured
  }

  private async readState(): Promise<TrainingState> {
    const optimizer = new Map<string, OptimizerState>()
    for (const { name, value } of optimizerInputs(this.program)) {
      optimizer.set(name, { shape: value.shape, values: await this.program.download(name) })
    }
    const { done: step, warmedUpAt } = this
    // What was measured before this very step is measured again by who goes on from here.
    const warm = warmedUpAt === undefined || warmedUpAt === step ? {} : { warmedUpAt }
    return { step, weights: await this.readWeights(), optimizer, position: this.findPosition(), ...warm }
  }

  private async finish(diverged: Divergence | null, interrupted = false): Promise<Omit<TrainingOutcome, 'recompute'>> {
    const { losses, program } = this
    return { losses, diverged, interrupted, state: await this.readState(), memoryBytes: program.memoryBytes }
  }
}
