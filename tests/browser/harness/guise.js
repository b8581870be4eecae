/** The same screen in another guise: in the other language, in the dark, with larger text, on another phone. */

const PLAIN = { language: "zh", scheme: "light", text: 100 };

/** `zh-light-360x640-100`, of which the end may be left out. */
export function guiseOf(name) {
  const [language = "zh", scheme = "light", size = "360x640", text = "100"] = name.split("-");
  const [width, height] = size.split("x").map(Number);
  return { name, language, scheme, text: Number(text), width, height };
}

/** Shows a page in one guise after the other while somebody looks at each, and then as it was. */
export async function inGuises(page, guises, look) {
  const size = page.viewportSize();
  try {
    for (const guise of guises) {
      await put(page, { ...PLAIN, ...size, ...guise });
      await look(guise);
    }
  } finally {
    await put(page, { ...PLAIN, ...size });
  }
}

async function put(page, { language, scheme, text, width, height }) {
  // Without motion, or colours are looked at on their way.
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  await page.setViewportSize({ width, height });
  await page.evaluate(
    async ([language, text]) => {
      document.documentElement.style.fontSize = text === 100 ? "" : `${text}%`;
      if ((localStorage.getItem("siteledger.language") ?? "zh") !== language) {
        localStorage.setItem("siteledger.language", language);
        // As if it had been chosen on another page.
        dispatchEvent(new StorageEvent("storage", { key: "siteledger.language" }));
      }
      const drawn = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      await drawn();
      await drawn();
    },
    [language, text],
  );
}
