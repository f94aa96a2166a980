/**
 * Costs of measurements, and the number of layers that measurements examine. The cost of forward and backward passes is
 * counted in training steps. The seconds for linear algebra and compiling come from scripts/measurement-cost.mjs on the
 * machine that docs/log.md names.
 */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { jacobianSamples } from '../probes/jacobian.ts'
import { stagesOf } from '../probes/stages.ts'
import type { Subject } from './controls.ts'
import type { Measured } from './measured.ts'

/** Number of samples for measurements after training. */
export const measuredSamples = 512
/** Number of samples for gradients in float64. */
export const gradientSamples = 64

/** Seconds to compile a program for a network. */
const compiling = 0.15
/**
 * Seconds per weight of the network for one product with the Hessian. Each product takes a forward and a backward pass
 * at each of two points.
 */
const hessianWeight = 60e-9
const hessianPasses = 40
/**
 * Time limit for all fits of one measurement, in seconds. A measurement whose fits would take longer than `mostFitting`
 * fits fewer layers.
 */
const mostFitting = 4
/** Fewest layers that a measurement fits, even if the fits take longer than `mostFitting`. */
const fewestFitted = 3

const widthOf = (blueprint: Blueprint): number =>
  Math.max(...stagesOf(blueprint.root).map(({ end }) => sizeOf(end.layer.output)))

const within = (seconds: number, most: number): number =>
  Math.max(fewestFitted, Math.min(most, Math.floor(mostFitting / seconds)))

/** Seconds to fit a linear classifier on a stage. Stages with more than 256 values are projected to 256 values. */
const classifierSeconds = (blueprint: Blueprint): number => 0.6 * (Math.min(256, widthOf(blueprint)) / 256) ** 2

/** Seconds to fit an affine map from one stage to the next. Stages with more than 256 values are not fitted. */
const affineSeconds = (blueprint: Blueprint): number => 1.2 * (Math.min(256, widthOf(blueprint)) / 256) ** 3

/** Number of stages on which linear classifiers are fitted. The fitted stages are spread evenly over all stages. */
export const probedStages = (blueprint: Blueprint): number => within(classifierSeconds(blueprint), 24)
/** Number of stages on which affine maps are fitted. The fitted stages are spread evenly over all stages. */
export const fittedStages = (blueprint: Blueprint): number => within(affineSeconds(blueprint), 64)
/** Number of fitted stages that are replaced by affine maps. Each replacement compiles a program. */
export const replacedStages = 12

export interface MeasurementCost {
  /** Number of training steps of the network that take as long as the passes of the measurement. */
  readonly steps: number
  /** Seconds that the measurement takes for linear algebra and compiling. */
  readonly seconds: number
}

export function costOfMeasurement(name: keyof Measured, { network, data, settings }: Subject): MeasurementCost {
  const blueprint = createBlueprint(network, data.shape)
  const stages = stagesOf(blueprint.root).length
  /**
   * Number of training steps that take as long as one pass over the samples of a measurement. A pass in float64 takes
   * twice as long as in float32.
   */
  const steps = (samples: number, isBothWays: boolean, isDouble: boolean): number =>
    (samples * (isBothWays ? 1 : 1 / 3) * (isDouble ? 2 : 1)) / settings.batch
  switch (name) {
    case 'constructive':
      return { steps: steps(4 * measuredSamples, false, true), seconds: 2 * compiling }
    case 'precision':
      return { steps: steps(3 * gradientSamples, true, false), seconds: 2 * compiling }
    case 'sharpness': {
      const weights = blueprint.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
      const seconds = compiling + hessianPasses * hessianWeight * weights
      return { steps: steps(hessianPasses * gradientSamples, true, true), seconds }
    }
    case 'jacobian':
      return { steps: steps(jacobianSamples * sizeOf(blueprint.output), true, true), seconds: compiling }
    case 'linearProbe': {
      const fitted = Math.min(stages, probedStages(blueprint))
      return {
        steps: steps(2 * measuredSamples, false, false),
        seconds: compiling + fitted * classifierSeconds(blueprint),
      }
    }
    case 'withoutBlocks':
      return { steps: steps((Math.min(stages, 128) + 17) * measuredSamples, false, false), seconds: compiling }
    case 'affine': {
      const fitted = Math.min(stages, fittedStages(blueprint))
      const seconds = (1 + Math.min(fitted, replacedStages)) * compiling + fitted * affineSeconds(blueprint)
      return { steps: steps(replacedStages * measuredSamples, false, true), seconds }
    }
  }
}
