/** `isobath bench` as its users see it, on the quickest of its rows; no figure is asserted. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isobath, isobathJson } from '../support/command-line.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = temporaryFolder()

it('prints a row as a table, with the machine above it', async () => {
  const { status, stdout } = await isobath('bench --quick --only code --peer pytorch --python /no/such/python3')
  expect(status).toBe(0)
  expect(stdout).toMatch(
    /Node \d+\.\d+\.\d+, load [\d.]+ before, [\d.]+ after; \d+ threads?, quick: the figures are rough/,
  )
  expect(stdout).toMatch(/^PyTorch isn't there \(\/no\/such\/python3: .*\)\. .* The bench ran alone\.$/m)
  expect(stdout).toMatch(/^code, depth 10,000 over 10 .* bytes .* bytes +1\.\d\d .* ≤ 1\.2 +≤ 1 +yes|beyond$/m)
})

it('gives the same document on stdout and in a file', async () => {
  const file = join(root, 'results', 'bench.json')
  const document = await isobathJson(`bench --quick --only code --out ${file}`)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(document)
  const [row] = document.rows as unknown[]
  expect(row).toMatchObject({ name: 'code, depth 10,000 over 10', unit: 'bytes', peer: null, against: 'shallow' })
  for (const field of ['ours', 'ratio', 'spread', 'ratios', 'bar', 'reached']) expect(row).toHaveProperty(field)
})

it('prints the roofline of a network, with input and batch as asked for', async () => {
  const { status, stdout } = await isobath('bench --quick --roofline mlp:depth=2,width=8 --data moons --batch 32')
  expect(status).toBe(0)
  expect(stdout).toContain('mlp:depth=2,width=8, input 2, batch 32: a training step')
  expect(stdout).toMatch(/^waiting at barriers/m)
  expect(stdout).toMatch(/^all of it .* 100%/m)
  const { roofline } = await isobathJson('bench --quick --roofline mlp:depth=2,width=8')
  expect(roofline).toMatchObject({ precision: 'float32', rows: expect.any(Array), peaks: expect.any(Object) })
})

it.each([
  ['bench --peer tensorflow', /argument 'tensorflow' is invalid. Allowed choices are pytorch, jax-js./],
  ['bench --quick --only lstm', /--only: expected a part of a row's name \(.*ResNet-20, batch 128.*\), got "lstm"/],
  ['bench --batch 3', /--batch: it is for --roofline NETWORK alone/],
  ['bench --data moons', /--data: it is for --roofline NETWORK alone/],
  ['bench --roofline mlp --only GEMM', /'--roofline <network>' cannot be used with option '--only <text>'/],
  ['bench --rounds 0', /Expected a whole number of at least 1/],
])('%s is refused', async (words, message) => {
  const { status, stdout, stderr } = await isobath(words)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toMatch(message)
})

it('leaves nothing behind where the network is wrong', async () => {
  const folder = join(root, 'none')
  const { status, stderr } = await isobath(`bench --roofline mlpp --out ${join(folder, 'bench.json')}`)
  expect({ status, isThere: existsSync(folder) }).toEqual({ status: 2, isThere: false })
  expect(stderr).toContain('mlpp')
})
