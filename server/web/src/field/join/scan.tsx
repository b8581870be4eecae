/** Reads a QR code by the camera, where the browser itself can read one. */

import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../ui/widgets/button.tsx";
import { join as words } from "../../ui/words/join.ts";
import { useWords } from "../../ui/words/language.ts";

interface BarcodeDetector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}
interface WithDetector {
  BarcodeDetector?: new (options: { formats: string[] }) => BarcodeDetector;
}

/** How often the picture is looked at, in milliseconds: a weak phone needs time for each. */
const BETWEEN_LOOKS = 250;

export function canScan(): boolean {
  return (window as WithDetector).BarcodeDetector !== undefined && navigator.mediaDevices !== undefined;
}

interface ScannerProps {
  onFound: (text: string) => void;
  onStop: () => void;
  onFailed: () => void;
}

export function Scanner({ onFound, onStop, onFailed }: ScannerProps) {
  const say = useWords();
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const looking = new Looking(onFound);
    if (video.current !== null) {
      looking.begin(video.current).catch(onFailed);
    }
    return () => looking.end();
  }, []);
  return (
    <div class="card">
      <p id="scanning">{say(words.scanning)}</p>
      <video ref={video} class="viewfinder" aria-labelledby="scanning" muted playsInline />
      <Button onClick={onStop}>{say(words.stopScanning)}</Button>
    </div>
  );
}

class Looking {
  private camera: MediaStream | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isOver = false;

  constructor(private readonly found: (text: string) => void) {}

  async begin(video: HTMLVideoElement): Promise<void> {
    const Detector = (window as WithDetector).BarcodeDetector;
    if (Detector === undefined) {
      throw new Error("this browser reads no codes");
    }
    const camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    this.camera = camera;
    if (this.isOver) {
      return this.end();
    }
    video.srcObject = camera;
    await video.play();
    this.look(new Detector({ formats: ["qr_code"] }), video);
  }

  private look(detector: BarcodeDetector, video: HTMLVideoElement): void {
    // A picture that cannot be read is followed by the next.
    void detector.detect(video).catch(() => []).then(([code]) => {
      if (this.isOver) {
        return;
      }
      if (code === undefined) {
        this.timer = setTimeout(() => this.look(detector, video), BETWEEN_LOOKS);
      } else {
        this.found(code.rawValue);
      }
    });
  }

  end(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.camera?.getTracks().forEach((track) => track.stop());
  }
}
