import type { LayerBlueprint } from './blueprint.ts'
import { leafCost } from './leaf-rules.ts'
import { sizeOf } from './shape.ts'

/**
 * The most values of one sample alive at once in inference: a layer's input and output, and what the residuals around
 * it hold for their sums. Nothing is overwritten in place.
 */
export function peakValues(root: LayerBlueprint): number {
  return peak(root, false)
}

/** Without the input where something outside holds it, and so counts it. */
function peak(blueprint: LayerBlueprint, inputIsHeld: boolean): number {
  const { layer, children } = blueprint
  const own = inputIsHeld ? 0 : sizeOf(blueprint.input)
  if (layer.kind === 'chain') return chainPeak(children, inputIsHeld, own)
  if (layer.kind === 'repeat') {
    const first = peak(children[0], inputIsHeld)
    return layer.times === 1 ? first : Math.max(first, peak(children[0], inputIsHeld && passesInput(children[0])))
  }
  if (layer.kind === 'residual') return residualPeak(blueprint, own)
  return own + (passesInput(blueprint) ? 0 : sizeOf(blueprint.output))
}

function chainPeak(children: readonly LayerBlueprint[], inputIsHeld: boolean, own: number): number {
  let most = own
  let held = inputIsHeld
  for (const child of children) {
    most = Math.max(most, peak(child, held))
    held = held && passesInput(child)
  }
  return most
}

/** The shortcut runs first, then the branch; the input is alive until both have read it, or it is summed itself. */
function residualPeak({ output, children }: LayerBlueprint, own: number): number {
  const [branch, shortcut] = children
  const branchOutput = passesInput(branch) ? 0 : sizeOf(branch.output)
  const shortcutOutput = shortcut === undefined || passesInput(shortcut) ? 0 : sizeOf(shortcut.output)
  const inputIsSummed = branchOutput === 0 || shortcutOutput === 0
  return Math.max(
    own + (shortcut === undefined ? 0 : peak(shortcut, true)),
    own + shortcutOutput + peak(branch, true),
    (inputIsSummed ? own : 0) + shortcutOutput + branchOutput + sizeOf(output),
  )
}

/** Whether the output is the input, unchanged, at inference. */
function passesInput({ layer, input, children }: LayerBlueprint): boolean {
  if (layer.kind === 'residual') return false
  if (layer.kind === 'chain' || layer.kind === 'repeat') return children.every(passesInput)
  return leafCost(layer, input).writes !== 'always'
}
