/** Finds the loops that carry the output of an activation function from iteration to iteration. */
import type { Attributes, Carried, LoopNode, Node, Value } from '../../../graph/graph.ts'
import { readsAny } from '../../../graph/graph.ts'
import { activationNamed, activations } from '../../../network/activations.ts'

/**
 * Maps a carried value to the attributes of the activation that makes the value, both before the loop and in every
 * iteration.
 */
export type CarriedActivations = ReadonlyMap<Carried, Attributes>

/**
 * Maps a value to the attributes of the activation that made it. The activation's derivative must be computable from
 * the activation's output alone.
 */
type Makers = Map<Value, Attributes>

/** Finds the carried values that are outputs of activations. `nodes` is a whole forward pass. */
export function findCarriedActivations(nodes: readonly Node[]): CarriedActivations {
  return find(nodes, new Map())
}

function find(nodes: readonly Node[], makers: Makers): Map<Carried, Attributes> {
  const found = new Map<Carried, Attributes>()
  for (const node of nodes) {
    if (node.kind === 'loop') {
      for (const [carried, activation] of findInLoop(node, nodes, makers)) found.set(carried, activation)
      continue
    }
    const { function: name, slope } = node.attributes
    const isKept =
      node.op === 'activation' && activations[activationNamed(name)].derivedFrom(Number(slope)) === 'output'
    if (isKept) makers.set(node.outputs[0], node.attributes)
  }
  return found
}

/**
 * Finds the values that a loop carries and that are an activation's output in every iteration. The initial value and
 * the value that every iteration passes on must come from the same activation function.
 */
function findInLoop(loop: LoopNode, around: readonly Node[], makers: Makers): Map<Carried, Attributes> {
  const { body, carried } = loop
  const candidates = carried.filter(
    ({ initial, next }) => makers.has(initial) && isTakenAlone(initial, loop, around) && !isRead(next, body),
  )
  for (const { initial, parameter } of candidates) copyMaker(makers, initial, parameter)
  const found = find(body, makers)
  const isSame = ({ initial, next }: Carried): boolean => {
    const [before, after] = [makers.get(initial), makers.get(next)]
    return before !== undefined && JSON.stringify(before) === JSON.stringify(after)
  }
  const holds = candidates.every(isSame)
  for (const { parameter, result } of carried) {
    makers.delete(result)
    if (!holds) makers.delete(parameter)
  }
  if (!holds) return find(body, makers)
  for (const entry of candidates) {
    const activation = makers.get(entry.initial)
    if (activation) found.set(entry, activation)
    copyMaker(makers, entry.initial, entry.result)
  }
  return found
}

function copyMaker(makers: Makers, from: Value, to: Value): void {
  const activation = makers.get(from)
  if (activation) makers.set(to, activation)
}

const isRead = (value: Value, nodes: readonly Node[]): boolean => nodes.some((node) => readsAny(node, new Set([value])))

/**
 * Returns true if the loop is the only reader of the value and reads the value only once. The gradient of a value with
 * a single reader comes entirely from the reader.
 */
function isTakenAlone(value: Value, loop: LoopNode, around: readonly Node[]): boolean {
  const others = around.filter((node) => node !== loop)
  const isSliced = loop.slices.some(({ stacked }) => stacked === value)
  const taken = loop.carried.filter(({ initial }) => initial === value)
  return !isRead(value, others) && !isSliced && !isRead(value, loop.body) && taken.length === 1
}
