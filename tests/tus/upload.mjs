// Uploads a photo with tus-js-client, or part of it, and says on stdout what happened.
//
//   node upload.mjs begin ADDRESS TOKEN FILE SHA256     sends half, then the line is cut
//   node upload.mjs go-on UPLOAD  TOKEN FILE SHA256     asks how far that came and sends the rest
import { readFileSync } from 'node:fs'
import * as tus from 'tus-js-client'

const [deed, address, token, file, sha256] = process.argv.slice(2)
const photo = readFileSync(file)
const begins = deed === 'begin'
let from = null

const upload = new tus.Upload(photo, {
  ...(begins ? { endpoint: `${address}/api/v1/uploads` } : { uploadUrl: address }),
  headers: { Authorization: `Bearer ${token}` },
  metadata: { sha256, filename: 'photo.jpg', filetype: 'image/jpeg' },
  chunkSize: 32 * 1024,
  retryDelays: [0, 200, 1000],
  onBeforeRequest(request) {
    if (request.getMethod() === 'PATCH') from ??= Number(request.getHeader('Upload-Offset'))
  },
  onChunkComplete(_size, accepted) {
    if (begins && accepted >= photo.length / 2) {
      upload.abort().then(() => tell({ url: upload.url, accepted }))
    }
  },
  onError(error) {
    console.error(String(error))
    process.exit(1)
  },
  onSuccess: () => tell({ url: upload.url, from, complete: true }),
})
upload.start()

function tell(what) {
  console.log(JSON.stringify(what))
  process.exit(0)
}
