/** What a file is, by its first bytes and not by its name. The office takes these four alone. */

export type PhotoType = "image/jpeg" | "image/png" | "image/webp" | "image/heic";

const HEIC_BRANDS = new Set(["heic", "heix", "heim", "heis", "mif1", "msf1", "hevc"]);

export async function typeOf(file: Blob): Promise<PhotoType | undefined> {
  const bytes = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const text = String.fromCharCode(...bytes);
  if (text.startsWith("\xff\xd8\xff")) {
    return "image/jpeg";
  }
  if (text.startsWith("\x89PNG\r\n\x1a\n")) {
    return "image/png";
  }
  if (text.startsWith("RIFF") && text.slice(8) === "WEBP") {
    return "image/webp";
  }
  return text.slice(4, 8) === "ftyp" && HEIC_BRANDS.has(text.slice(8)) ? "image/heic" : undefined;
}
