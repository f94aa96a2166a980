import type { LayerBlueprint } from './blueprint.ts'
import { leafCost } from './leaf-rules.ts'
import { sizeOf } from './shape.ts'

/**
 * Number of values of one sample that are alive in inference while a layer computes, for each layer that computes.
 * While a layer computes, its input and output are alive, and so are the values that residuals around the layer hold
 * for their sums. The count of alive values assumes that no layer overwrites a value in place. For a layer in a loop,
 * the number of alive values is the maximum over all iterations.
 */
export function aliveValues(root: LayerBlueprint): Map<LayerBlueprint, number> {
  const alive = new Map<LayerBlueprint, number>()
  visit(root, { outside: 0, inputIsHeld: false }, alive)
  return alive
}

interface Surroundings {
  /** Number of values that the residuals around the layer hold for their sums. */
  readonly outside: number
  /** Whether the residuals around the layer hold the layer's input in memory for their sums. */
  readonly inputIsHeld: boolean
}

function visit(
  layer: LayerBlueprint,
  { outside, inputIsHeld }: Surroundings,
  alive: Map<LayerBlueprint, number>,
): void {
  const { kind } = layer.layer
  const own = inputIsHeld ? 0 : sizeOf(layer.input)
  const record = (values: number): void => {
    alive.set(layer, Math.max(values, alive.get(layer) ?? 0))
  }
  if (kind === 'chain') {
    let held = inputIsHeld
    for (const child of layer.children) {
      visit(child, { outside, inputIsHeld: held }, alive)
      held = held && passesInput(child)
    }
  } else if (kind === 'repeat') {
    const [block] = layer.children
    visit(block, { outside, inputIsHeld }, alive)
    if (layer.layer.times > 1) visit(block, { outside, inputIsHeld: inputIsHeld && passesInput(block) }, alive)
  } else if (kind === 'residual') {
    // A residual's shortcut runs before the branch. The residual's input stays alive until the shortcut and the branch
    // have read it, or until the input itself is added to the sum.
    const [branch, shortcut] = layer.children
    const branchOutput = passesInput(branch) ? 0 : sizeOf(branch.output)
    const shortcutOutput = shortcut === undefined || passesInput(shortcut) ? 0 : sizeOf(shortcut.output)
    if (shortcut) visit(shortcut, { outside: outside + own, inputIsHeld: true }, alive)
    visit(branch, { outside: outside + own + shortcutOutput, inputIsHeld: true }, alive)
    const inputIsSummed = branchOutput === 0 || shortcutOutput === 0
    record(outside + (inputIsSummed ? own : 0) + shortcutOutput + branchOutput + sizeOf(layer.output))
  } else record(outside + own + (passesInput(layer) ? 0 : sizeOf(layer.output)))
}

/** Whether the layer's output is its unchanged input in inference. */
function passesInput({ layer, input, children }: LayerBlueprint): boolean {
  if (layer.kind === 'residual') return false
  if (layer.kind === 'chain' || layer.kind === 'repeat') return children.every(passesInput)
  return leafCost(layer, input).writes !== 'always'
}
