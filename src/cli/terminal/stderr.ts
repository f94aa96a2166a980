/** Shows progress on the stderr of this process. */
import { createProgress, type Progress } from './progress.ts'
import { styleFor } from './style.ts'

export function stderrProgress(): Progress {
  const { stderr } = process
  return createProgress({
    stream: stderr,
    isTerminal: stderr.isTTY === true,
    columns: () => stderr.columns,
    rows: () => stderr.rows,
    style: styleFor(stderr, process.env),
  })
}
