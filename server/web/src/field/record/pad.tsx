import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../ui/widgets/button.tsx";
import { useWords } from "../../ui/words/language.ts";
import { record as words } from "../../ui/words/record.ts";

/** Where a finger went, from its touch to its lift, in pixels of the pad. */
export type Stroke = [x: number, y: number][];

/** The inside of the canvas, in pixels: small, since it is a few strokes. */
const PAD = { width: 600, height: 200 };

interface PadProps {
  canvas: { current: HTMLCanvasElement | null };
  strokes: Stroke[];
  onStrokes: (strokes: Stroke[]) => void;
}

/** Draws with a finger. Who cannot signs with the name alone. Each stroke is told when the finger is lifted. */
export function Pad({ canvas, strokes, onStrokes }: PadProps) {
  const say = useWords();
  const drawing = useRef<Stroke | undefined>(undefined);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context != null) {
      wipe(context);
      strokes.forEach((stroke) => draw(context, stroke));
    }
  }, [canvas, strokes]);
  const begin = (event: PointerEvent) => {
    (event.currentTarget as HTMLCanvasElement).setPointerCapture(event.pointerId);
    drawing.current = [placeOf(event)];
  };
  const move = (event: PointerEvent) => {
    const stroke = drawing.current;
    const context = canvas.current?.getContext("2d");
    if (stroke !== undefined && context != null) {
      stroke.push(placeOf(event));
      draw(context, stroke.slice(-2));
    }
  };
  const lift = () => {
    const stroke = drawing.current;
    drawing.current = undefined;
    if (stroke !== undefined && stroke.length > 1) {
      onStrokes([...strokes, stroke]);
    }
  };
  return (
    <div class="field">
      <span>{say(words.signDraw)}</span>
      <canvas
        ref={canvas}
        class="pad"
        width={PAD.width}
        height={PAD.height}
        role="img"
        aria-label={say(words.signDraw)}
        onPointerDown={begin}
        onPointerMove={move}
        onPointerUp={lift}
        onPointerCancel={lift}
      />
      <Button weight="quiet" onClick={() => onStrokes([])}>
        {say(words.signClear)}
      </Button>
    </div>
  );
}

function placeOf(event: PointerEvent): [number, number] {
  const box = (event.currentTarget as HTMLCanvasElement).getBoundingClientRect();
  const within = (place: number, size: number, pixels: number) => Math.round((place * pixels) / size);
  return [within(event.clientX - box.left, box.width, PAD.width), within(event.clientY - box.top, box.height, PAD.height)];
}

function wipe(context: CanvasRenderingContext2D): void {
  context.fillStyle = "#fff";
  context.fillRect(0, 0, PAD.width, PAD.height);
  context.strokeStyle = "#111";
  context.lineWidth = 4;
  context.lineCap = "round";
  context.lineJoin = "round";
}

function draw(context: CanvasRenderingContext2D, stroke: Stroke): void {
  const [first, ...rest] = stroke;
  if (first !== undefined) {
    context.beginPath();
    context.moveTo(...first);
    rest.forEach((place) => context.lineTo(...place));
    context.stroke();
  }
}
