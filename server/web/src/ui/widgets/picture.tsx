import { useEffect, useState } from "preact/hooks";
import { type Print, show } from "../../photos/display.ts";
import type { Sha256 } from "../../protocol/wire.ts";
import { useHouse } from "../house.ts";

interface PictureProps {
  hash: Sha256;
  size: "thumbnail" | "preview";
  /** What it shows, for who does not see it. */
  alt: string;
  /** What is said where the device does not have it. */
  missing: string;
}

/** A photo in a box of a fixed shape, so that nothing jumps when it comes. */
export function Picture({ hash, size, alt, missing }: PictureProps) {
  const { device } = useHouse();
  const [url, setUrl] = useState<string | undefined | null>(null);
  useEffect(() => {
    let print: Print | undefined;
    let isOver = false;
    void show(device, hash, size).then((shown) => {
      print = shown;
      if (isOver) {
        print?.release();
      } else {
        setUrl(print?.url);
      }
    });
    return () => {
      isOver = true;
      print?.release();
    };
  }, [device, hash, size]);
  return (
    <div class={`picture ${size}`}>
      {typeof url === "string" ? <img src={url} alt={alt} decoding="async" /> : url === undefined ? <span class="soft">{missing}</span> : null}
    </div>
  );
}
