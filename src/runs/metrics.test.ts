import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import { resolveOptions } from '../settings/options.ts'
import { openMetrics, readMetrics } from './metrics.ts'

const root = temporaryFolder()
const settings = resolveOptions({ steps: 11, logEvery: 4 }, 1000)
const records = [0, 4, 8, 10].map((step) => ({ step, loss: 1 / (step + 3) }))
const lines = records.map((record) => `${JSON.stringify(record)}\n`)

function read(text: string, step: number) {
  const file = join(root, 'metrics.jsonl')
  writeFileSync(file, text)
  return readMetrics(file, step, settings)
}

describe('when metrics.jsonl is written and read,', () => {
  it('the losses are the same, to the bit', () => {
    const file = join(root, 'written.jsonl')
    const metrics = openMetrics(file, 0)
    for (const record of records) metrics.add([record])
    metrics.save()
    expect(readFileSync(file, 'utf8')).toBe(lines.join(''))
    metrics.close()
    expect(readMetrics(file, 11, settings)).toEqual({ losses: records, measurements: [], bytes: lines.join('').length })
  })

  it('complete and torn lines after the requested step are ignored', () => {
    for (const rest of ['', '{"step":8,"l', lines[2], lines[2] + lines[2], 'nonsense\n']) {
      expect(read(lines[0] + lines[1] + rest, 8)).toEqual({
        losses: records.slice(0, 2),
        measurements: [],
        bytes: (lines[0] + lines[1]).length,
      })
    }
    expect(read('', 0)).toEqual({ losses: [], measurements: [], bytes: 0 })
    expect(readMetrics(join(root, 'nowhere'), 0, settings)).toEqual({ losses: [], measurements: [], bytes: 0 })
  })

  it('the file is not used if a line before the step is missing, torn, duplicated or invalid', () => {
    const broken = [
      '',
      lines[0],
      lines[1],
      lines[0] + lines[0] + lines[1],
      lines[0] + lines[1].trimEnd(),
      `${lines[0]}{"step":4}\n`,
      `${lines[0]}null\n`,
    ]
    expect(broken.map((text) => read(text, 8))).toEqual(broken.map(() => undefined))
  })

  it('each snapshot has a line before the line of its step, and the last snapshot has a line at the end', () => {
    const probing = { ...settings, probes: { of: ['gradientNorm'], every: 8 } }
    const snapshots = [0, 8, 11].map((step) => ({ step, probes: { gradientNorm: [0.1 + step, null] } }))
    const file = join(root, 'probed.jsonl')
    const metrics = openMetrics(file, 0)
    metrics.addMeasured(snapshots[0])
    metrics.add(records.slice(0, 2))
    metrics.addMeasured(snapshots[1])
    metrics.add(records.slice(2))
    metrics.addMeasured(snapshots[2])
    metrics.close()
    const text = readFileSync(file, 'utf8')
    const [first, second, last] = snapshots.map((snapshot) => `${JSON.stringify(snapshot)}\n`)
    expect(text).toBe([first, lines[0], lines[1], second, lines[2], lines[3], last].join(''))
    expect(readMetrics(file, 11, probing)).toEqual({
      losses: records,
      measurements: snapshots.slice(0, 2),
      bytes: text.length - last.length,
      snapshotAtStep: snapshots[2],
    })
    expect(readMetrics(file, 8, probing)).toEqual({
      losses: records.slice(0, 2),
      measurements: snapshots.slice(0, 1),
      bytes: first.length + lines[0].length + lines[1].length,
      snapshotAtStep: snapshots[1],
    })
    expect(readMetrics(file, 9, probing)?.snapshotAtStep).toBeUndefined()
    writeFileSync(file, text.replace(second, ''))
    expect(readMetrics(file, 11, probing)).toBeUndefined()
  })

  it('the file is cut to a length before new lines are added', () => {
    const file = join(root, 'cut.jsonl')
    writeFileSync(file, `${lines[0]}${lines[1]}{"step":8,`)
    const metrics = openMetrics(file, (lines[0] + lines[1]).length)
    metrics.add(records.slice(2))
    metrics.close()
    expect(readFileSync(file, 'utf8')).toBe(lines.join(''))
  })
})
