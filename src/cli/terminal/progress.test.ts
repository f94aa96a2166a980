import { describe, expect, it } from 'vitest'
import { createProgress, type Progress } from './progress.ts'
import { ANSI_STYLE } from './style.ts'

/**
 * A terminal with the features that the display uses: text, new lines, cursor up, erase to the end of line and of
 * screen.
 */
function createScreen(columns: number) {
  let lines: string[] = ['']
  let [row, column] = [0, 0]
  const written: string[] = []
  return {
    written,
    write(text: string) {
      written.push(text)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are made of them
      for (const [token] of text.matchAll(/\u001b\[\d*[A-Za-z]|[^\u001b]/gu)) {
        if (token === '\n') [row, column] = [row + 1, 0]
        else if (token === '\r') column = 0
        else if (token.endsWith('A') && token.length > 1) row = Math.max(0, row - Number(token.slice(2, -1)))
        else if (token === '\u001b[K') lines[row] = lines[row].slice(0, column)
        else if (token === '\u001b[J') lines = [...lines.slice(0, row), lines[row].slice(0, column)]
        else if (!token.startsWith('\u001b')) {
          if (column === columns) [row, column] = [row + 1, 0]
          lines[row] = (lines[row] ?? '').padEnd(column).slice(0, column) + token + (lines[row] ?? '').slice(column + 1)
          column++
        }
        while (lines.length <= row) lines.push('')
      }
    },
    cursor: () => [row, column],
    text: () => lines.map((line) => line.trimEnd()).join('\n'),
  }
}

function setUp(isTerminal: boolean, columns = 80, rows = 24) {
  const screen = createScreen(columns)
  const clock = { now: 0 }
  const progress = createProgress({ stream: screen, isTerminal, columns, rows, now: () => clock.now })
  return { screen, clock, progress }
}

/** Shows two trainings side by side, of which one ends. A third training does not start. */
function trainTwo(progress: Progress, clock: { now: number }) {
  const plain = progress.task('plain 64', 600)
  const residual = progress.task('residual 64', 600)
  progress.task('later', 600)
  for (let step = 0; step <= 300; step++) {
    clock.now += 50
    plain.update(step, { loss: 2.3 })
    residual.update(step * 2, { loss: 2.3 * Math.exp(-step / 100) })
  }
  return { plain, residual }
}

describe('progress on a terminal', () => {
  it('shows a line for each running task and a line for all tasks, and redraws them in place', () => {
    const { screen, clock, progress } = setUp(true, 100)
    const { residual } = trainTwo(progress, clock)
    expect(screen.text()).toMatchInlineSnapshot(`
      "plain 64     ━━━━━━━━━────────   50%   20.0/s  0:15 left  loss 2.300    ▅▅▅▅▅▅▅▅▅▅
      residual 64  ━━━━━━━━━━━━━━━━━   99%   39.8/s  0:00 left  loss 0.1157   █▆▅▄▃▂▂▁▁▁
      all          ━━━━━━━━─────────   49%  0 of 3 done  0:15 left  0:15 passed
      "
    `)
    residual.finish('test error 3.1%')
    expect(screen.text()).toMatchInlineSnapshot(`
      "residual 64: 600 steps in 0:15, loss 0.1145, test error 3.1%
      plain 64  ━━━━━━━━━─────────   50%   20.0/s  0:15 left  loss 2.300    ▅▅▅▅▅▅▅▅▅▅
      all       ━━━━━━━━━─────────   50%  1 of 3 done  0:15 left  0:15 passed
      "
    `)
  })

  it('is redrawn at most ten times a second', () => {
    const { screen, clock, progress } = setUp(true)
    const task = progress.task('a', 10_000)
    for (let step = 0; step < 10_000; step++) {
      clock.now += 1
      task.update(step)
    }
    expect(screen.written.length).toBeLessThanOrEqual(100)
    expect(screen.written.length).toBeGreaterThan(90)
  })

  it('cuts its lines to any width of the terminal', () => {
    for (const columns of [1, 12, 20, 40, 60, 79, 200]) {
      const { screen, clock, progress } = setUp(true, columns)
      trainTwo(progress, clock)
      const lines = screen.text().split('\n')
      expect(lines).toHaveLength(4)
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(Math.max(2, columns))
    }
  })

  it('leaves out the less important parts of a line on a narrow terminal', () => {
    const lines = [24, 36, 48, 60, 72, 84, 110].map((columns) => {
      const { screen, clock, progress } = setUp(true, columns)
      trainTwo(progress, clock)
      return screen.text().split('\n')[0]
    })
    expect(lines.join('\n')).toMatchInlineSnapshot(`
      "plain 64      50%
      plain 64      50%  loss 2.300
      plain 64     ━━━━────   50%  loss 2.300
      plain 64     ━━━━━────   50%  0:15 left  loss 2.300
      plain 64     ━━━━━━──────   50%   20.0/s  0:15 left  loss 2.300
      plain 64     ━━━━━━━───────   50%   20.0/s  0:15 left  loss 2.300    ▅▅▅▅▅▅▅▅▅▅
      plain 64     ━━━━━━━━━━─────────   50%   20.0/s  0:15 left  loss 2.300    ▅▅▅▅▅▅▅▅▅▅"
    `)
  })

  it('has no more lines than the terminal', () => {
    const { screen, clock, progress } = setUp(true, 80, 8)
    const tasks = Array.from({ length: 20 }, (_, index) => progress.task(`training ${index}`, 10))
    for (const task of tasks) {
      clock.now += 200
      task.update(1)
    }
    expect(screen.text().trimEnd().split('\n')).toHaveLength(6)
  })

  it('leaves only notes and the last lines of tasks on the screen', () => {
    const { screen, clock, progress } = setUp(true)
    const { plain } = trainTwo(progress, clock)
    progress.note('a note')
    plain.finish('diverged at step 300')
    progress.close()
    plain.update(400)
    progress.note('too late')
    progress.close()
    expect(screen.text()).toMatchInlineSnapshot(`
      "a note
      plain 64: 300 steps in 0:15, loss 2.300, diverged at step 300
      "
    `)
    expect(screen.cursor()).toEqual([2, 0])
  })

  it('never hides the cursor and leaves it on a line of its own, so the process may be killed at any time', () => {
    const { screen, clock, progress } = setUp(true)
    trainTwo(progress, clock)
    expect(screen.cursor()).toEqual([3, 0])
    expect(screen.written.join('')).not.toContain('\u001b[?')
  })

  it('removes its wrapped lines after the window was made narrower', () => {
    const screen = createScreen(30)
    const clock = { now: 0 }
    const size = { columns: 60 }
    const options = { stream: screen, isTerminal: true, columns: () => size.columns, now: () => clock.now }
    const progress = createProgress(options)
    const task = progress.task('a', 100)
    // The screen is 30 columns wide and wraps lines that were drawn for 60 columns, like a terminal that was resized.
    for (let step = 0; step < 50; step++) {
      clock.now += 100
      if (step === 1) size.columns = 30
      task.update(step, { loss: 1 })
    }
    expect(screen.text().split('\n')).toHaveLength(2)
    progress.close()
    expect(screen.text()).toBe('')
  })

  it('does not count color codes as part of the width', () => {
    const screen = createScreen(60)
    const clock = { now: 0 }
    const progress = createProgress({
      stream: screen,
      isTerminal: true,
      columns: 60,
      now: () => clock.now,
      style: ANSI_STYLE,
    })
    trainTwo(progress, clock)
    expect(screen.written.join('')).toContain('\u001b[34m')
    expect(screen.text().split('\n')).toHaveLength(4)
  })
})

describe('progress in a log', () => {
  it('writes few lines for a task, the first and the last line among them', () => {
    const { screen, clock, progress } = setUp(false)
    const task = progress.task('plain 64, seed 1', 600)
    for (let step = 0; step <= 600; step++) {
      clock.now += 100
      task.update(step, { loss: 2.3 * Math.exp(-step / 200) })
    }
    task.finish('test error 3.1%')
    progress.close()
    expect(screen.text()).toMatchInlineSnapshot(`
      "plain 64, seed 1: 0 of 600 steps (0%), loss 2.300
      plain 64, seed 1: 60 of 600 steps (10%), 10.0 steps/s, 0:54 left, loss 1.704
      plain 64, seed 1: 120 of 600 steps (20%), 10.0 steps/s, 0:48 left, loss 1.262
      plain 64, seed 1: 180 of 600 steps (30%), 10.0 steps/s, 0:42 left, loss 0.9351
      plain 64, seed 1: 240 of 600 steps (40%), 10.0 steps/s, 0:36 left, loss 0.6927
      plain 64, seed 1: 300 of 600 steps (50%), 10.0 steps/s, 0:30 left, loss 0.5132
      plain 64, seed 1: 360 of 600 steps (60%), 10.0 steps/s, 0:24 left, loss 0.3802
      plain 64, seed 1: 420 of 600 steps (70%), 10.0 steps/s, 0:18 left, loss 0.2816
      plain 64, seed 1: 480 of 600 steps (80%), 10.0 steps/s, 0:12 left, loss 0.2087
      plain 64, seed 1: 540 of 600 steps (90%), 10.0 steps/s, 0:06 left, loss 0.1546
      plain 64, seed 1: 600 steps in 1:00, loss 0.1145, test error 3.1%
      "
    `)
    expect(screen.written.join('')).not.toContain('\u001b')
  })

  it('writes at least one line each minute', () => {
    const { screen, clock, progress } = setUp(false)
    const task = progress.task('slow', 1_000_000)
    for (let step = 0; step <= 300; step++) {
      clock.now += 1000
      task.update(step)
    }
    expect(screen.text().trimEnd().split('\n')).toHaveLength(6)
  })

  it('counts the tasks that ended, and says that a loss is not finite', () => {
    const { screen, progress } = setUp(false)
    const tasks = ['a', 'b'].map((label) => progress.task(label, 10))
    progress.note('two\ntrainings\u001b[2J')
    for (const task of tasks) {
      task.update(1, { loss: Number.NaN })
      task.finish()
    }
    expect(screen.text()).toMatchInlineSnapshot(`
      "two trainings [2J
      a: 1 of 10 steps (10%), loss not finite
      a: 1 step in 0:00, loss not finite (1 of 2 done)
      b: 1 of 10 steps (10%), loss not finite
      b: 1 step in 0:00, loss not finite (2 of 2 done)
      "
    `)
  })
})
