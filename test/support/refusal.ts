/** The error of what must fail, as `IsobathError: message`. */
export function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    return String(error)
  }
  return 'nothing was refused'
}

/** The same for what fails later. */
export async function laterRefusal(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
  } catch (error) {
    return String(error)
  }
  return 'nothing was refused'
}
