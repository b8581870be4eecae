/** What kind of browser this is, as far as people must be told different things. */

interface Browser {
  system: "android" | "ios" | "other";
  /** Inside another app, which keeps nothing for long: WeChat, QQ, DingTalk, Weibo. */
  within?: "wechat" | "app";
  /** Opened from the home screen. */
  isInstalled: boolean;
  /** Whether it can open the app without a line at all. */
  worksOffline: boolean;
}

export function browserOf(page: Window): Browser {
  const { userAgent, maxTouchPoints } = page.navigator;
  const within = /MicroMessenger/i.test(userAgent)
    ? "wechat"
    : /\bQQ\/|DingTalk|Weibo|AliApp|Lark|Feishu/i.test(userAgent)
      ? "app"
      : undefined;
  return {
    system: systemOf(userAgent, maxTouchPoints),
    ...(within === undefined ? {} : { within }),
    isInstalled: isInstalled(page),
    worksOffline: page.isSecureContext && "serviceWorker" in page.navigator,
  };
}

function systemOf(userAgent: string, maxTouchPoints: number): Browser["system"] {
  if (/Android|HarmonyOS/i.test(userAgent)) {
    return "android";
  }
  // An iPad says that it is a Macintosh, but no Macintosh is touched.
  const isPad = /Macintosh/.test(userAgent) && maxTouchPoints > 1;
  return /iPhone|iPad|iPod/.test(userAgent) || isPad ? "ios" : "other";
}

function isInstalled(page: Window): boolean {
  const isApp = page.matchMedia("(display-mode: standalone)").matches;
  return isApp || (page.navigator as { standalone?: boolean }).standalone === true;
}
