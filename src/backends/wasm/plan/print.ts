/** Prints a plan as text: the buffers, then the kernels with the locations that they read and write. */
import { formatBytes } from '../../../format/bytes.ts'
import { tileOf } from './algorithms.ts'
import {
  type Kernel,
  type Location,
  type Operand,
  operationsIn,
  type Plan,
  type PlanLoop,
  type PlanNode,
} from './plan.ts'

function printLocation({ buffer, slot, terms }: Location): string {
  if (buffer.slots === 1) return `#${buffer.id}`
  const moving = terms.map(({ loop, coefficient, cycle, shift }) => {
    const name = loop === 'ring' ? 'step' : `i${loop}`
    const shifted = shift === 0 ? name : `(${name}${shift < 0 ? '' : '+'}${shift})`
    const index = cycle > 0 ? `${shifted}%${cycle}` : name
    const factor = Math.abs(coefficient) === 1 ? '' : `${Math.abs(coefficient)}*`
    return `${coefficient < 0 ? '-' : ''}${factor}${index}`
  })
  const parts = slot === 0 && moving.length > 0 ? moving : [String(slot), ...moving]
  return `#${buffer.id}[${parts.join('+').replaceAll('+-', '-')}]`
}

function printOperands(operands: readonly Operand[], write: boolean): string {
  return operands
    .filter((operand) => operand.write === write)
    .map(({ location, reach }) => `${printLocation(location)}${reach === 'all' && !write ? '*' : ''}`)
    .join(' ')
}

/** Returns the names of a kernel's operations. The name of a Winograd convolution includes the size of the tiles. */
export function operationNames(kernel: Kernel): string[] {
  const tile = tileOf(kernel.algorithm)
  return operationsIn(kernel).map(({ op, attributes }, index) => {
    if (op === 'activation') return String(attributes.function)
    return index === kernel.before.length && tile !== undefined ? `${op} (winograd ${tile}x${tile})` : op
  })
}

const printTimes = ({ times, block }: PlanLoop): string =>
  block ? `of ${times}, block i${block.loop} of ${block.size}` : `${times} times`

function printNode(node: PlanNode, indent: string, lines: string[]): void {
  switch (node.kind) {
    case 'barrier':
      lines.push(`${indent}barrier`)
      return
    case 'guard':
      lines.push(`${indent}stop unless ${printLocation(node.operand.location)} is finite`)
      return
    case 'loop':
      lines.push(`${indent}loop ${node.path} i${node.id} ${node.reverse ? 'down' : 'up'} ${printTimes(node)}`)
      for (const inner of node.body) printNode(inner, `${indent}  `, lines)
      return
    case 'kernel': {
      const { operands, partition } = node
      const name = operationNames(node).join(' + ')
      const reads = printOperands(operands, false)
      lines.push(`${indent}${name}: ${reads} -> ${printOperands(operands, true)} by ${partition.units} ${partition.by}`)
    }
  }
}

export function printPlan(plan: Plan): string {
  const lines = [
    `plan ${plan.graph.name}, ${plan.precision}, ${formatBytes(plan.bytes)} (* marks values that every thread reads)`,
  ]
  for (const { id, name, slots, bytes, persistent } of plan.buffers) {
    const shared = persistent ? '' : ' (shared)'
    lines.push(
      `  #${id} ${name}: ${slots === 1 ? '' : `${slots} slots, `}${formatBytes(bytes)}${shared} at ${plan.offsets[id]}`,
    )
  }
  for (const node of plan.body) printNode(node, '  ', lines)
  return lines.join('\n')
}
