/**
 * MNIST by download, apart, so that it is loaded only when somebody asks for it.
 */
import { type Mnist, mnist } from 'nabla'

/**
 * @param url the address that the files' names are appended to; the usual mirrors where it is empty
 * @param report told how far it has come, from 0 to 1
 */
export function downloadMnist(url: string, report: (fraction: number) => void): Promise<Mnist> {
  return mnist({
    source: 'mnist',
    ...(url !== '' && { mirrors: [url.endsWith('/') ? url : `${url}/`] }),
    onProgress: ({ loadedBytes, totalBytes }) => report(loadedBytes / totalBytes),
  })
}
