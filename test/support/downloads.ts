/** Downloads the values of a program as float64, for any precision of the program. */
import type { Program } from '../../src/backends/backend.ts'

export async function downloadOne(program: Program, name: string, slot = 0): Promise<Float64Array> {
  return Float64Array.from(await program.download(name, { slot }))
}

export async function downloadAll(program: Program, names: readonly string[]): Promise<Map<string, Float64Array>> {
  const values = new Map<string, Float64Array>()
  for (const name of names) values.set(name, await downloadOne(program, name))
  return values
}
