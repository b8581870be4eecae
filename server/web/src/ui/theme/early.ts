/**
 * Light or dark, as whoever uses this browser chose: before anything is on the screen.
 *
 * The page runs this as a script of its own, after its styles and before its first picture, so it imports
 * nothing. What was chosen stands on the document, `data-theme`, where pages read and change it; here it is
 * kept, and the rules of the styles that hold in the dark are told to hold always, never, or as the system
 * says. Paper stays white.
 */

(() => {
  const KEPT = "siteledger.theme";
  const IN_THE_DARK = "prefers-color-scheme";
  const HOLDS: Readonly<Record<string, string>> = { dark: "screen", light: "not all" };
  const page = document.documentElement;
  /** The rules about the dark, in all styles so far: what they say is changed here, so they are kept. */
  const rules = new Set<CSSMediaRule>();

  const findRules = () => {
    for (const rule of [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])) {
      if (rule instanceof CSSMediaRule && rule.media.mediaText.includes(IN_THE_DARK)) {
        rules.add(rule);
      }
    }
  };
  const show = () => {
    const theme = page.dataset["theme"] ?? "system";
    findRules();
    for (const { media } of rules) {
      media.mediaText = HOLDS[theme] ?? `(${IN_THE_DARK}: dark)`;
    }
    page.style.colorScheme = theme in HOLDS ? theme : "";
    for (const bar of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
      const said = (bar.dataset["media"] ??= bar.media);
      bar.media = theme in HOLDS ? (said.includes(theme) ? "all" : "not all") : said;
    }
  };
  const kept = () => {
    try {
      return localStorage.getItem(KEPT) ?? "system";
    } catch {
      // Where storage is refused, the choice lasts as long as the page.
      return "system";
    }
  };

  page.dataset["theme"] = kept();
  show();
  new MutationObserver(() => {
    try {
      localStorage.setItem(KEPT, page.dataset["theme"] ?? "system");
    } catch {
      // See above.
    }
    show();
  }).observe(page, { attributeFilter: ["data-theme"] });
  // Styles that a page brings when it is opened.
  document.addEventListener("load", ({ target }) => target instanceof HTMLLinkElement && show(), true);
  // What is chosen on another page of the app holds on this one, too.
  addEventListener("storage", ({ key }) => {
    if (key === KEPT && page.dataset["theme"] !== kept()) {
      page.dataset["theme"] = kept();
    }
  });
})();
