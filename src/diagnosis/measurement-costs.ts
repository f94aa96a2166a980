/**
 * What measurements cost, and how much of a network they look at. Passes are counted in training steps; linear algebra and
 * compiling take the seconds that scripts/measurement-cost.mjs found on the machine that docs/log.md names.
 */
import type { Blueprint } from '../blueprint/blueprint.ts'
import { createBlueprint } from '../blueprint/create.ts'
import { sizeOf } from '../blueprint/shape.ts'
import { outputsOf } from '../data/dataset.ts'
import { jacobianSamples } from '../probes/jacobian.ts'
import { stagesOf } from '../probes/stages.ts'
import type { Subject } from './controls.ts'
import type { Measured } from './measured.ts'

/** Samples of what is measured after training, and of gradients in float64. */
export const measuredSamples = 512
export const gradientSamples = 64

/** Seconds to compile a program for a network. */
const compiling = 0.15
/** Seconds for one weight's part in a product with the Hessian: two directions, there and back. */
const hessianWeight = 60e-9
const hessianPasses = 40
/** Seconds of the fits of one measurement, as far as fewer layers can be looked at; and so many are in any case. */
const mostFitting = 4
const fewestFitted = 3

const widthOf = (blueprint: Blueprint): number =>
  Math.max(...stagesOf(blueprint.root).map(({ end }) => sizeOf(end.layer.output)))

const within = (seconds: number, most: number): number =>
  Math.max(fewestFitted, Math.min(most, Math.floor(mostFitting / seconds)))

/** Seconds to fit a linear classifier on a stage; wider ones are projected to 256 values. */
const classifierSeconds = (blueprint: Blueprint): number => 0.6 * (Math.min(256, widthOf(blueprint)) / 256) ** 2

/** Seconds to fit an affine map from one stage to the next; wider ones aren't. */
const affineSeconds = (blueprint: Blueprint): number => 1.2 * (Math.min(256, widthOf(blueprint)) / 256) ** 3

/** Stages that linear classifiers, and affine maps, are fitted on, spread evenly where there are more. */
export const probedStages = (blueprint: Blueprint): number => within(classifierSeconds(blueprint), 24)
export const fittedStages = (blueprint: Blueprint): number => within(affineSeconds(blueprint), 64)
/** Of these, those that are replaced, each with a program of its own. */
export const replacedStages = 12

export interface MeasurementCost {
  /** As many of the network's steps as its passes take. */
  readonly steps: number
  readonly seconds: number
}

export function costOfMeasurement(name: keyof Measured, { network, data, settings }: Subject): MeasurementCost {
  const blueprint = createBlueprint(network, data.shape)
  const stages = stagesOf(blueprint.root).length
  /** Passes of so many samples, forward alone or back as well; float64 takes twice as long. */
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
      return { steps: steps(jacobianSamples * outputsOf(data), true, true), seconds: compiling }
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
