/** Rules that decide the class of a sample from the outputs of a network. */

/** Returns the class of a sample, counted from 0. `outputs`: the outputs of the network for the sample. */
export type DecideClass = (outputs: Float64Array) => number

/** Decides for the class with the largest output. Among equal outputs, the first one decides. */
export const largestOutput: DecideClass = (outputs) => {
  let best = 0
  for (let output = 1; output < outputs.length; output++) if (outputs[output] > outputs[best]) best = output
  return best
}
