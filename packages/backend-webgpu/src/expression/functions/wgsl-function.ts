/** A function of the math library: its text, and the functions that it calls. */
export interface WgslFunction {
  readonly name: string
  readonly text: string
  readonly needs: readonly WgslFunction[]
}

/** A function from its text, which opens with `fn NAME(`. */
export function wgslFunction(text: string, needs: readonly WgslFunction[] = []): WgslFunction {
  const name = /^fn (\w+)\(/.exec(text)?.[1]
  if (name === undefined) throw new SyntaxError(`no function: ${text}`)
  return { name, text, needs }
}

/** Adds the texts of a function and of those that it calls, callees first, each once. */
export function collect({ text, needs }: WgslFunction, texts: Set<string>): void {
  if (texts.has(text)) return
  for (const needed of needs) collect(needed, texts)
  texts.add(text)
}
