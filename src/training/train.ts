/** The training loop: fills the ring with batches while the program works through the other half of it. */
import type { Backend, InputRows, Program } from '../backends/backend.ts'
import type { Blueprint } from '../blueprint/blueprint.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { type Batches, createBatches } from '../data/batches.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Position } from '../data/order.ts'
import type { Rows } from '../data/rows.ts'
import type { Standardiser } from '../data/standardise.ts'
import { trainingGraph, velocityName } from '../graph/programs.ts'
import { IsobathError } from '../support/errors.ts'
import { type Divergence, locateDivergence } from './divergence.ts'
import type { Weights } from './evaluate.ts'
import { chooseRing } from './fit.ts'
import type { TrainingSettings } from './options.ts'
import { createPace, type Pace } from './pace.ts'
import { scheduleFactor } from './schedules.ts'

export interface LossRecord {
  /** Updates made before; 0 is the first step. */
  readonly step: number
  /** The batch's mean loss before the update, weight decay not included. */
  readonly loss: number
}

/** Everything that the next step depends on. */
export interface TrainingState {
  /** Updates made so far. */
  readonly step: number
  /** Parameters and running statistics, in the network's order. */
  readonly weights: ReadonlyMap<string, Float64Array>
  /** The velocities, by their parameters' names; empty for plain SGD. */
  readonly velocities: ReadonlyMap<string, Float64Array>
  readonly position: Position
}

export interface TrainingOutcome {
  readonly losses: readonly LossRecord[]
  readonly diverged: Divergence | null
  /** True when the caller stopped the run before its last step. */
  readonly interrupted: boolean
  readonly state: TrainingState
  /** Bytes of memory that the training program used. */
  readonly memoryBytes: number
}

export interface TrainingTask {
  readonly blueprint: Blueprint
  readonly data: Dataset
  readonly settings: TrainingSettings
  readonly standardiser: Standardiser
  readonly backend: Backend
  /** Initial values of all parameters and running statistics. */
  readonly weights: Weights
  /** Stops the run after the steps under way. */
  readonly abort?: AbortSignal
  /** Called now and then with the number of steps done and what was logged since the last call. */
  readonly onProgress?: (done: number, losses: readonly LossRecord[]) => void
}

/** The data's classes must be the network's outputs. Throws a `network` error. */
export function checkOutputs(blueprint: Blueprint, data: Dataset): void {
  const outputs = sizeOf(blueprint.output)
  if (outputs === data.classes) return
  throw new IsobathError(
    'network',
    `output: expected ${data.classes} values, one for each class of ${data.name}, got ${outputs}. Set the last dense layer's width to ${data.classes}.`,
  )
}

/** Trains until the steps are done, the numbers aren't finite or the caller stops it. Throws a `memory` error. */
export async function runTraining(task: TrainingTask): Promise<TrainingOutcome> {
  const { blueprint, data, settings, backend } = task
  const { batch, loss, optimizer, seed, order } = settings
  const graph = trainingGraph(blueprint, { batch, loss, optimizer: optimizer.rule, seed })
  const program = await backend.compile(graph, { ringSlots: chooseRing(settings, blueprint) })
  try {
    for (const { name } of blueprint.parameters) program.write(name, task.weights.get(name) ?? [])
    const { standardiser } = task
    const batches = createBatches(data.train, standardiser, { batch, order, seed })
    return await new Trainer(task, program, batches).run()
  } finally {
    program.dispose()
  }
}

class Trainer {
  private readonly losses: LossRecord[] = []
  private readonly labels: Rows
  /** Steps in half of the ring. */
  private readonly group: number
  private readonly pace: Pace
  private done = 0
  /** Steps whose batches were filled in. */
  private prepared = 0

  constructor(
    private readonly task: TrainingTask,
    private readonly program: Program,
    private readonly batches: Batches,
  ) {
    this.group = program.ringSlots / 2
    this.pace = createPace(this.group)
    this.labels = { array: new Int32Array(task.settings.batch), offset: 0, stride: 1 }
  }

  async run(): Promise<TrainingOutcome> {
    const { settings, abort } = this.task
    let half = 0
    let next = this.prepare(half)
    while (next > 0) {
      const count = next
      const first = this.done
      const running = this.pace.time(count, () => this.program.run(half * this.group, count))
      half = 1 - half
      next = abort?.aborted ? 0 : this.prepare(half)
      const { finished } = await running
      this.done = first + finished
      this.log(1 - half, first, finished)
      if (finished < count) return this.finish(await this.locate(1 - half, finished, first))
    }
    return this.finish(null, this.done < settings.steps)
  }

  /** Fills half of the ring, or less of it; gives the number of steps. */
  private prepare(half: number): number {
    const { settings } = this.task
    const count = Math.min(this.pace.next(), settings.steps - this.prepared)
    for (let index = 0; index < count; index++) {
      const slot = half * this.group + index
      const step = this.prepared + index
      this.batches.next(this.program.inputRows('x', slot), this.labels)
      this.writeLabels(slot)
      this.program.write(
        'rate',
        [settings.optimizer.rate * scheduleFactor(settings.schedule, step, settings.steps)],
        slot,
      )
      this.program.write('step', [step], slot)
    }
    this.prepared += count
    return count
  }

  private writeLabels(slot: number): void {
    const { settings, data } = this.task
    if (settings.loss === 'cross-entropy') {
      this.program.write('labels', this.labels.array, slot)
      return
    }
    const { array, offset, stride } = this.program.inputRows('targets', slot)
    this.labels.array.forEach((label, row) => {
      for (let output = 0; output < data.classes; output++) {
        array[offset + row * stride + output] = output === label ? 1 : 0
      }
    })
  }

  private log(half: number, first: number, finished: number): void {
    const { settings, onProgress } = this.task
    const fresh: LossRecord[] = []
    for (let index = 0; index < finished; index++) {
      const step = first + index
      const isLogged = step % settings.logEvery === 0 || step === settings.steps - 1
      if (isLogged) fresh.push({ step, loss: this.program.read('loss', half * this.group + index)[0] })
    }
    this.losses.push(...fresh)
    onProgress?.(this.done, fresh)
  }

  /** The run stopped before the update of a step whose loss wasn't finite: its batch shows where. */
  private async locate(half: number, finished: number, first: number): Promise<Divergence> {
    const { array, offset, stride } = this.program.inputRows('x', half * this.group + finished)
    const { blueprint, backend, settings, standardiser } = this.task
    const { batch } = settings
    const fill = (indices: Uint32Array, rows: InputRows): void => {
      indices.forEach((sample, row) => {
        for (let index = 0; index < standardiser.size; index++) {
          rows.array[rows.offset + row * rows.stride + index] = array[offset + sample * stride + index]
        }
      })
    }
    const samples = { count: batch, fill }
    return locateDivergence({ blueprint, backend, weights: this.readWeights(), samples, batch, step: first + finished })
  }

  /** Where the batches go on; those that were filled in and not used don't count. */
  private findPosition(): Position {
    const { settings, data } = this.task
    const used = this.done * settings.batch
    return { epoch: Math.floor(used / data.train.count), offset: used % data.train.count }
  }

  private readWeights(): Map<string, Float64Array> {
    const { parameters } = this.task.blueprint
    return new Map(parameters.map(({ name }) => [name, this.program.read(name)]))
  }

  private finish(diverged: Divergence | null, interrupted = false): TrainingOutcome {
    const states = this.program.graph.inputs.filter(({ role }) => role === 'state').map(({ name }) => name)
    const velocities = new Map<string, Float64Array>()
    for (const { name } of this.task.blueprint.parameters) {
      if (states.includes(velocityName(name))) velocities.set(name, this.program.read(velocityName(name)))
    }
    const state = { step: this.done, weights: this.readWeights(), velocities, position: this.findPosition() }
    return { losses: this.losses, diverged, interrupted, state, memoryBytes: this.program.memoryBytes }
  }
}
