/**
 * What an asynchronous computation gives, for rendering; the last answer stays until the next is there.
 */
import { useEffect, useState } from 'preact/hooks'

export function useAnswer<T>(compute: () => Promise<T>, inputs: readonly unknown[]): T | undefined {
  const [answer, setAnswer] = useState<T>()
  useEffect(() => {
    let isCurrent = true
    void compute().then((value) => {
      if (isCurrent) setAnswer(() => value)
    })
    return () => {
      isCurrent = false
    }
  }, inputs)
  return answer
}
