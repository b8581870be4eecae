/**
 * Writes a ZIP that can be read from its beginning, with one entry in memory at a time.
 *
 * Each entry tells its lengths in its own header, which fflate's streaming writer cannot do: so each
 * is made as an archive of its own, and the archives are laid side by side under one directory.
 */

import { zipSync } from "fflate";

const END_BYTES = 22;
const MOST_ENTRIES = 0xffff;
/** A device's clock may be wrong, and a ZIP knows no year before 1980. When it was made stands elsewhere. */
const NO_TIME = "1980-01-01T00:00:00";

export class Zip {
  private readonly parts: Blob[] = [];
  private readonly directory: Uint8Array<ArrayBuffer>[] = [];
  private length = 0;

  /** Adds a text, deflated. */
  addText(name: string, bytes: Uint8Array): void {
    this.add(name, bytes, 6);
  }

  /** Adds bytes as they are. */
  addStored(name: string, bytes: Uint8Array): void {
    this.add(name, bytes, 0);
  }

  private add(name: string, bytes: Uint8Array, level: 0 | 6): void {
    if (this.directory.length >= MOST_ENTRIES) {
      throw new RangeError("a ZIP has no room for more entries");
    }
    const archive = zipSync({ [name]: [bytes, { level, mtime: NO_TIME }] });
    const end = archive.length - END_BYTES;
    const view = new DataView(archive.buffer, archive.byteOffset);
    const from = view.getUint32(end + 16, true);
    const line = Uint8Array.from(archive.subarray(from, end));
    new DataView(line.buffer).setUint32(42, this.length, true);
    this.directory.push(line);
    // A Blob lies where the browser likes, on the disk too; an array would stay in memory.
    this.parts.push(new Blob([archive.subarray(0, from)]));
    this.length += from;
  }

  /** The file. */
  finish(): Blob {
    const size = this.directory.reduce((sum, line) => sum + line.length, 0);
    const end = new DataView(new ArrayBuffer(END_BYTES));
    end.setUint32(0, 0x504b0506);
    end.setUint16(8, this.directory.length, true);
    end.setUint16(10, this.directory.length, true);
    end.setUint32(12, size, true);
    end.setUint32(16, this.length, true);
    return new Blob([...this.parts, ...this.directory, end.buffer], { type: "application/zip" });
  }
}
