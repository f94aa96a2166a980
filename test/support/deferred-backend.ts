/** A backend that runs each call asynchronously and in order, like a backend on a graphics card or in another process. */
import type { Backend, Program } from '../../src/backends/backend.ts'
import { createReferenceBackend } from '../../src/backends/reference/backend.ts'

export function createDeferredBackend(): Backend {
  const backend = createReferenceBackend()
  return {
    ...backend,
    name: 'deferred',
    compile: async (graph, options) => deferred(await backend.compile(graph, options)),
  }
}

function deferred(program: Program): Program {
  let last: Promise<unknown> = Promise.resolve()
  const later = <T>(work: () => T | Promise<T>): Promise<T> => {
    const turn = last.then(() => new Promise((resolve) => setImmediate(resolve)))
    const done = turn.then(work)
    last = done.catch(() => undefined)
    return done
  }
  return {
    ...program,
    upload: (name, values, slot) => {
      const copy = Float64Array.from(values)
      void later(() => program.upload(name, copy, slot))
    },
    download: (name, options) => later(() => program.download(name, options)),
    run: (first, count) => later(() => program.run(first, count)),
  }
}
