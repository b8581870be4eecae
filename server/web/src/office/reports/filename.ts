/** What the server calls a file (RFC 6266): the name that people read, where there is one. Pure. */
export function nameIn(disposition: string | null): string | undefined {
  const spoken = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  if (spoken !== undefined) {
    try {
      return decodeURIComponent(spoken);
    } catch {
      // A bad name is no reason to lose the file.
    }
  }
  return /filename="([^"]+)"/i.exec(disposition ?? "")?.[1];
}
