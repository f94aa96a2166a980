/** Prints a graph as text: one line for each operation, and an indented block for each loop. */
import type { Graph, Node, Value } from './graph.ts'

function shapeText({ shape, element }: Value): string {
  return `${element === 'int' ? 'int' : ''}[${shape.join(' ')}]`
}

export function printGraph(graph: Graph): string {
  const names = new Map<Value, string>()
  const name = (value: Value): string => names.get(value) ?? `%${value.id}`
  for (const { name: text, value } of [...graph.inputs, ...graph.constants]) names.set(value, text)
  const lines: string[] = [`graph ${graph.name}`]
  for (const { name: text, role, value } of graph.inputs) lines.push(`  ${role} ${text} ${shapeText(value)}`)
  for (const { name: text, value } of graph.constants) lines.push(`  constant ${text} ${shapeText(value)}`)

  const printNodes = (nodes: readonly Node[], indent: string): void => {
    for (const node of nodes) {
      if (node.kind === 'op') {
        const attributes = Object.entries(node.attributes).map(([key, value]) => ` ${key}=${value}`)
        const results = node.outputs.map((output) => `${name(output)} ${shapeText(output)}`)
        lines.push(
          `${indent}${results.join(', ')} = ${[node.op, ...node.inputs.map(name)].join(' ')}${attributes.join('')}`,
        )
        continue
      }
      lines.push(`${indent}loop ${node.path} ${node.times} times${node.reverse ? ', last first' : ''}`)
      for (const { parameter, initial } of node.carried) {
        lines.push(`${indent}  carry ${name(parameter)} ${shapeText(parameter)} from ${name(initial)}`)
      }
      for (const { parameter, stacked } of node.slices) {
        lines.push(`${indent}  slice ${name(parameter)} ${shapeText(parameter)} of ${name(stacked)}`)
      }
      printNodes(node.body, `${indent}  `)
      for (const { value, stacked } of node.stacks) {
        lines.push(`${indent}  stack ${name(value)} as ${name(stacked)} ${shapeText(stacked)}`)
      }
      for (const { next, result } of node.carried)
        lines.push(`${indent}  next ${name(next)}, at the end ${name(result)}`)
    }
  }
  printNodes(graph.body, '  ')
  for (const { target, value } of graph.updates) lines.push(`  update ${name(target)} with ${name(value)}`)
  for (const { name: text, value } of graph.outputs) lines.push(`  output ${text} ${name(value)}`)
  return lines.join('\n')
}
