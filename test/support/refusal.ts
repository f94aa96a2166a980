/** Returns the error of a function that must throw, as `IsobathError: message`. */
export function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return String(error)
  }
  return 'nothing was refused'
}

/** Returns the error of a promise that must be rejected, as `IsobathError: message`. */
export async function laterRefusal(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
  } catch (error) {
    return String(error)
  }
  return 'nothing was refused'
}
