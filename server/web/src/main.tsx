/** Starts the app: opens the device, then draws. */

import { render } from "preact";
import { Device } from "./db/device.ts";
import { App } from "./field/app.tsx";
import { HouseProvider } from "./ui/house.ts";
import { tellDocument } from "./ui/words/language.ts";
import "./ui/style.css";

async function start(root: HTMLElement): Promise<void> {
  tellDocument();
  const device = await Device.open();
  render(
    <HouseProvider value={{ device }}>
      <App />
    </HouseProvider>,
    root,
  );
}

const root = document.getElementById("app");
if (root !== null) {
  void start(root);
}
