/** Lets what else waits have its turn, signals and timers too: what computes for long without waiting for anything asks for it. */
export const yieldToEventLoop = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0))
